"""Folder of a run that can be interrupted: what is done, and the files that it is done in.

Host code. It lies beside the result and is removed when that is complete. A run with the same input
and settings goes on where the last one stopped.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import UsageError
from app.base.files import write_json
from denoiser.errors import one_line

PROGRESS = "progress.json"
CHUNK = 1 << 22  # bytes written at a time


class WorkFolder:
    """Folder `.NAME.work` beside a result `NAME`."""

    def __init__(self, target: Path, identity: dict[str, Any]) -> None:
        """Open the folder; what another input or other settings left there is removed.

        Args:
            identity: JSON content that is the same whenever the same work is done.

        Raises:
            UsageError: the folder cannot be written.
        """
        self.path = target.parent / f".{target.name}.work"
        self._identity = json.loads(json.dumps(identity))
        self._done: dict[str, Any] = {}
        with writing_to(self.path):
            saved = self._saved()
            self.is_resumed = saved is not None
            if saved is None:
                shutil.rmtree(self.path, ignore_errors=True)
            self._done = saved or {}
            self.scratch.mkdir(parents=True, exist_ok=True)
        self.save()

    @property
    def scratch(self) -> Path:
        """Folder for files that every run writes anew."""
        return self.path / "scratch"

    def done(self, name: str) -> Any:
        """What was saved under a name, None if nothing was."""
        return self._done.get(name)

    def save(self, **values: Any) -> None:
        """Save JSON values by name. UsageError if they cannot be written."""
        self._done |= values
        write_json(self.path / PROGRESS, {"identity": self._identity, "done": self._done})

    def array(self, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
        """Writable array in a file of this folder, as the last run left it, or 0.

        Its space on the disk is taken at once, so that a full disk is an error now.
        """
        path = self.path / name
        size = dtype.itemsize * int(np.prod(shape, dtype=object))
        with writing_to(self.path):
            if not path.exists() or path.stat().st_size != size:
                _allocate(path, size)
            array: np.ndarray = np.memmap(path, dtype, "r+", 0, shape)
        return array

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _saved(self) -> dict[str, Any] | None:
        """What was done for the same identity; None if nothing was."""
        try:
            content = json.loads((self.path / PROGRESS).read_text(encoding="utf-8"))
            is_same = content["identity"] == self._identity
            return dict(content["done"]) if is_same else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn an OSError, such as that of a full disk, into a UsageError that names `folder`."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {one_line(error)}") from error


def file_identity(path: Path) -> list[Any]:
    """Names, sizes and times of a file, or of the files below a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(file.name, os.stat(file)) for file in files if file.is_file()]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]


def _allocate(path: Path, size: int) -> None:
    """Write a file of zeros; OSError if the disk has no room, and no file then."""
    try:
        with open(path, "wb") as file:
            for start in range(0, size, CHUNK):
                file.write(bytes(min(CHUNK, size - start)))
    except OSError:
        path.unlink(missing_ok=True)
        raise
