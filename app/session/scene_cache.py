"""Scene cache: the tables of built-in scenes, kept on disk for later starts.

Host code, without torch and Taichi. A built-in scene depends on the program's own sources alone,
so a cache file's name contains their hash, and a file of other sources is never read. Scene files
of the user are not cached: what such a file refers to may change at any time.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from dataclasses import asdict
from dataclasses import fields
from pathlib import Path
from typing import Any
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors import safe_open
from safetensors.numpy import save_file

import renderer
import scenes
from app.base.errors import UsageError
from app.base.files import partial_file
from renderer.tables.arrays import SceneArrays
from scenes.builtin.registry import BUILT_IN
from scenes.model.description import Camera
from scenes.model.summary import SceneOutline

FOLDER = "hush"
SUFFIX = ".safetensors"
HEADER = "hush-scene"  # key of the file's metadata
TABLE = "table."  # prefix of the scene tables in the file
VERSIONS = 3  # cache files per scene: program versions that can be used in turns
TO_WORLD, BOXES = "camera.to_world", "boxes"


class CachedScene(NamedTuple):
    """Metadata and renderer tables of a cached scene."""

    outline: SceneOutline
    arrays: SceneArrays


def cache_path(source: str, environment: Path | None) -> Path | None:
    """Cache file of a built-in scene; None for scene files and replaced environments."""
    if source not in BUILT_IN or environment is not None:
        return None
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / FOLDER / f"{source}-{_fingerprint()}{SUFFIX}"


def read_scene_file(path: Path) -> CachedScene | None:
    """Read a cached scene; None where the file is missing or cannot be read."""
    try:
        with safe_open(path, "numpy") as file:
            header, names = json.loads(file.metadata()[HEADER]), list(file.keys())
        tensors: dict[str, Any] = {name: _tensor(path, name) for name in names}
        os.utime(path)  # `keep` removes the files that were not read for longest
        shift = tuple(header["camera"].pop("shift"))
        camera = Camera(tensors[TO_WORLD], shift=shift, **header["camera"])
        notes = tuple(header["outline"].pop("notes"))
        outline = SceneOutline(
            camera=camera, boxes=tensors[BOXES], notes=notes, **header["outline"]
        )
        tables = {n.removeprefix(TABLE): v for n, v in tensors.items() if n.startswith(TABLE)}
        return CachedScene(outline, SceneArrays(**tables, **header["numbers"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None  # a cache may be lost at any time


def write_scene_file(path: Path, kept: CachedScene) -> None:
    """Write outline and tables to a file. UsageError where that fails."""
    outline, arrays = kept
    tables = {f.name: getattr(arrays, f.name) for f in fields(arrays)}
    numbers = {n: tables.pop(n) for n in list(tables) if not isinstance(tables[n], np.ndarray)}
    header: dict[str, Any] = {
        "outline": {
            "name": outline.name,
            "triangle_count": outline.triangle_count,
            "has_default_camera": outline.has_default_camera,
            "notes": outline.notes,
        },
        "camera": {n: v for n, v in asdict(outline.camera).items() if n != "to_world"},
        "numbers": numbers,
    }
    tensors = {TABLE + name: np.ascontiguousarray(value) for name, value in tables.items()}
    tensors |= {TO_WORLD: np.ascontiguousarray(outline.camera.to_world), BOXES: outline.boxes}
    with partial_file(path) as partial:
        save_file(tensors, partial, metadata={HEADER: json.dumps(header)})


def keep(path: Path, kept: CachedScene) -> bool:
    """Write a cache file and remove all but the VERSIONS last used of the scene.

    Returns False where that fails.
    """
    stem = path.name.removesuffix(SUFFIX).rpartition("-")[0]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_scene_file(path, kept)
        files = path.parent.glob(f"{stem}-{'?' * len(_fingerprint())}{SUFFIX}")
        for other in sorted(files, key=lambda file: file.stat().st_mtime_ns)[:-VERSIONS]:
            other.unlink(missing_ok=True)
    except (OSError, UsageError):
        return False
    return True


def _tensor(path: Path, name: str) -> np.ndarray:
    """Copy of one tensor of a file, which is mapped for this copy only.

    Pages of an open file count as memory of the process: with the whole file mapped, the peak would
    be twice its size.
    """
    with safe_open(path, "numpy") as file:
        tensor: np.ndarray = file.get_tensor(name)
    return tensor


@functools.cache
def _fingerprint() -> str:
    """Hash of all that determines the tables: sources of `renderer`, `scenes`, NumPy's version."""
    digest = hashlib.sha256(np.__version__.encode())
    for package in (renderer, scenes):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
