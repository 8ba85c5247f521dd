"""Loaded scene: its outline at once, its tables when the renderer asks for them.

Host code, without torch and Taichi.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.session.scene_cache import cache_path
from app.session.scene_cache import read_kept
from app.session.scene_process import SceneProcess
from renderer.tables.arrays import SceneArrays
from scenes.default_camera import with_camera
from scenes.loader import read_scene
from scenes.model.description import Camera
from scenes.model.description import SceneDescription
from scenes.model.summary import SceneOutline
from scenes.model.summary import outline_of

BUILDING = "building the hierarchy"
Progress = Callable[[str, float], None]
"""Called with what is being done and the fraction done, in [0, 1]."""


class LoadedScene:
    """A scene on its way from a name or file to the device."""

    def __init__(
        self,
        read: Callable[[], SceneOutline],
        source: str,
        build: Callable[[Callable[[float], None]], SceneArrays],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            read: gives the outline, once it is wanted.
            source: name of a built-in scene, or a file.
            build: makes the tables; it is given a function to tell the fraction done.
            close: ends what still works on the scene.
        """
        self.source = source
        self._read, self._build, self._close = read, build, close
        self._outline: SceneOutline | None = None
        self._arrays: SceneArrays | None = None

    @classmethod
    def of(cls, scene: SceneDescription) -> LoadedScene:
        """A scene that is described in this process."""

        def build(progress: Callable[[float], None]) -> SceneArrays:
            from renderer.tables.build import build_scene_arrays  # numba: half a second to import

            return build_scene_arrays(scene, progress)

        return cls(lambda: outline_of(scene), scene.name, build)

    @property
    def outline(self) -> SceneOutline:
        """Everything but geometry and images. SceneError where the scene cannot be read."""
        if self._outline is None:
            self._outline = self._read()
        return self._outline

    @property
    def name(self) -> str:
        """Name for titles and reports."""
        return self.outline.name

    @property
    def camera(self) -> Camera:
        """The author's camera, or one that shows everything."""
        return self.outline.camera

    @property
    def boxes(self) -> np.ndarray:
        """(shapes, 2, 3) float64 lowest and highest corner of each shape."""
        return self.outline.boxes

    @property
    def triangle_count(self) -> int:
        """Triangles of all meshes."""
        return self.outline.triangle_count

    @property
    def notes(self) -> tuple[str, ...]:
        """What the loader left out or added, a line each."""
        return self.outline.notes

    def framed(self, aspect: float) -> LoadedScene:
        """The scene with a camera for images of this aspect, where its file has none."""
        self._outline = with_camera(self.outline, aspect)
        return self

    def arrays(self, progress: Progress = lambda text, done: None) -> SceneArrays:
        """Tables to upload, built once."""
        if self._arrays is None:
            progress(BUILDING, 0.0)
            self._arrays = self._build(lambda done: progress(BUILDING, done))
            progress(BUILDING, 1.0)
        return self._arrays

    def close(self) -> None:
        """End the process that builds the scene, if there is one."""
        self._close()


def open_scene(
    source: str, environment: Path | str | None = None, may_start_process: bool = False
) -> LoadedScene:
    """Open a built-in scene or a scene file, with `environment` in place of its own.

    The tables of a built-in scene that was opened before come from the cache.

    Args:
        may_start_process: build others in another process, unless this one has imported torch and
            has nothing else to wait for. Python runs the script of this process again in that one,
            so only for a script that is guarded against it.

    Raises:
        SceneError: one line; the scene cannot be read. At once, or when the outline is asked for.
    """
    environment = None if environment is None else Path(environment)
    cache = cache_path(source, environment)
    kept = None if cache is None else read_kept(cache)
    if kept is not None:
        return LoadedScene(lambda: kept.outline, source, lambda progress: kept.arrays)
    if "torch" in sys.modules or not may_start_process:
        loaded = LoadedScene.of(read_scene(source, environment))
        loaded.source = source
        return loaded
    process = SceneProcess(source, environment, cache)
    return LoadedScene(process.outline, source, process.arrays, process.close)
