"""Seed files of the image readers: every format in its usual kinds.

Host code. Each function writes folders with one file `main.*`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio

CASES = Path(__file__).parents[2] / "tests" / "cases"
LUMINANCE_CHROMA = CASES.parent / "scenes" / "images" / "files" / "luminance_chroma.exr"
LAYERS = ("R", "G", "B", "A", "ViewLayer.Combined.R", "ViewLayer.Combined.G", "depth.Z")
SIZE = (12, 16)  # rows, columns


def write_image(path: Path, channels: int, kind: str = "uint8", **attributes: Any) -> Path:
    """Write a gradient; `attributes` go to the header, but `size` and `names` (of channels)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = attributes.pop("size", SIZE)
    spec = oiio.ImageSpec(columns, rows, channels, kind)
    if "names" in attributes:
        spec.channelnames = attributes.pop("names")
    for name, value in attributes.items():
        spec.attribute(name, value)
    count = rows * columns * channels
    texels = np.arange(count, dtype=np.float32).reshape(rows, columns, channels) / count
    output = oiio.ImageOutput.create(str(path))
    assert output is not None and output.open(str(path), spec), oiio.geterror()
    assert output.write_image(texels), output.geterror()
    output.close()
    return path


def _png(folder: Path) -> None:
    for channels in (1, 2, 3, 4):
        write_image(folder / f"{channels}" / "main.png", channels)
    write_image(folder / "16" / "main.png", 4, "uint16")
    shutil.copy(CASES / "ktx2/etc1s.png", _main(folder / "case", ".png"))


def _jpeg(folder: Path) -> None:
    for channels in (1, 3):
        write_image(folder / f"{channels}" / "main.jpg", channels)
    write_image(folder / "turned" / "main.jpg", 3, Orientation=6)


def _tiff(folder: Path) -> None:
    for number, compression in enumerate(("none", "zip", "lzw", "packbits")):
        name = f"{compression}/main.tif"
        kind = "uint8" if number % 2 else "uint16"
        write_image(folder / name, number + 1, kind, compression=compression)
        write_image(folder / f"f{name}", number + 1, "float", compression=compression)
    shutil.copy(CASES / "images/texture_linear_float.tif", _main(folder / "case", ".tif"))


def _exr(folder: Path) -> None:
    for number, compression in enumerate(("none", "zip", "piz", "rle", "b44", "dwaa")):
        kind = "half" if number % 2 else "float"
        write_image(folder / compression / "main.exr", 3, kind, compression=compression)
    write_image(folder / "layers" / "main.exr", len(LAYERS), "half", names=LAYERS)
    for case in sorted((CASES / "images").glob("exr_*.exr")):
        shutil.copy(case, _main(folder / case.stem, ".exr"))
    shutil.copy(LUMINANCE_CHROMA, _main(folder / "luminance", ".exr"))


def _hdr(folder: Path) -> None:
    write_image(folder / "written" / "main.hdr", 3, "float")
    for case in sorted((CASES / "images").glob("*.hdr")):
        if "without_format" not in case.name:  # that one tests a refusal
            shutil.copy(case, _main(folder / case.stem, ".hdr"))


def _pfm(folder: Path) -> None:
    write_image(folder / "grey" / "main.pfm", 1, "float")
    for case in sorted((CASES / "images").glob("*.pfm")):
        shutil.copy(case, _main(folder / case.stem, ".pfm"))


def _webp(folder: Path) -> None:
    for channels in (3, 4):
        write_image(folder / f"{channels}" / "main.webp", channels)
    write_image(folder / "lossless" / "main.webp", 4, compression="lossless:9")


def _ktx2(folder: Path) -> None:
    for case in sorted((CASES / "ktx2").glob("*.ktx2")):
        shutil.copy(case, _main(folder / case.stem, ".ktx2"))


def _environment(folder: Path) -> None:
    for suffix, kind in (("exr", "half"), ("hdr", "float"), ("pfm", "float"), ("png", "uint8")):
        write_image(folder / suffix / f"main.{suffix}", 3, kind, size=(8, 16))
    write_image(folder / "tif" / "main.tif", 4, "uint16", size=(8, 16))
    write_image(folder / "jpg" / "main.jpg", 3, size=(8, 16))


def _photographs(folder: Path) -> None:
    for suffix in ("jpg", "png", "tif", "webp", "bmp", "ppm"):
        write_image(folder / suffix / f"main.{suffix}", 3)
    write_image(folder / "pgm" / "main.pgm", 1)
    write_image(folder / "exr" / "main.exr", 4, "half")


def _main(folder: Path, suffix: str) -> Path:
    folder.mkdir(parents=True)
    return folder / f"main{suffix}"


IMAGE_SEEDS: dict[str, Callable[[Path], None]] = {
    "png": _png,
    "jpeg": _jpeg,
    "tiff": _tiff,
    "exr": _exr,
    "hdr": _hdr,
    "pfm": _pfm,
    "webp": _webp,
    "ktx2": _ktx2,
    "environment": _environment,
    "photographs": _photographs,
}
"""Function that writes the seeds of each reader."""
