"""NumPy arrays: .npy, and .npz archives of them.

Host code.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from app.base.files import partial_file
from app.offline.stack_files.base import Group
from app.offline.stack_files.base import StackFile
from app.offline.stack_files.base import stored_limits
from app.offline.stack_files.raw import CHUNK
from app.offline.stack_files.raw import Block
from app.offline.stack_files.raw import RawStackFile
from app.offline.stack_files.raw import write_blocks
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import arrange

MOST_CHANNELS = 4
"""A last axis of at most this length, after two longer ones, holds channels."""
NUMBER_KINDS = "iufc"


def open_npy(path: Path, scratch: Path) -> StackFile:
    """Open an array; DataError if it is damaged or has no image in it."""
    with open(path, "rb") as file:
        block = _read_block(path, file, "")
    if len(block.shape) < 2:
        raise DataError(f"{path}: an array of {len(block.shape)} dimensions, expected 2 or more")
    return RawStackFile(path, path, [block])


def open_npz(path: Path, scratch: Path) -> StackFile:
    """Open an archive; arrays of fewer than two dimensions and of other types stay as they are."""
    try:
        return _NpzFile(path, scratch)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise DataError(f"{path}: damaged archive: {one_line(error)}") from error


def arrange_array(array: np.ndarray) -> PlaneArray:
    """Slices of an array: (slice, row, column), with channels last where that axis is short."""
    shape, last = array.shape, array.ndim - 1
    has_channels = array.ndim > 2 and shape[-1] <= MOST_CHANNELS < min(shape[-3:-1])
    rows, columns = (last - 2, last - 1) if has_channels else (last - 1, last)
    return arrange(array, rows - 1 if rows else None, rows, columns)


def _read_block(path: Path, file: IO[bytes], name: str) -> Block:
    """Place and type of the values; DataError if the header is damaged or of an object array."""
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise ValueError(f"version {version[0]}.{version[1]} of the format is not supported")
        shape, is_fortran, dtype = read(file)
    except ValueError as error:
        raise DataError(f"{path}: no NumPy array: {one_line(error)}") from error
    if dtype.hasobject:
        raise DataError(f"{path}: Python objects, which are not read")
    order = "F" if is_fortran else "C"
    return Block(name, file.tell(), dtype, shape, order, arrange_array)  # type: ignore[arg-type]


class _NpzFile(StackFile):
    """Archive whose members are expanded to scratch files."""

    def __init__(self, path: Path, scratch: Path) -> None:
        self._members: dict[str, tuple[Path, Block]] = {}
        groups: list[Group] = []
        with zipfile.ZipFile(path) as archive:
            for number, entry in enumerate(archive.infolist()):
                with archive.open(entry) as file:
                    block = _read_block(path, file, entry.filename.removesuffix(".npy"))
                if len(block.shape) < 2 or block.dtype.kind not in NUMBER_KINDS:
                    continue
                raw = scratch / f"member-{number}.npy"
                with archive.open(entry) as file, open(raw, "wb") as out:
                    shutil.copyfileobj(file, out, CHUNK)
                self._members[entry.filename] = raw, block
                for name, values in block.map(raw, "r"):
                    groups.append(Group(name, values, stored_limits(values.dtype)))
        super().__init__(path, groups)

    def write(self, target: Path, restored: Sequence[PlaneArray]) -> tuple[str, ...]:
        """Write an archive with the same members in the same order, compressed as they were."""
        remaining = list(restored)
        with (
            partial_file(target) as partial,
            zipfile.ZipFile(self.path) as source,
            zipfile.ZipFile(partial, "w") as out,
        ):
            for entry in source.infolist():
                if entry.filename not in self._members:
                    out.writestr(entry, source.read(entry))
                    continue
                raw, block = self._members[entry.filename]
                count = len(block.map(raw, "r"))
                new = raw.with_suffix(".new")
                write_blocks(raw, new, [block], remaining[:count])
                del remaining[:count]
                with open(new, "rb") as file, out.open(entry, "w", force_zip64=True) as member:
                    shutil.copyfileobj(file, member, CHUNK)
                new.unlink()
        return ()
