"""Scene cache: built-in scenes, made into tables, are kept on disk for the next start.

Host code, without torch and Taichi. A built-in scene is what the program's own sources make of it,
so a file is named after their hash, and one of other sources is never read. Scenes of the user's
files are not kept: what such a file refers to may change at any time.
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
TABLE = "table."  # prefix of what is rendered
TO_WORLD, BOXES = "camera.to_world", "boxes"


class KeptScene(NamedTuple):
    """What the renderer and whoever flies through it need."""

    outline: SceneOutline
    arrays: SceneArrays


def cache_path(source: str, environment: Path | None) -> Path | None:
    """Where the scene is kept, or None if it is not built in."""
    if source not in BUILT_IN or environment is not None:
        return None
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / FOLDER / f"{source}-{_fingerprint()}{SUFFIX}"


def read_kept(path: Path) -> KeptScene | None:
    """What was kept, or None where nothing readable is."""
    try:
        with safe_open(path, "numpy") as file:
            header = json.loads(file.metadata()[HEADER])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        camera = Camera(tensors[TO_WORLD], **header["camera"])
        notes = tuple(header["outline"].pop("notes"))
        outline = SceneOutline(
            camera=camera, boxes=tensors[BOXES], notes=notes, **header["outline"]
        )
        tables = {n.removeprefix(TABLE): v for n, v in tensors.items() if n.startswith(TABLE)}
        return KeptScene(outline, SceneArrays(**tables, **header["numbers"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None  # a cache may be lost at any time


def write_kept(path: Path, kept: KeptScene) -> None:
    """Write the file. UsageError where that fails."""
    outline, arrays = kept
    tables = {f.name: getattr(arrays, f.name) for f in fields(arrays)}
    numbers = {n: tables.pop(n) for n in list(tables) if not isinstance(tables[n], np.ndarray)}
    header: dict[str, Any] = {
        "outline": {
            "name": outline.name,
            "triangle_count": outline.triangle_count,
            "is_framed": outline.is_framed,
            "notes": outline.notes,
        },
        "camera": {n: v for n, v in asdict(outline.camera).items() if n != "to_world"},
        "numbers": numbers,
    }
    tensors = {TABLE + name: np.ascontiguousarray(value) for name, value in tables.items()}
    tensors |= {TO_WORLD: np.ascontiguousarray(outline.camera.to_world), BOXES: outline.boxes}
    with partial_file(path) as partial:
        save_file(tensors, partial, metadata={HEADER: json.dumps(header)})


def keep(path: Path, kept: KeptScene) -> bool:
    """Write the file into the cache and remove those of other sources; False if it cannot be."""
    stem = path.name.removesuffix(SUFFIX).rpartition("-")[0]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_kept(path, kept)
        for other in path.parent.glob(f"{stem}-{'?' * len(_fingerprint())}{SUFFIX}"):
            if other != path:
                other.unlink(missing_ok=True)
    except (OSError, UsageError):
        return False
    return True


@functools.cache
def _fingerprint() -> str:
    """Changes with whatever could change the tables."""
    digest = hashlib.sha256(np.__version__.encode())
    for package in (renderer, scenes):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
