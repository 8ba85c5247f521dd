"""Image files: PNG for display, multi-layer OpenEXR for measurement.

Host code. Files appear under their name only when they are complete.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import torch

from app.base.errors import UsageError
from app.base.files import partial_file
from denoiser.errors import one_line
from denoiser.transfer import tone

CHANNELS: dict[str, tuple[str, ...]] = {
    "normal": ("X", "Y", "Z"),
    "distance": ("Z",),
    "delta_fraction": ("Y",),
}
"""OpenEXR channel names of layers that are not colours."""
LAYER_NAMES = {"distance": "depth", "delta_fraction": "mirrored"}
"""Layer names in files, where they differ from the image names."""
COLOR_CHANNELS: tuple[str, ...] = ("R", "G", "B")


def to_display(radiance: torch.Tensor) -> np.ndarray:
    """(H, W, 3) uint8 image of linear radiance by the paper's T(v); non-finite pixels: magenta."""
    image = tone(radiance.detach().float().cpu().clamp(min=0)).numpy()
    broken = ~np.isfinite(image).all(axis=-1)
    image[broken] = (1.0, 0.0, 1.0)
    return (image * 255 + 0.5).clip(0, 255).astype(np.uint8)


def write_png(path: Path, pixels: np.ndarray) -> None:
    """Write a display-referred (H, W, 3) uint8 image. Raises UsageError."""
    _write(path, pixels, COLOR_CHANNELS, "uint8")


def write_exr(path: Path, layers: dict[str, torch.Tensor]) -> None:
    """Write (H, W, C) float32 layers; the first is the main image: R, G, B without prefix.

    Colour layers get the channels NAME.R, .G, .B, others those of CHANNELS. Raises UsageError.
    """
    names: list[str] = []
    for index, (layer, image) in enumerate(layers.items()):
        channels = CHANNELS.get(layer, COLOR_CHANNELS)
        assert image.shape[-1] == len(channels), layer
        name = LAYER_NAMES.get(layer, layer)
        names += [channel if index == 0 else f"{name}.{channel}" for channel in channels]
    pixels = np.concatenate(
        [image.detach().float().cpu().numpy() for image in layers.values()], axis=-1
    )
    _write(path, pixels, tuple(names), "float")


def write_image_file(path: Path, pixels: np.ndarray, spec: oiio.ImageSpec) -> None:
    """Write (H, W, C) pixels in the format of `spec`. Raises UsageError."""
    write_image_pages(path, [(pixels, spec)])


def write_image_pages(path: Path, pages: list[tuple[np.ndarray, oiio.ImageSpec]]) -> None:
    """Write images of (H, W, C) pixels one after the other into one file. Raises UsageError."""
    with partial_file(path) as partial:
        output = oiio.ImageOutput.create(str(partial))
        if output is None:
            raise UsageError(f"{path}: cannot be written: {one_line(oiio.geterror())}")
        mode = "Create"
        for pixels, spec in pages:
            is_written = output.open(str(partial), spec, mode) and output.write_image(
                np.ascontiguousarray(pixels)
            )
            if not is_written:
                reason = one_line(output.geterror())
                output.close()
                raise UsageError(f"{path}: cannot be written: {reason}")
            mode = "AppendSubimage"
        if not output.close():
            raise UsageError(f"{path}: cannot be written: {one_line(output.geterror())}")


def _write(path: Path, pixels: np.ndarray, names: tuple[str, ...], kind: str) -> None:
    """Write (H, W, C) pixels of type `kind` with named channels."""
    height, width, count = pixels.shape
    spec = oiio.ImageSpec(width, height, count, kind)
    spec.channelnames = names
    spec.attribute("DateTime", "")  # empty: equal images give equal files
    write_image_file(path, pixels, spec)
