"""Formats whose values lie in the file as they are: the file is copied and they are overwritten.

Host code. Everything besides the values stays as it is, byte by byte. Files compressed as a whole
(.gz, .bz2) are expanded to a scratch file first.
"""

from __future__ import annotations

import bz2
import gzip
import shutil
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from typing import Literal

import numpy as np

from app.base.files import partial_file
from app.offline.stack_files.base import Group
from app.offline.stack_files.base import StackFile
from app.offline.stack_files.base import components
from app.offline.stack_files.base import stored_limits
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import Planes

COMPRESSED = (".gz", ".bz2")
CHUNK = 1 << 22  # bytes copied at a time
GZIP_LEVEL = 6

Arrange = Callable[[np.ndarray], PlaneArray]
"""Function from an array as stored to a view of its slices."""


@dataclass(frozen=True, eq=False)
class Block:
    """Array of values at a place of a file."""

    name: str
    offset: int
    """Bytes from the start of the file."""
    dtype: np.dtype
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    arrange: Arrange
    missing: float | None = None
    """Value of pixels without a measurement; see `Group`."""

    def map(self, path: Path, mode: Literal["r", "r+"]) -> list[tuple[str, PlaneArray]]:
        """Named views of the values in a file; DataError where it is too short."""
        needed = self.offset + self.dtype.itemsize * int(np.prod(self.shape, dtype=object))
        if path.stat().st_size < needed:
            raise DataError(f"{path}: truncated: {path.stat().st_size} bytes, not {needed}")
        if not all(self.shape):
            raise DataError(f"{path}: no values, the array is {self.shape}")
        array = np.memmap(path, self.dtype, mode, self.offset, self.shape, self.order)
        try:
            parts = components(array)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        names = [" ".join(filter(None, (self.name, name))) for name, _ in parts]
        return [(name, self.arrange(part)) for name, (_, part) in zip(names, parts)]


class RawStackFile(StackFile):
    """A file with blocks of values."""

    def __init__(
        self,
        path: Path,
        raw: Path,
        blocks: Sequence[Block],
        finish: Callable[[Path], None] = lambda path: None,
    ) -> None:
        """Map the values of a file.

        Args:
            raw: `path`, or the scratch file that it was expanded to.
            finish: called with the new file before it is compressed and renamed, to update what
                its header derives from the values.
        """
        self._raw, self._blocks, self._finish = raw, tuple(blocks), finish
        groups = [
            Group(name, values, stored_limits(values.dtype), block.missing)
            for block in blocks
            for name, values in block.map(raw, "r")
        ]
        super().__init__(path, groups)

    def write(self, target: Path, restored: Sequence[PlaneArray]) -> tuple[str, ...]:
        """Copy the file and overwrite its values."""
        with partial_file(target) as partial:
            expanded = partial if self._raw == self.path else self._raw.with_suffix(".new")
            write_blocks(self._raw, expanded, self._blocks, restored)
            self._finish(expanded)
            if expanded != partial:
                compress(expanded, partial)
                expanded.unlink()
        return ()


def write_blocks(
    source: Path, target: Path, blocks: Sequence[Block], restored: Sequence[PlaneArray]
) -> None:
    """Copy a file and overwrite the values of its blocks. OSError if it cannot be written."""
    shutil.copyfile(source, target)
    remaining = iter(restored)
    for block in blocks:
        for _, values in block.map(target, "r+"):
            copy_planes(next(remaining), values)


def copy_planes(source: Planes, target: PlaneArray) -> None:
    """Copy all slices, one at a time."""
    sequences, slices = source.shape[:2]
    for sequence in range(sequences):
        for z in range(slices):
            target.plane(sequence, z)[...] = source.plane(sequence, z)


def expanded_file(path: Path, scratch: Path) -> Path:
    """`path`, or where it is compressed as a whole, a file in `scratch` with its content.

    DataError if it is damaged; OSError if `scratch` cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in COMPRESSED:
        return path
    target = scratch / path.stem
    with open(target, "wb") as out:
        try:
            with (bz2.open if suffix == ".bz2" else gzip.open)(path, "rb") as source:
                while chunk := source.read(CHUNK):
                    out.write(chunk)
        except (EOFError, gzip.BadGzipFile) as error:
            raise DataError(f"{path}: damaged {suffix} file: {one_line(error)}") from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise DataError(f"{path}: damaged {suffix} file: {one_line(error)}") from error
    return target


def compress(source: Path, target: Path) -> None:
    """Write a compressed copy of a file, by the suffix of `target`."""
    with open(source, "rb") as content, open(target, "wb") as file:
        out: IO[bytes]
        if target.suffix.lower() == ".bz2":
            out = bz2.BZ2File(file, "wb")  # type: ignore[assignment]
        else:  # without name and time, so that the same values give the same file
            out = gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0)  # type: ignore[assignment]
        with out:
            shutil.copyfileobj(content, out, CHUNK)
