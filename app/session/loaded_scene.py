"""Loaded scene: metadata first, scene tables when the renderer needs them.

Host code, without torch and Taichi.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.session.scene_cache import cache_path
from app.session.scene_cache import read_scene_file
from app.session.scene_process import SceneProcess
from renderer.tables.arrays import SceneArrays
from scenes.default_camera import with_default_camera
from scenes.loader import load_scene_without_camera
from scenes.model.description import Camera
from scenes.model.description import SceneDescription
from scenes.model.options import LoadOptions
from scenes.model.summary import SceneOutline
from scenes.model.summary import outline_of

BUILDING = "building the hierarchy"
Progress = Callable[[str, float], None]
"""Called with the name of the current step and the fraction done, in [0, 1]."""
Build = Callable[[Callable[[float], None]], SceneArrays]
"""Returns scene tables; the argument is a function to call with the fraction done, in [0, 1]."""


class LoadedScene:
    """A built-in scene or scene file whose outline and tables are made on demand."""

    def __init__(
        self,
        read: Callable[[], SceneOutline],
        source: str,
        build: Build,
        prepared: Build | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            read: returns the outline; called at its first use.
            source: name of a built-in scene, or a file.
            build: builds the tables.
            prepared: returns tables that exist already or are being built; called at most once.
            close: ends any process that still builds the scene.
        """
        self.source = source
        self._read, self._build, self._close = read, build, close
        self._prepared = prepared
        self._outline: SceneOutline | None = None

    @classmethod
    def of(cls, scene: SceneDescription) -> LoadedScene:
        """Loaded scene from a description read in this process."""

        return cls(lambda: outline_of(scene), scene.name, functools.partial(_build, scene))

    @property
    def outline(self) -> SceneOutline:
        """Scene metadata without geometry and textures. SceneError if the scene cannot be read."""
        if self._outline is None:
            self._outline = self._read()
        return self._outline

    @property
    def name(self) -> str:
        """Name for titles and reports."""
        return self.outline.name

    @property
    def camera(self) -> Camera:
        """The author's camera, or one that shows the whole scene."""
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
        """Scene elements that the loader left out or added, a line each."""
        return self.outline.notes

    def framed(self, aspect: float) -> LoadedScene:
        """Add a camera for images of this aspect if the file has none; return the scene itself."""
        self._outline = with_default_camera(self.outline, aspect)
        return self

    def arrays(self, progress: Progress = lambda text, done: None) -> SceneArrays:
        """Scene tables to upload. They are not kept here: a second call builds them again."""
        build, self._prepared = self._prepared or self._build, None
        progress(BUILDING, 0.0)
        arrays = build(lambda done: progress(BUILDING, done))
        progress(BUILDING, 1.0)
        return arrays

    def close(self) -> None:
        """End the process that builds the scene, if there is one."""
        self._close()


def open_scene(
    source: str,
    environment: Path | str | None = None,
    options: LoadOptions = LoadOptions(),
    may_start_process: bool = False,
) -> LoadedScene:
    """Open a built-in scene or a scene file, with `environment` in place of its own.

    The tables of a built-in scene are read from the cache if they are there.

    Args:
        may_start_process: build uncached scenes in another process, unless this one has already
            imported torch and has no import left to overlap with. Python imports the main script
            again in the new process, so set it only where the script guards against that.

    Raises:
        SceneError: the scene cannot be read; one line. Raised here or at the outline's first use.
    """
    environment = None if environment is None else Path(environment)
    cache = cache_path(source, environment)
    kept = None if cache is None else read_scene_file(cache)

    def build(progress: Callable[[float], None]) -> SceneArrays:
        again = None if cache is None else read_scene_file(cache)
        if again is not None:
            return again.arrays
        return _build(load_scene_without_camera(source, environment, options), progress)

    if kept is not None:
        outline, arrays = kept
        return LoadedScene(lambda: outline, source, build, lambda progress: arrays)
    if "torch" in sys.modules or not may_start_process:
        loaded = LoadedScene.of(load_scene_without_camera(source, environment, options))
        loaded.source = source
        return loaded
    process = SceneProcess(source, environment, options, cache)
    return LoadedScene(process.outline, source, build, process.arrays, process.close)


def _build(scene: SceneDescription, progress: Callable[[float], None]) -> SceneArrays:
    from renderer.tables.build import build_scene_arrays  # numba: half a second to import

    return build_scene_arrays(scene, progress)
