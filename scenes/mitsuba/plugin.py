"""A plugin of a Mitsuba file (`<bsdf type="...">`, say) with typed access to its parameters.

Host code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from scenes.images.layers import split_layer
from scenes.mitsuba.document import Document
from scenes.mitsuba.transform import matrix_of
from scenes.mitsuba.values import ColorKind
from scenes.mitsuba.values import ValueProblem
from scenes.mitsuba.values import color_of
from scenes.mitsuba.values import color_of_file
from scenes.mitsuba.values import number_of
from scenes.mitsuba.values import numbers_of
from scenes.model.description import SceneError
from scenes.model.description import UnusablePart
from scenes.model.textures import RGB
from scenes.optics.spectra import blackbody_rgb

COLOR_TAGS = ("rgb", "srgb", "spectrum", "color", "float", "integer", "vector")
"""Tags of elements that can hold a colour parameter."""
NESTING_DEPTH = 32
"""Maximum depth of nested plugins; deeper nesting is taken for a self-reference."""


@dataclass(frozen=True, eq=False)
class Plugin:
    """One plugin element of a document."""

    document: Document
    element: Element
    file: Path
    depth: int = 0
    placed: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4) transform of the enclosing instance, applied after the plugin's own transforms."""

    def __post_init__(self) -> None:
        self.document.visited.setdefault(self.element, str(self))
        if self.depth > NESTING_DEPTH:
            raise self.error("nested too deeply, perhaps a reference to itself")

    def __str__(self) -> str:
        """Name in messages, such as `<bsdf type="diffuse" id="wall">`."""
        names = [
            f'{key}="{self.element.get(key)}"' for key in ("type", "id") if self.element.get(key)
        ]
        return f"<{' '.join([self.element.tag, *names])}>"

    @property
    def kind(self) -> str:
        """The plugin's type."""
        return self.element.get("type", "")

    @property
    def id(self) -> str:
        """Identifier, empty if none."""
        return self.element.get("id", "")

    def error(self, reason: str) -> SceneError:
        """SceneError that names the file and the element."""
        return SceneError(f"{self.file}: {self}: {reason}")

    def unusable(self, reason: str) -> UnusablePart:
        """UnusablePart that names the file and the element."""
        return UnusablePart(f"{self.file}: {self}: {reason}")

    def note(self, text: str) -> None:
        """Add a note that names the element."""
        self.document.note(f"{self}: {text}")

    # ---- Parameters ------------------------------------------------------------------------------

    def find(self, *names: str) -> Element | None:
        """First parameter with one of these names, of any tag, or None; marks it as used."""
        for child in self.element:
            if child.get("name") in names:
                self.document.used.add(child)
                return child
        return None

    def text(self, name: str, default: str) -> str:
        """A string parameter."""
        found = self.find(name)
        return default if found is None else found.get("value", default)

    def number(self, name: str, default: float) -> float:
        """A number parameter."""
        found = self.find(name)
        return default if found is None else self.to_number(found.get("value", ""), name)

    def flag(self, name: str, default: bool) -> bool:
        """A boolean parameter."""
        text = self.text(name, str(default)).strip().lower()
        if text not in ("true", "false"):
            raise self.error(f"{name}: not true or false {text!r}")
        return text == "true"

    def vector(self, name: str, default: tuple[float, float, float]) -> np.ndarray:
        """(3,) float64 of a point or vector parameter, from x, y, z or one value."""
        found = self.find(name)
        if found is None:
            return np.array(default)
        if "value" in found.attrib:
            try:
                return np.array(numbers_of(found.attrib["value"], (3,)))
            except ValueProblem as problem:
                raise self.error(f"{name}: {problem}") from None
        return np.array([self.to_number(found.get(axis, "0"), name) for axis in "xyz"])

    def transform(self, name: str) -> np.ndarray:
        """(4, 4) float64 transform parameter (default: identity), followed by `placed`."""
        found = self.find(name)
        notes: list[str] = []
        try:
            matrix = np.eye(4)
            if found is not None:
                matrix = matrix_of(found, notes, is_uv=name == "to_uv")
            for text in notes:
                self.note(f"{name}: {text}")
            return self.placed @ matrix
        except ValueProblem as problem:
            raise self.error(f"{name}: {problem}") from None

    def color(self, name: str, default: RGB, kind: ColorKind = ColorKind.REFLECTANCE) -> RGB:
        """A constant colour parameter, linear RGB; `kind` decides how a spectrum is converted."""
        found = self.find(name)
        if found is None:
            return default
        if found.tag == "spectrum" and found.get("type"):
            return spectrum_rgb(self.resolve(found), kind)
        if found.tag not in COLOR_TAGS or found.get("type"):
            raise self.error(f"{name}: <{found.tag}> is not supported here, a colour is needed")
        color = self.to_color(found, kind)
        if kind is ColorKind.REFLECTANCE and max(color) > 1.0 and found.tag in ("rgb", "srgb"):
            if not self.document.is_version_0:
                raise self.error(f"{name}: a reflectance is at most 1, not {max(color):g}")
            self.note(f"{name}: {max(color):g} was clamped to 1")
            color = (min(color[0], 1.0), min(color[1], 1.0), min(color[2], 1.0))
        return color

    # ---- Nested plugins --------------------------------------------------------------------------

    def nested(self, tag: str) -> list[Plugin]:
        """Child plugins with this tag, in order; references are followed."""
        children = [child for child in self.element if child.tag in (tag, "ref")]
        return [self.resolve(child) for child in children if self._target(child).tag == tag]

    def resolve(self, child: Element) -> Plugin:
        """The plugin of a child element, which may be a <ref>."""
        self.document.used.add(child)
        target = self._target(child)
        file = self.document.files.get(target, self.file)
        return Plugin(self.document, target, file, self.depth + 1)

    def descendants(self) -> Iterator[Element]:
        """All descendant elements, once each; references are followed."""
        waiting = [self.element]
        seen = set()
        while waiting:
            for child in map(self._target, waiting.pop()):
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
                    yield child

    def _target(self, child: Element) -> Element:
        if child.tag != "ref":
            return child
        target = self.document.ids.get(child.get("id", ""))
        if target is None:
            raise self.error(f"<ref>: no element with id {child.get('id')!r}")
        return target

    def path(self, name: str = "filename") -> Path:
        """The file that a parameter names, relative to the scene's folder."""
        return self._file(self.text(name, ""), name)

    def _file(self, text: str, name: str) -> Path:
        """Existing file `text` in the document's folders, else in the folder of the plugin's file.

        `text` may end in `#LAYER`, the layer of an image file.
        """
        if not text:
            raise self.error(f"{name}: missing")
        relative = Path(text.replace("\\", "/"))
        scene = self.document.path.parent / relative
        paths = [*(f / relative for f in self.document.folders), self.file.parent / relative]
        found = next((path for path in paths if os.path.isfile(split_layer(path)[0])), None)
        if found is None:
            raise self.unusable(f"{split_layer(scene)[0]}: no such file")
        return found

    # ---- Values ----------------------------------------------------------------------------------

    def to_number(self, text: str, name: str) -> float:
        """A finite number."""
        try:
            return number_of(text)
        except ValueProblem as problem:
            raise self.error(f"{name}: {problem}") from None

    def to_color(self, element: Element, kind: ColorKind = ColorKind.REFLECTANCE) -> RGB:
        """Linear RGB of <rgb>, <srgb>, <spectrum> or <float>."""
        is_number = "value" in element.attrib and ":" not in element.attrib["value"]
        if self.document.is_version_0 and is_number:
            kind = ColorKind.REFLECTANCE  # before version 2 a number was grey as emission, too
        try:
            if "filename" in element.attrib:
                return color_of_file(self._file(element.attrib["filename"], "filename"), kind)
            return color_of(element, kind)
        except ValueProblem as problem:
            raise self.error(f"{element.get('name', element.tag)}: {problem}") from None


def spectrum_rgb(plugin: Plugin, kind: ColorKind) -> RGB:
    """Linear RGB of a nested <spectrum type="...">.

    d65 and uniform are grey as emission, too; a black body has the radiance of Planck's law in
    W m^-2 sr^-1 nm^-1 times `scale`.
    """
    if plugin.kind in ("uniform", "srgb", "rgb", "d65"):
        nested = plugin.find("color", "value")
        color = (1.0, 1.0, 1.0) if nested is None else plugin.to_color(nested)
        scale = plugin.number("scale", 1.0)
        return (scale * color[0], scale * color[1], scale * color[2])
    if plugin.kind == "blackbody" and kind is ColorKind.EMISSION:
        scale = plugin.number("scale", 1.0)
        kelvin = plugin.number("temperature", 5000.0)
        if kelvin <= 0.0:
            raise plugin.error(f"temperature: must be > 0, is {kelvin:g}")
        red, green, blue = blackbody_rgb(kelvin)
        return (scale * red, scale * green, scale * blue)
    if plugin.kind in ("regular", "irregular"):
        return _curve_rgb(plugin, kind)
    raise plugin.error(f"not supported as {kind.value}; give an <rgb>")


def _curve_rgb(plugin: Plugin, kind: ColorKind) -> RGB:
    """Linear RGB of a curve given by `values` and `wavelengths`, or by its range."""
    values = plugin.text("values", "").replace(",", " ").split()
    wavelengths = plugin.text("wavelengths", "").replace(",", " ").split()
    if plugin.kind == "regular":
        ends = plugin.number("wavelength_min", 360.0), plugin.number("wavelength_max", 830.0)
        grid = np.linspace(*ends, len(values))
        wavelengths = [str(wavelength) for wavelength in grid]
    if not values or len(values) != len(wavelengths):
        raise plugin.error("needs as many wavelengths as values")
    pairs = " ".join(f"{w}:{v}" for w, v in zip(wavelengths, values))
    return plugin.to_color(Element("spectrum", {"value": pairs, "name": "values"}), kind)
