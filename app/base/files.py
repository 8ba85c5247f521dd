"""Output folders and files, written whole or not at all.

Host code.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.base.errors import UsageError
from denoiser.errors import one_line
from denoiser.files import atomic_path


def prepare_folder(path: Path) -> None:
    """Create a folder and make sure that files can be written into it. Raises UsageError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {one_line(error)}") from error


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """Temporary name with the same suffix, renamed to `path` if the block raises no exception.

    Raises UsageError where it cannot be written; no temporary file is left then.
    """
    try:
        with atomic_path(path) as partial:
            yield partial
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {one_line(error)}") from error


def free_path(folder: Path, stem: str, suffix: str, *others: str) -> Path:
    """folder/stem-NNN + suffix, with the lowest NNN >= 1 free for this and the other suffixes."""
    number = 1
    while True:
        path = folder / f"{stem}-{number:03d}{suffix}"
        if not any(path.with_suffix(each).exists() for each in (suffix, *others)):
            return path
        number += 1


def write_text(path: Path, text: str) -> None:
    """Write a text file. Raises UsageError."""
    with partial_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Content of a JSON file. Raises UsageError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {one_line(error)}") from error


def write_json(path: Path, content: object) -> None:
    """Write indented JSON; NaN and infinity, which JSON does not have, become null."""
    write_text(path, json.dumps(_finite(content), indent=2, allow_nan=False) + "\n")


def _finite(content: object) -> object:
    """`content` with None for each NaN or infinity, in nested dicts and lists too."""
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
