"""Folder of TIFF images, one slice in each, in the order of the numbers in their names.

Host code. The result is a folder of the same files, each copied and its pixels overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tifffile

from app.base.files import partial_file
from app.offline.stack_files.base import Group
from app.offline.stack_files.base import StackFile
from app.offline.stack_files.base import stored_limits
from app.offline.stack_files.tiff import arrange_series
from app.offline.stack_files.tiff import check_series
from app.offline.stack_files.tiff import reading_tiff
from app.offline.stack_files.tiff import write_series
from denoiser.errors import DataError
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import arrange

SUFFIXES = (".tif", ".tiff")


def tiff_slices(folder: Path) -> list[Path]:
    """TIFF images directly in a folder; `slice9` comes before `slice10`, hidden files not at all.

    Returns: an empty list where there is none.
    """
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    ]
    return sorted(found, key=_numbered_name)


def open_tiff_folder(path: Path, scratch: Path) -> StackFile:
    """Open all TIFF images of a folder as one stack.

    Raises:
        DataError: an image is damaged, not supported, has several slices, or another size or type
            than the first.
        OSError: `scratch` cannot be written.
    """
    return _TiffFolder(path, scratch)


class _TiffFolder(StackFile):
    """Slices whose values are expanded to a scratch file."""

    def __init__(self, path: Path, scratch: Path) -> None:
        self._files = tiff_slices(path)
        expanded = scratch / "slices.raw"
        first: np.ndarray | None = None
        with open(expanded, "wb") as out:
            for file in self._files:
                image = _slice(file)
                first = image if first is None else first
                if (image.shape, image.dtype) != (first.shape, first.dtype):
                    raise DataError(
                        f"{file}: {_text(image)}, but {self._files[0].name} has {_text(first)}"
                    )
                out.write(image.tobytes())
        assert first is not None, "the folder has TIFF images"
        shape = (len(self._files), *first.shape)
        array = np.memmap(expanded, first.dtype, "r", 0, shape)
        super().__init__(path, [Group("", arrange(array, 0, 2, 3), stored_limits(first.dtype))])

    def write(self, target: Path, restored: Sequence[PlaneArray]) -> tuple[str, ...]:
        """Copy every file and overwrite its pixels."""
        target.mkdir(parents=True, exist_ok=True)
        for z, source in enumerate(self._files):
            values = PlaneArray(restored[0].array[..., z : z + 1, :, :])
            with partial_file(target / source.name) as partial:
                partial.write_bytes(source.read_bytes())
                with tifffile.TiffFile(partial, mode="r+") as file:
                    write_series(partial, file, file.series[0], values)
        return ()


def _slice(path: Path) -> np.ndarray:
    """(N, H, W) values of the channels of an image, in the byte order of this machine."""
    with reading_tiff(path), tifffile.TiffFile(path) as file:
        series = file.series[0]
        check_series(path, file, series)
        values = arrange_series(series.asarray(), series.axes)
        if len(file.series) > 1 or values.shape[1] > 1:
            raise DataError(
                f"{path}: several slices; a folder holds one in each file, restore this file alone"
            )
        array = values.array.reshape(values.shape[0], *values.shape[2:])
        return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def _text(image: np.ndarray) -> str:
    """Size and type of a slice in messages."""
    channels, height, width = image.shape
    return f"{width}x{height} pixels, {channels} channels of {image.dtype}"


def _numbered_name(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Key that sorts names by their text, and the numbers in them by value."""
    parts = re.findall(r"\d+|\D+", path.name.lower())
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in parts], path.name
