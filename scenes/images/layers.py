"""Layers of an image file: which of its parts and channels are read as an image.

Host code. Channels are found by name, not by position. A layer is the set of channels of one part
with the same prefix, `PREFIX.R` and so on; most files have one, without a prefix. The names follow
OpenEXR's conventions (openexr.com, "Technical Introduction", layers and channel names).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COMPONENTS = {"RED": "R", "GREEN": "G", "BLUE": "B", "ALPHA": "A"}
"""Long spellings of components; upper case."""
COMPLETE_IMAGES = ("combined", "composite", "beauty", "rgba", "rgb", "image", "color", "colour")
"""Names of layers that hold the whole image, such as Blender's `ViewLayer.Combined`."""
MAX_CHANNELS = 4


@dataclass(frozen=True)
class Part:
    """One part (subimage) of a file."""

    name: str
    channels: Sequence[str]
    """Channel names in stored order."""


@dataclass(frozen=True)
class Layer:
    """Channels that are read as an image."""

    part: int
    name: str
    """`PREFIX` or the part's name; empty for channels without prefix in an unnamed part."""
    channels: tuple[int, ...]
    """Indices of the channels: grey, grey and alpha, RGB, or RGB and alpha."""


def split_layer(path: Path) -> tuple[Path, str]:
    """File and layer of `FILE#LAYER`; a file of exactly this name has no layer."""
    name, separator, layer = path.name.rpartition("#")
    if not separator or not name or os.path.isfile(path):
        return path, ""
    return path.with_name(name), layer


def choose_layer(parts: Sequence[Part], wanted: str = "") -> tuple[Layer, str]:
    """Choose the layer called `wanted`, or the one that holds the image; return it and a note.

    Without a name: R, G, B (or Y) without prefix, else a layer of `COMPLETE_IMAGES`, else the first
    layer with R, G, B. The note names the layers left out where the choice is ambiguous; otherwise
    it is empty.

    Raises:
        ValueError: no layer of this name, or no channels at all; one line.
    """
    layers = [layer for number, part in enumerate(parts) for layer in _layers(number, part)]
    if not layers:
        raise ValueError("the image has no channels")
    if wanted:
        return _called(parts, layers, wanted), ""
    chosen = min(layers, key=lambda layer: _order(parts, layer))  # the first of equal ones
    equals = [layer for layer in layers if _order(parts, layer) == _order(parts, chosen)]
    if len(chosen.channels) < 3 and not _is_grey(parts, chosen):
        name = parts[chosen.part].channels[chosen.channels[0]]
        return chosen, f"no colour channels; channel {name} was read as grey"
    if _components(parts, chosen)[:3] == ("X", "Y", "Z"):
        return chosen, "channels X, Y and Z were read as red, green and blue"
    if len(parts) > 1 and not any(part.name for part in parts):
        return chosen, f"image {chosen.part + 1} of {len(parts)} in the file was read"
    if _order(parts, chosen)[1] and len(equals) > 1:
        others = ", ".join(layer.name for layer in equals if layer is not chosen)
        return chosen, f"layer {chosen.name} was used, not {others}; choose one by FILE#LAYER"
    return chosen, ""


def _layers(number: int, part: Part) -> list[Layer]:
    """Layers of a part, in stored order."""
    prefixes: dict[str, dict[str, int]] = {}
    for index, channel in enumerate(part.channels):
        prefix, _, component = channel.rpartition(".")
        component = component.upper()
        prefixes.setdefault(prefix, {})[COMPONENTS.get(component, component)] = index
    return [
        Layer(number, prefix or part.name, _image_channels(components))
        for prefix, components in prefixes.items()
    ]


def _image_channels(components: dict[str, int]) -> tuple[int, ...]:
    """Indices of RGB, grey or a vector, and of alpha, among named components."""
    alpha = [components["A"]] if "A" in components else []
    for names in ("RGB", "XYZ"):
        if all(name in components for name in names):
            return (*(components[name] for name in names), *(alpha if names == "RGB" else ()))
    if "Y" in components:
        return (components["Y"], *alpha)
    others = [index for name, index in components.items() if name != "A"]
    return (*others[:1], *alpha)


def _order(parts: Sequence[Part], layer: Layer) -> tuple[int, int]:
    """Order of preference: colour before grey before other channels, then by name."""
    names = set(_components(parts, layer))
    kind = 0 if {"R", "G", "B"} <= names else 1 if _is_grey(parts, layer) else 2
    has_prefix = "." in parts[layer.part].channels[layer.channels[0]]
    if not layer.name or (len(parts) == 1 and not has_prefix):
        return kind, 0
    return kind, 1 if layer.name.rpartition(".")[2].lower() in COMPLETE_IMAGES else 2


def _is_grey(parts: Sequence[Part], layer: Layer) -> bool:
    """True for a layer of luminance, or a file with one channel."""
    channels = parts[layer.part].channels
    is_only = len(parts) == 1 and len(channels) <= 2
    return _component(parts, layer, layer.channels[0]) == "Y" or is_only


def _components(parts: Sequence[Part], layer: Layer) -> tuple[str, ...]:
    """Component names of all channels."""
    return tuple(_component(parts, layer, index) for index in layer.channels)


def _component(parts: Sequence[Part], layer: Layer, index: int) -> str:
    """Component name of a channel, upper case and short."""
    component = parts[layer.part].channels[index].rpartition(".")[2].upper()
    return COMPONENTS.get(component, component)


def _called(parts: Sequence[Part], layers: list[Layer], wanted: str) -> Layer:
    """The layer whose name, last part of it, or part is `wanted`, case ignored."""
    name = wanted.lower()
    tests = (
        lambda layer: layer.name.lower() == name,
        lambda layer: layer.name.lower().endswith(f".{name}"),
        lambda layer: parts[layer.part].name.lower() == name,
    )
    for test in tests:
        found = [layer for layer in layers if test(layer)]
        if found:
            return min(found, key=lambda layer: _order(parts, layer))
    known = ", ".join(layer.name or "(unnamed)" for layer in layers)
    raise ValueError(f"no layer {wanted!r}; there are {known}")
