"""Readers by name, each with the errors that it documents.

Host code. A reader is a function of a path that returns the lines it would show to the user. The
functions import what they call, so that a worker loads only the libraries that it needs.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = "benchmarks.fuzz.readers"
SCENE_ERRORS = ("scenes.model.description:SceneError",)
DATA_ERRORS = ("denoiser.errors:DataError",)
CHECKPOINT_ERRORS = ("denoiser.errors:CheckpointError",)
USAGE_ERRORS = ("app.base.errors:UsageError",)


@dataclass(frozen=True)
class Reader:
    """Names of a reader's function and errors, `module:name`; processes import them by these."""

    function: str
    errors: tuple[str, ...]


def imported(name: str) -> Any:
    """Object of the name `module:name`."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def read_scene(path: Path) -> Iterable[str]:
    """Scene file of any format, with its tables; returns its notes."""
    from scenes.loader import load_scene_without_camera

    return _with_tables(load_scene_without_camera(str(path)))


def read_mesh(path: Path) -> Iterable[str]:
    """OBJ or PLY file, without the default sky, whose bake takes longer than all else."""
    from scenes.loader import FORMATS
    from scenes.model.description import SceneError
    from scenes.model.notes import with_image_notes
    from scenes.model.options import LoadOptions

    try:
        scene = FORMATS[path.suffix](path, LoadOptions())
    except OSError as error:
        raise SceneError(f"{path}: {error.strerror or error}") from error
    return _with_tables(with_image_notes(scene))


def read_materials(path: Path) -> Iterable[str]:
    """MTL file, with the tables of its materials."""
    from renderer.tables.material import MaterialTable
    from renderer.tables.texture import TextureTable
    from scenes.mesh.mtl import read_mtl
    from scenes.model.lines import single_line

    materials, notes = read_mtl(path, ("wall", "glass", "metal"))
    MaterialTable(TextureTable()).add_all(tuple(materials.values()))
    return map(single_line, notes)


def _with_tables(scene: Any) -> Iterable[str]:
    """Notes of a scene whose tables can be built."""
    from renderer.tables.build import build_scene_arrays
    from scenes.default_camera import with_default_camera
    from scenes.model.summary import outline_of

    with_default_camera(outline_of(scene), 16.0 / 9.0)
    build_scene_arrays(scene)
    notes: Iterable[str] = scene.notes
    return notes


def read_serialized(path: Path) -> Iterable[str]:
    """Serialized mesh of Mitsuba, validated."""
    from scenes.mesh.serialized import read_serialized
    from scenes.mesh.validation import validated_mesh

    validated_mesh(read_serialized(path, 0).mesh, str(path))
    return ()


def read_curves(path: Path) -> Iterable[str]:
    """Curve file, as chains and as splines."""
    import numpy as np

    from scenes.mesh.curves import read_curves
    from scenes.mesh.validation import validated_mesh

    for is_spline in (False, True):
        validated_mesh(read_curves(path, is_spline, np.eye(4)), str(path))
    return ()


def read_texture(path: Path) -> Iterable[str]:
    """Image file as a texture, as emission, and from memory as glTF embeds it."""
    from scenes.images.files import read_image
    from scenes.images.files import read_image_bytes
    from scenes.model.description import SceneError
    from scenes.model.lines import single_line

    try:
        read_image_bytes(path.read_bytes(), str(path))
    except SceneError as error:
        if path.suffix in (".ktx2", ".webp"):
            raise
        yield str(error)
    if path.suffix != ".ktx2":
        for options in ({}, {"is_srgb": False, "is_light": True}):
            yield from map(single_line, read_image(path, **options).notes)


def read_environment(path: Path) -> Iterable[str]:
    """Environment map, with its tables."""
    from renderer.tables.environment import build_environment
    from scenes.loader import load_environment
    from scenes.model.lines import single_line

    environment = load_environment(path)
    build_environment(environment)
    return map(single_line, environment.notes)


def read_camera_path(path: Path) -> Iterable[str]:
    """Camera path."""
    from app.camera_path.files import load_camera_path

    load_camera_path(path)
    return ()


def read_checkpoint(path: Path) -> Iterable[str]:
    """Checkpoint of the online training."""
    from denoiser.online import checkpoint

    checkpoint.load_settings(path)
    checkpoint.load(path, _trainer())
    return ()


@functools.cache
def _trainer() -> Any:
    from denoiser.online.trainer import Trainer
    from denoiser.settings import DenoiserSettings
    from denoiser.settings import NetworkName

    return Trainer(DenoiserSettings(network=NetworkName("fast")), "cpu")


def read_restoration(path: Path) -> Iterable[str]:
    """Checkpoint of the offline training."""
    from denoiser.restoration.checkpoint import load_restoration

    load_restoration(path, "cpu")
    return ()


def read_scans(path: Path) -> Iterable[str]:
    """Magnetic resonance slices."""
    from denoiser.restoration.scans.dataset import read_scans

    read_scans(path)
    return ()


def read_photograph(path: Path) -> Iterable[str]:
    """Image file of the restoration, to train with (grey and RGB) and to restore."""
    from app.offline.pictures.picture_file import read_pages as read_stored_pages
    from denoiser.restoration.image_files import image_paths
    from denoiser.restoration.image_files import read_pages
    from denoiser.restoration.image_files import to_channels

    for file in image_paths(path):
        read_stored_pages(file)
        for pixels in read_pages(file):
            for channels in (1, 3):
                to_channels(pixels, channels)
    return ()


def read_bursts(path: Path) -> Iterable[str]:
    """Bursts in folders a and b; `path` is a file in one of the two."""
    from denoiser.restoration.bursts.burst_files import read_bursts

    return read_bursts(path.parent.parent, 3).notes


def read_views(path: Path) -> Iterable[str]:
    """Rendered views in the folder of `path`."""
    from denoiser.rendered.files import read_views

    read_views(path.parent)
    return ()


READERS = {
    **dict.fromkeys(
        ("mitsuba", "pbrt", "gltf", "glb", "draco", "meshopt"),
        Reader(f"{HERE}:read_scene", SCENE_ERRORS),
    ),
    **dict.fromkeys(("obj", "ply"), Reader(f"{HERE}:read_mesh", SCENE_ERRORS)),
    "mtl": Reader(f"{HERE}:read_materials", SCENE_ERRORS),
    "serialized": Reader(f"{HERE}:read_serialized", SCENE_ERRORS),
    "curves": Reader(f"{HERE}:read_curves", SCENE_ERRORS),
    **dict.fromkeys(
        ("png", "jpeg", "tiff", "exr", "hdr", "pfm", "webp", "ktx2"),
        Reader(f"{HERE}:read_texture", SCENE_ERRORS),
    ),
    "environment": Reader(f"{HERE}:read_environment", SCENE_ERRORS),
    "camera-path": Reader(f"{HERE}:read_camera_path", USAGE_ERRORS),
    "checkpoint": Reader(f"{HERE}:read_checkpoint", CHECKPOINT_ERRORS),
    "restoration": Reader(f"{HERE}:read_restoration", CHECKPOINT_ERRORS),
    "scans": Reader(f"{HERE}:read_scans", DATA_ERRORS),
    "photographs": Reader(f"{HERE}:read_photograph", DATA_ERRORS),
    "bursts": Reader(f"{HERE}:read_bursts", DATA_ERRORS),
    "views": Reader(f"{HERE}:read_views", DATA_ERRORS),
}
"""Every reader of files that a user can give."""
