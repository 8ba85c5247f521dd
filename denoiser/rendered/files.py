"""Files of rendered views: a JSON list, and OpenEXR images that other programs can read too.

Host code. `FOLDER/views.json` lists the views and how they were rendered. The halves of view NAME
are `NAME-a.exr` and `NAME-b.exr`, with float32 channels R, G, B, albedo.R .. normal.Z, depth.Z and
mirrored.Y; its clean image, if there is one, is `NAME-clean.exr`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import torch

from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.rendered.dataset import View
from denoiser.restoration.dataset import Progress
from denoiser.restoration.dataset import ignore_progress
from renderer.frame import FramePair
from renderer.frame import Half

LIST_NAME = "views.json"
FORMAT, VERSION = "hush-views", 1
COLOR = ("R", "G", "B")
HALF_LAYERS = {
    "color": COLOR,
    "albedo": tuple(f"albedo.{channel}" for channel in COLOR),
    "normal": ("normal.X", "normal.Y", "normal.Z"),
    "distance": ("depth.Z",),
    "delta_fraction": ("mirrored.Y",),
}
"""Channels of each image of a half, in the order of the file."""


@dataclass(frozen=True)
class ViewEntry:
    """Entry of one view in the list."""

    name: str
    scene: str
    has_clean: bool

    def half_path(self, folder: Path, half: int) -> Path:
        """File of half 0 or 1."""
        return folder / f"{self.name}-{'ab'[half]}.exr"

    def clean_path(self, folder: Path) -> Path:
        """File of the clean image."""
        return folder / f"{self.name}-clean.exr"

    def paths(self, folder: Path) -> list[Path]:
        """All files of the view."""
        halves = [self.half_path(folder, half) for half in range(2)]
        return [*halves, self.clean_path(folder)] if self.has_clean else halves


@dataclass(frozen=True)
class ViewList:
    """Content of `views.json`."""

    size: tuple[int, int]
    """(width, height) of all views."""
    spp: int
    """Samples per pixel of each half."""
    entries: tuple[ViewEntry, ...]


def read_view_list(folder: Path) -> ViewList:
    """Read the list of a folder; DataError if it is missing or invalid."""
    path = folder / LIST_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"{folder}: no rendered views in it ({LIST_NAME} is missing)") from error
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: {one_line(error)}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataError(f'{path}: not a list of views: "format" must be "{FORMAT}"')
    if content.get("version") != VERSION:
        raise DataError(f"{path}: version {content.get('version')!r}, this program reads {VERSION}")
    try:
        return _list_of(content)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: invalid list: {type(error).__name__} {error}") from error


def read_views(folder: Path, progress: Progress = ignore_progress) -> tuple[View, ...]:
    """Read all views of a folder, in the list's order; DataError for missing or broken files."""
    found = read_view_list(folder)
    views = []
    for number, entry in enumerate(found.entries):
        a, b = (_read_half(entry.half_path(folder, half), found.size) for half in range(2))
        clean = None
        if entry.has_clean:
            clean = _read_layers(entry.clean_path(folder), found.size, {"color": COLOR})["color"]
        views.append(View(entry.name, entry.scene, FramePair(a, b, found.spp, number), clean))
        progress(f"reading {folder}", (number + 1) / len(found.entries))
    return tuple(views)


def _list_of(content: dict[str, Any]) -> ViewList:
    width, height = (int(side) for side in content["size"])
    entries = tuple(
        ViewEntry(str(view["name"]), str(view["scene"]), bool(view["has_clean"]))
        for view in content["views"]
    )
    if not entries:
        raise ValueError("no views")
    return ViewList((width, height), int(content["spp"]), entries)


def _read_half(path: Path, size: tuple[int, int]) -> Half:
    return Half(**_read_layers(path, size, HALF_LAYERS))


def _read_layers(
    path: Path, size: tuple[int, int], layers: Mapping[str, Sequence[str]]
) -> dict[str, torch.Tensor]:
    """Read each layer as (H, W, C) float32 from its named channels."""
    if not os.path.exists(path):
        raise DataError(f"{path}: missing; rerun the command that renders the views")
    try:
        pixels, names = _read_channels(path)
    except UnicodeDecodeError as error:  # OpenImageIO returns names and reasons undecoded
        raise DataError(f"{path}: damaged image (a text in its header is not UTF-8)") from error
    height, width = pixels.shape[:2]
    if (width, height) != size:
        raise DataError(f"{path}: {width}x{height}, but {LIST_NAME} says {size[0]}x{size[1]}")
    column = {name: index for index, name in enumerate(names)}
    missing = [name for names in layers.values() for name in names if name not in column]
    if missing:
        raise DataError(f"{path}: has no channel {missing[0]}")
    return {
        layer: torch.from_numpy(np.ascontiguousarray(pixels[..., [column[n] for n in names]]))
        for layer, names in layers.items()
    }


def _read_channels(path: Path) -> tuple[np.ndarray, Sequence[str]]:
    """(H, W, C) float32 and the names of the C channels of a file's first image."""
    image = oiio.ImageBuf(str(path))
    # The pixels of an image that could not be opened must not be asked for.
    if image.has_error or not image.read(convert=oiio.FLOAT):
        raise DataError(f"{path}: {one_line(image.geterror())}")
    pixels = image.get_pixels(oiio.FLOAT)
    if pixels is None or image.has_error:
        raise DataError(f"{path}: {one_line(image.geterror())}")
    return pixels, image.spec().channelnames
