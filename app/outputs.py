"""Output folders and text files, written whole or not at all.

Host code.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from app.errors import UsageError


def prepare_folder(path: Path) -> None:
    """Create a folder and make sure that files can be written into it. Raises UsageError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it. Raises UsageError."""
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def read_json(path: Path) -> Any:
    """Content of a JSON file. Raises UsageError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error


def write_json(path: Path, content: object) -> None:
    """Write JSON, indented."""
    write_text(path, json.dumps(content, indent=2) + "\n")
