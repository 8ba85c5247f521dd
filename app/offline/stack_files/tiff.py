"""TIFF stacks: multi-page, ImageJ and OME-TIFF, every series of a file.

Host code. The file is copied and its pixels are overwritten, so that all tags, descriptions and
unknown fields stay. Compressed pages are compressed again in the same way. The lower resolutions of
a pyramid are made from the restored full resolution.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tifffile

from app.base.files import partial_file
from app.offline.stack_files.base import Group
from app.offline.stack_files.base import StackFile
from app.offline.stack_files.base import stored_limits
from app.offline.stack_files.raw import copy_planes
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import Planes
from denoiser.restoration.stacks.plane_array import ReducedPlanes
from denoiser.restoration.stacks.plane_array import arrange

SLICE_AXES = "ZTQIRPHEALV"
"""Axes along which slices may lie, by preference; tifffile's letters."""
OFFSETS = (273, 324)  # StripOffsets, TileOffsets
BYTE_COUNTS = (279, 325)  # StripByteCounts, TileByteCounts
LOSSLESS = (1, 5, 8, 32773, 32946, 34925, 50000)
"""Compressions that can be written back: none, LZW, Deflate, PackBits, LZMA, Zstandard."""
WHOLE_BITS = (8, 16, 32, 64)


def open_tiff(path: Path, scratch: Path) -> StackFile:
    """Open all series of a file; DataError if it is damaged or of a kind that is not supported."""
    with reading_tiff(path):
        return _TiffFile(path, scratch)


@contextmanager
def reading_tiff(path: Path) -> Iterator[None]:
    """Turn what tifffile raises, or logs and goes on after, into a DataError that names `path`."""
    logged = _Errors()
    logger = logging.getLogger(tifffile.__name__)
    logger.addHandler(logged)
    try:
        yield
        if logged.texts:  # where tifffile goes on without pages that it cannot read
            raise DataError(f"{path}: damaged: {one_line(logged.texts[0])}")
    except DataError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise DataError(f"{path}: {one_line(error)}") from error
    except Exception as error:  # tifffile's errors for damaged files have no common class
        raise DataError(f"{path}: {one_line(error)}") from error
    finally:
        logger.removeHandler(logged)


class _Errors(logging.Handler):
    """Keeps the texts of errors that a library logs and goes on after."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.texts.append(record.getMessage())


class _TiffFile(StackFile):
    """Series whose values are mapped where they are contiguous, else expanded to scratch files."""

    def __init__(self, path: Path, scratch: Path) -> None:
        groups: list[Group] = []
        with tifffile.TiffFile(path) as file:
            for number, series in enumerate(file.series):
                check_series(path, file, series)
                array = _series_array(path, series, scratch / f"series-{number}.npy")
                name = series.name if len(file.series) > 1 else ""
                values = arrange_series(array, series.axes)
                groups.append(Group(name, values, stored_limits(array.dtype)))
        super().__init__(path, groups)

    def write(self, target: Path, restored: Sequence[PlaneArray]) -> tuple[str, ...]:
        """Copy the file and overwrite the pixels of every series."""
        with partial_file(target) as partial:
            shutil.copyfile(self.path, partial)
            with tifffile.TiffFile(partial, mode="r+") as file:
                for series, values in zip(file.series, restored):
                    write_series(partial, file, series, values)
        return ()


def check_series(path: Path, file: tifffile.TiffFile, series: tifffile.TiffPageSeries) -> None:
    """DataError for pixels that cannot be written back as they are."""
    page = series.keyframe
    if page.compression not in LOSSLESS or page.predictor not in (1, 2, 3):
        name = getattr(page.compression, "name", page.compression)
        raise DataError(f"{path}: compressed with {name}, which is not written back")
    if page.bitspersample not in WHOLE_BITS or page.fillorder != 1 or page.colormap is not None:
        raise DataError(
            f"{path}: {page.bitspersample} bits per sample, palettes and reversed bits are not"
            " supported for stacks"
        )
    if series.dtype is None or series.dtype.kind not in "iuf":
        raise DataError(f"{path}: values of type {series.dtype} are not supported")
    if any(each is None or each.parent is not file for each in series.pages):
        raise DataError(f"{path}: pages are missing, or lie in other files")


def _series_array(path: Path, series: tifffile.TiffPageSeries, scratch: Path) -> np.ndarray:
    """The values of a series, mapped from its file or from a scratch file that is written."""
    dtype, shape = np.dtype(series.dtype), series.shape
    if series.dataoffset is not None:
        order = series.keyframe.parent.byteorder
        mapped: np.ndarray = np.memmap(
            path, dtype.newbyteorder(order), "r", series.dataoffset, shape
        )
        return mapped
    with open(scratch, "wb") as out:  # written, not mapped: a full disk is an error, not a crash
        for page in series.pages:
            assert page is not None
            out.write(np.ascontiguousarray(page.asarray(), dtype).tobytes())
    return np.memmap(scratch, dtype, "r", 0, shape)


def arrange_series(array: np.ndarray, axes: str) -> PlaneArray:
    """Slices along depth, else time, else pages; channels and further axes number sequences."""
    sides = dict(zip(axes, array.shape))
    if "Y" not in sides or "X" not in sides:
        raise DataError(f"axes {axes}: no rows and columns among them")
    along = _slice_axis(sides)
    slice_axis = None if along is None else axes.index(along)
    return arrange(array, slice_axis, axes.index("Y"), axes.index("X"))


def _slice_axis(sides: dict[str, int]) -> str | None:
    """Axis along which slices lie; None: there is one slice, or one per channel."""
    return next((axis for axis in SLICE_AXES if sides.get(axis, 1) > 1), None)


def write_series(
    path: Path, file: tifffile.TiffFile, series: tifffile.TiffPageSeries, values: PlaneArray
) -> None:
    """Overwrite the pixels of one series at all its resolutions in an open file."""
    full, *reduced = series.levels
    _write_level(path, file, full, values)
    for level in reduced:
        rows, columns = (level.shape[level.axes.index(axis)] for axis in "YX")
        _write_level(path, file, level, ReducedPlanes(values, (rows, columns)))


def _write_level(
    path: Path, file: tifffile.TiffFile, series: tifffile.TiffPageSeries, values: Planes
) -> None:
    """Overwrite the pixels of one resolution."""
    if series.dataoffset is not None:
        dtype = np.dtype(series.dtype).newbyteorder(file.byteorder)
        mapped = np.memmap(path, dtype, "r+", series.dataoffset, series.shape)
        copy_planes(values, arrange_series(mapped, series.axes))
        mapped.flush()
        return
    pages = [page.aspage() for page in series.pages if page is not None]
    for number, page in enumerate(pages):
        pixels = np.empty(series.keyframe.shape, series.dtype)
        _fill_page(pixels, number, series, values)
        write_page(file, page, pixels)


def _fill_page(
    pixels: np.ndarray, number: int, series: tifffile.TiffPageSeries, values: Planes
) -> None:
    """Copy page `number` of a series from its slices.

    The array of the series is never made: places are found in an array of plane numbers.
    """
    lead = series.shape[: len(series.shape) - pixels.ndim]
    sides = dict(zip(series.axes, series.shape))
    flat_axes = "".join(axis for axis in series.axes if axis not in "YX")
    planes = np.arange(int(np.prod(values.shape[:2])))
    order = _lead_axes(series.axes, sides)
    source = planes.reshape([sides[axis] for axis in order] or [1])
    by_file = source.transpose([order.index(axis) for axis in flat_axes]) if order else source
    of_page = by_file[np.unravel_index(number, lead)] if lead else by_file
    page_axes = series.axes[len(lead) :]
    rows, columns = page_axes.index("Y"), page_axes.index("X")
    view = arrange(pixels, None, rows, columns)
    for target, plane in enumerate(np.asarray(of_page).ravel()):
        view.plane(target, 0)[...] = values.plane(*divmod(int(plane), values.shape[1]))


def _lead_axes(axes: str, sides: dict[str, int]) -> list[str]:
    """Axes besides rows and columns in the order of `PlaneArray`: sequences, then slices."""
    along = _slice_axis(sides)
    others = [axis for axis in axes if axis not in ("Y", "X", along)]
    return others if along is None else [*others, along]


def write_page(file: tifffile.TiffFile, page: tifffile.TiffPage, pixels: np.ndarray) -> None:
    """Overwrite the pixels of a page; a compressed part that grew moves to the end of the file."""
    offsets, counts = list(page.dataoffsets), list(page.databytecounts)
    handle = file.filehandle
    for index, part in enumerate(_segments(page, pixels, file.byteorder)):
        content = _encoded(page, part)
        if len(content) > counts[index]:
            handle.seek(0, 2)
            offsets[index] = handle.tell() + handle.tell() % 2
            handle.seek(offsets[index])
        else:
            handle.seek(offsets[index])
        handle.write(content)
        counts[index] = len(content)
    for codes, numbers, before in (
        (OFFSETS, offsets, page.dataoffsets),
        (BYTE_COUNTS, counts, page.databytecounts),
    ):
        if tuple(numbers) != tuple(before):
            tag = next(page.tags[code] for code in codes if code in page.tags)
            tag.overwrite(numbers if len(numbers) > 1 else numbers[0], erase=False)


def _segments(page: tifffile.TiffPage, pixels: np.ndarray, byte_order: str) -> Iterator[np.ndarray]:
    """(depth, rows, columns, samples) strips or tiles of a page in the order of the file."""
    whole = np.ascontiguousarray(pixels).reshape(page.shaped)
    whole = whole.astype(np.dtype(f"{byte_order}{whole.dtype.str[1:]}"), copy=False)
    planes, depth, height, width = page.shaped[:4]
    size = (
        (page.tiledepth, page.tilelength, page.tilewidth)
        if page.is_tiled
        else (depth, min(page.rowsperstrip, height), width)
    )
    for plane, *place in np.ndindex(
        planes, *(-(-length // side) for length, side in zip((depth, height, width), size))
    ):
        region = tuple(slice(n * side, (n + 1) * side) for n, side in zip(place, size))
        part = whole[plane][region]
        if page.is_tiled:
            missing = [(0, side - found) for side, found in zip(size, part.shape)]
            part = np.pad(part, [*missing, (0, 0)], mode="edge")
        yield np.ascontiguousarray(part)


def _encoded(page: tifffile.TiffPage, part: np.ndarray) -> bytes:
    if page.predictor != 1:
        part = tifffile.TIFF.PREDICTORS[page.predictor](part, axis=-2)
    if page.compression == 1:
        return np.asarray(part).tobytes()
    arguments = {"axis": -2} if page.compression == 32773 else {}
    return bytes(tifffile.TIFF.COMPRESSORS[page.compression](part, **arguments))
