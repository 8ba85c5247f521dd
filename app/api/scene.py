"""Scene: a built-in scene or a scene file, with its camera and camera paths.

Host code, without torch and Taichi.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from app.camera_path.default import flythrough_cameras
from app.session.loaded_scene import LoadedScene
from app.session.loaded_scene import open_scene
from scenes.model.description import Camera
from scenes.model.options import LoadOptions

WIDESCREEN = 16.0 / 9.0


class Scene:
    """A scene to render, made by `hush.load_scene`."""

    def __init__(self, loaded: LoadedScene) -> None:
        """Wrap a loaded scene that has a camera."""
        self.loaded = loaded
        """Scene metadata and tables, for the renderer."""

    @property
    def name(self) -> str:
        """Name of a built-in scene, or of the file without its ending."""
        return self.loaded.name

    @property
    def camera(self) -> Camera:
        """The author's camera, or one that shows the whole scene."""
        return self.loaded.camera

    @property
    def notes(self) -> tuple[str, ...]:
        """Scene elements that the reader left out or added, one line each."""
        return self.loaded.notes

    @property
    def bounds(self) -> np.ndarray:
        """(2, 3) float64: lowest and highest corner of the scene, world space."""
        boxes = self.loaded.boxes
        return np.stack([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])

    def camera_path(self, frames: int, path: Path | str | None = None) -> list[Camera]:
        """`frames` cameras along a camera path, both ends included.

        Args:
            path: file of a recorded camera path (JSON); None: the scene's own, or a slow sway
                around its camera.

        Raises:
            CameraPathError: the file is no camera path.
        """
        file = None if path is None else Path(path)
        return flythrough_cameras(self.loaded, self.loaded.source, file, frames)


def load_scene(
    name_or_path: str | Path,
    environment: Path | str | None = None,
    aspect: float = WIDESCREEN,
    *,
    parameters: Mapping[str, str] | None = None,
    variant: str = "",
    is_strict: bool = False,
) -> Scene:
    """Load a built-in scene or a scene file: .xml (Mitsuba), .pbrt, .gltf, .glb, .obj, .ply.

    Args:
        environment: environment map that replaces the scene's: .hdr, .exr, .pfm, .png, .jpg, .tif.
        aspect: width over height of the images; decides the camera of a file that has none.
        parameters: values of the parameters of a Mitsuba file, in place of its defaults.
        variant: name of a material variant of a glTF file; empty: the usual materials.
        is_strict: take each note of the reader for an error.

    Raises:
        SceneError: the scene cannot be read; one line with file, element and reason.
    """
    options = LoadOptions(parameters or {}, variant, is_strict)
    return Scene(open_scene(str(name_or_path), environment, options).framed(aspect))
