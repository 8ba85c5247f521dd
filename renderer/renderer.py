"""Facade of the renderer: renders a scene into pairs of noisy halves.

Host code.
"""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Generator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import TypeVar

import numpy as np
import torch

from renderer.backend import Backend
from renderer.frame import CameraPose
from renderer.frame import FramePair
from renderer.frame import Half
from renderer.integrator.camera import camera_parameters
from renderer.integrator.path import PathSettings
from renderer.integrator.path import Strategy
from renderer.integrator.path import render_half
from renderer.integrator.upload import build_scene_tables
from renderer.integrator.upload import empty_tables
from renderer.integrator.upload import upload_scene
from renderer.pose import camera_pose
from renderer.tables.arrays import SceneArrays
from scenes.model.description import Camera
from scenes.model.description import SceneDescription

Result = TypeVar("Result")
SEED_STRIDE = 2  # streams per seed: one for each half


@dataclass(frozen=True)
class IntegratorSettings:
    """Integrator settings shared by all paths of a frame."""

    spp: int = 8
    """Samples per pixel of each half, >= 1."""
    max_depth: int = 6
    """Maximum segments of a path: 1 = emitters seen directly, 2 = direct light."""
    rr_depth: int = 5
    """Vertices before Russian roulette may end a path."""
    strategy: Strategy = Strategy.MIS
    """Estimator of direct light; all strategies agree in expectation."""
    seed: int = 0
    """Random seed: half h uses random stream `seed * SEED_STRIDE + h`."""


def finished(work: Generator[Any, None, Result]) -> Result:
    """Run a generator to its end and return its return value."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


def compile_path_tracer(backend: Backend) -> None:
    """Compile the path tracing kernel, common to all scenes, by launching it over zero rows."""
    view = camera_parameters(camera_pose(Camera(np.eye(4)), (1, 1)))
    path = _path_settings(IntegratorSettings(), 0, 0, (0, 0))
    colors = [torch.zeros((1, 1, 3), device=backend.device) for _ in range(3)]
    scalars = [torch.zeros((1, 1), device=backend.device) for _ in range(2)]
    with _paused_collection():
        render_half(empty_tables(), view, path, *colors, *scalars)


@contextlib.contextmanager
def _paused_collection() -> Iterator[None]:
    """Pause the collection of reference cycles, which takes a sixth of Taichi's front end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _path_settings(
    settings: IntegratorSettings, frame_index: int, half: int, rows: tuple[int, int]
) -> PathSettings:
    """Device record for rows [begin, end) of one half of a frame."""
    return PathSettings(
        frame_index=frame_index,
        stream=settings.seed * SEED_STRIDE + half,
        spp=settings.spp,
        max_depth=settings.max_depth,
        rr_depth=settings.rr_depth,
        strategy=int(settings.strategy),
        row_begin=rows[0],
        row_end=rows[1],
    )


class Renderer:
    """Path tracer of one scene on one device."""

    def __init__(self, scene: SceneDescription | SceneArrays, backend: Backend) -> None:
        """Upload the scene; build the tables of a SceneDescription first."""
        self.device = backend.device
        tables: list[object] = []
        if isinstance(scene, SceneArrays):
            tables.append(upload_scene(scene))
        else:
            tables.append(build_scene_tables(scene))
        self._tables = tables
        # Free the tables before the interpreter unloads modules; Taichi cannot free them later.
        weakref.finalize(self, tables.clear)

    def render(
        self, camera: Camera, size: tuple[int, int], frame_index: int, settings: IntegratorSettings
    ) -> FramePair:
        """Render both halves of a frame.

        Args:
            size: (width, height) in pixels.
            frame_index: addresses the random streams together with `settings.seed`.
        """
        return finished(self.bands(camera, size, frame_index, settings))

    def render_half(
        self,
        camera: Camera,
        size: tuple[int, int],
        frame_index: int,
        half: int,
        settings: IntegratorSettings,
    ) -> Half:
        """Render one half of a frame; `half` is 0 or 1."""
        pose = camera_pose(camera, size)
        return finished(self._render_half_bands(pose, size, frame_index, half, settings, 1))

    def bands(
        self,
        camera: Camera,
        size: tuple[int, int],
        frame_index: int,
        settings: IntegratorSettings,
        band_count: int = 1,
    ) -> Generator[None, None, FramePair]:
        """Render each half in `band_count` row bands, yielding after each; return both halves."""
        pose = camera_pose(camera, size)
        halves: list[Half] = []
        for half in range(2):
            images = yield from self._render_half_bands(
                pose, size, frame_index, half, settings, band_count
            )
            halves.append(images)
        return FramePair(halves[0], halves[1], settings.spp, frame_index, pose)

    def _render_half_bands(
        self,
        pose: CameraPose,
        size: tuple[int, int],
        frame_index: int,
        half: int,
        settings: IntegratorSettings,
        band_count: int,
    ) -> Generator[None, None, Half]:
        """Render one half from its own random stream, yielding after each band of rows."""
        width, height = size
        images = [torch.zeros((height, width, 3), device=self.device) for _ in range(3)]
        scalars = [torch.zeros((height, width, 1), device=self.device) for _ in range(2)]
        parameters = camera_parameters(pose)
        edges = [height * band // band_count for band in range(band_count + 1)]
        for begin, end in zip(edges, edges[1:]):
            path = _path_settings(settings, frame_index, half, (begin, end))
            flat = [image.view(height, width) for image in scalars]
            render_half(self._tables[0], parameters, path, *images, *flat)
            yield
        return Half(*images, *scalars)
