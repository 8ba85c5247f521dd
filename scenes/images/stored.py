"""Stored images: the pixels of an image file, whatever its format, and what they mean.

Host code, through OpenImageIO.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio

from scenes.images.layers import Layer
from scenes.images.layers import Part
from scenes.images.layers import choose_layer
from scenes.images.metadata import has_linear_colors
from scenes.images.metadata import has_linear_samples
from scenes.images.metadata import ignored_colors
from scenes.images.metadata import ignored_layout
from scenes.images.metadata import to_rec_709
from scenes.images.radiance import is_xyze
from scenes.images.radiance import read_radiance_header
from scenes.model.description import SceneError

MAX_PIXELS = 2**28
"""Largest image, about 16,000 x 16,000: its float32 RGB takes 3 GiB."""
MAX_PADDED_PIXELS = 2**25
"""Largest display window of a file that stores only a part of it, 8192 x 4096: such a file may be
small, whatever the size of the window."""
BAND_ROWS = 256  # a multiple of the rows that EXR compresses together
INTEGERS = {oiio.UINT8: "uint8", oiio.UINT16: "uint16"}
"""Integer samples that are kept; all others are read as float32, integers scaled to [0, 1]."""


@dataclass(frozen=True)
class ReadOptions:
    """What of an image file is read."""

    layer: str = ""
    """Name of the layer of a file that holds several; see `choose_layer`."""
    has_alpha: bool = True
    """False leaves alpha out."""
    has_color_metadata: bool = True
    """False: the samples are no colours, or the scene alone says how they are encoded."""


@dataclass(frozen=True)
class StoredImage:
    """Pixels of an image file."""

    texels: np.ndarray
    """(H, W, C) uint8, uint16 or float32 as stored, row 0 on top; C: grey, grey and alpha, RGB, or
    RGB and alpha. Colours are not multiplied by alpha in formats that say whether they are."""
    is_linear: bool
    """True: proportional to light; False: sRGB-encoded. By the samples and the file's metadata."""
    notes: tuple[str, ...] = ()
    """What was left out or changed, a line each, without the file's name."""


def read_stored(path: Path, name: str, options: ReadOptions = ReadOptions()) -> StoredImage:
    """Read an image file; `name` is for messages.

    Raises:
        SceneError: missing, damaged, too large, of deep samples, or without the layer; one line.
    """
    if not os.path.isfile(path):
        raise SceneError(f"{name}: no such file")
    try:
        return _open_and_read(path, name, options)
    except UnicodeDecodeError as error:  # OpenImageIO returns names and reasons undecoded
        raise SceneError(f"{name}: damaged image (a text in its header is not UTF-8)") from error


def _open_and_read(path: Path, name: str, options: ReadOptions) -> StoredImage:
    config = oiio.ImageSpec()
    # Do not multiply colours by alpha: one image may hold a leaf's colour and its cut-out.
    config.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(path), config)
    if source is None:
        reason = first_line(oiio.geterror())
        if "Subsampled channels" in reason:
            from scenes.images.luminance_chroma import read_luminance_chroma  # imports OpenEXR

            texels = read_luminance_chroma(path, name)
            return StoredImage(texels if options.has_alpha else texels[..., :3], is_linear=True)
        if is_xyze(path):
            raise SceneError(f"{name}: Radiance pictures in XYZ colours (xyze) are not supported")
        raise SceneError(f"{name}: not a readable image ({reason})")
    try:
        return _read(source, path, name, options)
    finally:
        source.close()


def _read(source: oiio.ImageInput, path: Path, name: str, options: ReadOptions) -> StoredImage:
    """Read the wanted layer of an open file."""
    try:
        layer, note = choose_layer(_parts(source), options.layer)
    except ValueError as error:
        raise SceneError(f"{name}: {error}") from None
    source.seek_subimage(layer.part, 0)
    spec = source.spec()
    if spec.deep:
        raise SceneError(f"{name}: deep images (several samples per pixel) are not supported")
    if max(spec.width * spec.height, spec.full_width * spec.full_height) > MAX_PIXELS:
        raise SceneError(f"{name}: {spec.full_width} x {spec.full_height} pixels are too many")
    is_associated = (
        source.format_name() == "tiff"
        and len(layer.channels) in (2, 4)
        and not spec.get_int_attribute("oiio:UnassociatedAlpha", 0)
    )
    if not options.has_alpha and not is_associated:
        layer = replace(layer, channels=layer.channels[: 3 if len(layer.channels) > 2 else 1])
    texels = _selected(source, layer, INTEGERS.get(spec.format.basetype, "float"), name)
    texels = _in_display_window(texels, spec, name)
    is_exr = source.format_name() == "openexr"
    is_linear = has_linear_samples(spec) or is_exr
    notes = [note] if note else []
    if is_exr:
        _rescale_integers(texels, spec, layer)
    if source.format_name() == "hdr":
        header = read_radiance_header(path)
        texels = header.radiance(header.upright(texels))
        notes += header.notes
    else:
        notes += ignored_layout(spec)
    if options.has_color_metadata:
        is_linear = is_linear or has_linear_colors(spec)
        notes += ignored_colors(spec)
        matrix = to_rec_709(spec) if is_exr and len(layer.channels) > 2 else None
        if matrix is not None:
            texels[..., :3] = texels[..., :3] @ matrix.T.astype(np.float32)
            notes.append("colours were converted from the file's chromaticities to Rec. 709")
    if is_associated:
        texels = _divided_by_alpha(texels)
        texels = texels if options.has_alpha else texels[..., :-1]
    if texels.dtype == np.float32:
        texels, changed = _finite(texels)
        notes += [changed] if changed else []
    return StoredImage(texels, is_linear, tuple(notes))


def _parts(source: oiio.ImageInput) -> list[Part]:
    """Names and channels of all parts; levels of detail are not parts."""
    parts: list[Part] = []
    while source.seek_subimage(len(parts), 0):
        spec = source.spec()
        parts.append(Part(spec.get_string_attribute("oiio:subimagename"), spec.channelnames))
    return parts


def _selected(source: oiio.ImageInput, layer: Layer, kind: str, name: str) -> np.ndarray:
    """(H, W, C) samples of the layer's channels; in bands, as OpenImageIO copies what it reads."""
    begin, end = min(layer.channels), max(layer.channels) + 1
    chosen = [channel - begin for channel in layer.channels]
    spec = source.spec()
    if spec.tile_width or spec.depth > 1:
        texels = source.read_image(layer.part, 0, begin, end, kind)
        if texels is None:
            raise SceneError(f"{name}: damaged image ({first_line(source.geterror())})")
        return np.ascontiguousarray(texels[..., chosen])
    result = np.empty(
        (spec.height, spec.width, len(chosen)), "float32" if kind == "float" else kind
    )
    for top in range(0, spec.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, spec.height)
        band = source.read_scanlines(
            layer.part, 0, spec.y + top, spec.y + bottom, 0, begin, end, kind
        )
        if band is None:
            raise SceneError(f"{name}: damaged image ({first_line(source.geterror())})")
        result[top:bottom] = band[..., chosen]
    return result


def _in_display_window(texels: np.ndarray, spec: oiio.ImageSpec, name: str) -> np.ndarray:
    """The display window: pixels outside the stored data window are 0, data outside is cut off."""
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    if (left, top, spec.full_width, spec.full_height) == (0, 0, spec.width, spec.height):
        return texels
    if spec.full_width * spec.full_height > max(MAX_PADDED_PIXELS, spec.width * spec.height):
        size = f"{spec.width} x {spec.height} pixels in {spec.full_width} x {spec.full_height}"
        raise SceneError(f"{name}: the stored part is too small, {size}")
    result = np.zeros((spec.full_height, spec.full_width, texels.shape[2]), texels.dtype)
    rows = slice(max(top, 0), max(min(top + spec.height, spec.full_height), 0))
    columns = slice(max(left, 0), max(min(left + spec.width, spec.full_width), 0))
    stored = texels[
        rows.start - top : max(rows.stop - top, 0),
        columns.start - left : max(columns.stop - left, 0),
    ]
    result[
        rows.start : rows.start + len(stored), columns.start : columns.start + stored.shape[1]
    ] = stored
    return result


def _rescale_integers(texels: np.ndarray, spec: oiio.ImageSpec, layer: Layer) -> None:
    """Undo the scaling of integers to [0, 1]: in OpenEXR they are numbers as they are."""
    kinds = spec.channelformats or (spec.format,) * spec.nchannels
    for place, channel in enumerate(layer.channels):
        if kinds[channel].basetype == oiio.UINT32:
            texels[..., place] *= np.float32(2**32 - 1)


def _divided_by_alpha(texels: np.ndarray) -> np.ndarray:
    """Undo the multiplication by alpha (associated alpha); colours stay where alpha is 0."""
    alpha = texels[..., -1:].astype(np.float32)
    scale = np.float32(np.iinfo(texels.dtype).max if texels.dtype.kind == "u" else 1.0)
    colors = np.divide(
        texels[..., :-1] * scale, alpha, out=texels[..., :-1].astype(np.float32), where=alpha > 0.0
    )
    if texels.dtype.kind == "u":
        colors = np.rint(np.minimum(colors, scale))
    return np.concatenate([colors.astype(texels.dtype), texels[..., -1:]], axis=2)


def _finite(texels: np.ndarray) -> tuple[np.ndarray, str]:
    """Replace infinite samples by the largest finite one and NaN by 0; return a note if any."""
    count, largest = 0, 0.0
    for band in _bands(texels):
        is_finite = np.isfinite(band)
        largest = max(largest, float(np.max(band, where=is_finite, initial=0.0)))
        count += 0 if is_finite.all() else int((~is_finite).any(axis=2).sum())
    if not count:
        return texels, ""
    for band in _bands(texels):
        np.nan_to_num(band, copy=False, nan=0.0, posinf=largest, neginf=0.0)
    pixels = "1 pixel is" if count == 1 else f"{count} pixels are"
    return texels, f"{pixels} infinite or NaN; replaced by {largest:.4g} or 0"


def _bands(texels: np.ndarray) -> Iterator[np.ndarray]:
    """Views of successive rows, so that temporary arrays stay small."""
    for top in range(0, len(texels), BAND_ROWS):
        yield texels[top : top + BAND_ROWS]


def first_line(message: str) -> str:
    """First line of a library's error text; the lines after it repeat the path."""
    lines = message.strip().splitlines()
    return lines[0] if lines else "no reason given"
