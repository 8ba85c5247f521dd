"""The facade: a scene goes in, pairs of noisy halves come out.

Host code.
"""

from __future__ import annotations

import weakref
from collections.abc import Generator
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
    """What the paths of a frame share."""

    spp: int = 8
    """Samples per pixel of each half, >= 1."""
    max_depth: int = 6
    """Segments of a path: 1 = emitters seen directly, 2 = direct light."""
    rr_depth: int = 5
    """Vertices before Russian roulette may end a path."""
    strategy: Strategy = Strategy.MIS
    """How direct light is estimated; all agree in expectation."""
    seed: int = 0
    """Shifts every random stream."""


def finished(work: Generator[Any, None, Result]) -> Result:
    """Return value of a generator, run to its end."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


def compile_path_tracer(backend: Backend) -> None:
    """Have the kernel ready, whatever the scene: it is launched without a row to render."""
    view = camera_parameters(camera_pose(Camera(np.eye(4)), (1, 1)))
    path = PathSettings(
        frame_index=0,
        stream=0,
        spp=1,
        max_depth=1,
        rr_depth=1,
        strategy=int(Strategy.MIS),
        row_begin=0,
        row_end=0,
    )
    colors = [torch.zeros((1, 1, 3), device=backend.device) for _ in range(3)]
    scalars = [torch.zeros((1, 1), device=backend.device) for _ in range(2)]
    render_half(empty_tables(), view, path, *colors, *scalars)


class Renderer:
    """One scene on one device."""

    def __init__(self, scene: SceneDescription | SceneArrays, backend: Backend) -> None:
        """Upload the scene, built already or not."""
        self.device = backend.device
        tables: list[object] = []
        if isinstance(scene, SceneArrays):
            tables.append(upload_scene(scene))
        else:
            tables.append(build_scene_tables(scene))
        self._tables = tables
        # Taichi cannot free an argument pack once the interpreter takes its modules apart.
        weakref.finalize(self, tables.clear)

    def render(
        self, camera: Camera, size: tuple[int, int], frame_index: int, settings: IntegratorSettings
    ) -> FramePair:
        """Both halves of a frame.

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
        """One half of a frame; `half` is 0 or 1."""
        pose = camera_pose(camera, size)
        return finished(self._half_bands(pose, size, frame_index, half, settings, 1))

    def bands(
        self,
        camera: Camera,
        size: tuple[int, int],
        frame_index: int,
        settings: IntegratorSettings,
        band_count: int = 1,
    ) -> Generator[None, None, FramePair]:
        """Render band of rows by band of rows, yielding after each; returns both halves."""
        pose = camera_pose(camera, size)
        halves: list[Half] = []
        for half in range(2):
            images = yield from self._half_bands(
                pose, size, frame_index, half, settings, band_count
            )
            halves.append(images)
        return FramePair(halves[0], halves[1], settings.spp, frame_index, pose)

    def _half_bands(
        self,
        pose: CameraPose,
        size: tuple[int, int],
        frame_index: int,
        half: int,
        settings: IntegratorSettings,
        band_count: int,
    ) -> Generator[None, None, Half]:
        """One half, from its own random stream."""
        width, height = size
        images = [torch.zeros((height, width, 3), device=self.device) for _ in range(3)]
        scalars = [torch.zeros((height, width, 1), device=self.device) for _ in range(2)]
        parameters = camera_parameters(pose)
        stream = settings.seed * SEED_STRIDE + half
        edges = [height * band // band_count for band in range(band_count + 1)]
        for begin, end in zip(edges, edges[1:]):
            path = PathSettings(
                frame_index=frame_index,
                stream=stream,
                spp=settings.spp,
                max_depth=settings.max_depth,
                rr_depth=settings.rr_depth,
                strategy=int(settings.strategy),
                row_begin=begin,
                row_end=end,
            )
            flat = [image.view(height, width) for image in scalars]
            render_half(self._tables[0], parameters, path, *images, *flat)
            yield
        return Half(*images, *scalars)
