"""Load scenes by built-in name or file path: the entry point of this package.

Host code.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scenes.builtin.lazy import lazy
from scenes.builtin.registry import BUILT_IN
from scenes.default_camera import with_default_camera
from scenes.images.layers import split_layer
from scenes.model.description import Environment
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.notes import with_image_notes
from scenes.model.options import LoadOptions

FORMATS: dict[str, Callable[[Path, LoadOptions], SceneDescription]] = {
    ".pbrt": lazy("scenes.pbrt.scene", "load_pbrt"),
    ".xml": lazy("scenes.mitsuba.scene", "load_mitsuba"),
    ".gltf": lazy("scenes.gltf.scene", "load_gltf"),
    ".glb": lazy("scenes.gltf.scene", "load_gltf"),
    ".obj": lazy("scenes.mesh.scene", "load_obj"),
    ".ply": lazy("scenes.mesh.scene", "load_ply"),
}
"""Loaders by lower-case file extension."""
ENVIRONMENT_SUFFIXES = (".hdr", ".exr", ".pfm", ".png", ".jpg", ".jpeg", ".tif", ".tiff")


def load_scene(
    name_or_path: str,
    environment: Path | str | None = None,
    aspect: float = 16.0 / 9.0,
    options: LoadOptions = LoadOptions(),
) -> SceneDescription:
    """Load a built-in scene or a scene file; `environment` replaces the scene's own.

    A scene without light gets the default sky. A file without a camera gets one that frames the
    whole scene in images of `aspect`, width over height.
    """
    scene = load_scene_without_camera(name_or_path, environment, options)
    return with_default_camera(scene, aspect)


def load_scene_without_camera(
    name_or_path: str,
    environment: Path | str | None = None,
    options: LoadOptions = LoadOptions(),
) -> SceneDescription:
    """Load a scene like `load_scene`, without a default camera: the aspect is not known yet."""
    if name_or_path in BUILT_IN:
        scene = BUILT_IN[name_or_path]()
    else:
        scene = _load_file(Path(name_or_path), options)
    if environment is not None:
        scene = replace(scene, environment=load_environment(Path(environment)))
    from scenes.default_light import with_default_light  # lazy: imports the sky model

    scene = with_image_notes(scene)
    if options.is_strict and scene.notes:
        raise SceneError(f"{name_or_path}: {scene.notes[0]}")
    return with_default_light(scene)


def load_environment(path: Path) -> Environment:
    """Load an equirectangular image file as an environment, y up."""
    suffix = split_layer(path)[0].suffix
    if suffix.lower() not in ENVIRONMENT_SUFFIXES:
        known = ", ".join(ENVIRONMENT_SUFFIXES)
        raise SceneError(
            f"{path}: unknown type {path.suffix!r}; an environment map is one of {known}"
        )
    from scenes.images.files import read_environment  # lazy: imports OpenImageIO

    image, notes = read_environment(path)
    return Environment(image=image, name=path.name, notes=notes)


def _load_file(path: Path, options: LoadOptions) -> SceneDescription:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(BUILT_IN)
        kinds = ", ".join(FORMATS)
        if os.path.exists(path):
            raise SceneError(f"{path}: unknown type {suffix!r}; known are {kinds}")
        raise SceneError(f"{path}: no such scene; built in are {known}; files are {kinds}")
    try:
        return FORMATS[suffix](path, options)
    except OSError as error:
        raise SceneError(f"{path}: {error.strerror or error}") from error
