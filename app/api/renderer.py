"""Renderer: frame pairs of a scene.

Host code.
"""

from __future__ import annotations

from app.api.frame_pair import FramePair
from app.api.scene import Scene
from app.session.integrator_settings import integrator_settings
from app.session.loaded_scene import Progress
from app.settings.session_settings import RenderSettings
from renderer import backend
from renderer import renderer
from renderer.renderer import compile_path_tracer
from scenes.model.description import Camera

DEFAULTS = RenderSettings()


class Renderer:
    """Path tracer of one scene on one device. The first one on a machine compiles the kernel."""

    def __init__(
        self,
        scene: Scene,
        device: str = "auto",
        progress: Progress = lambda text, done: None,
    ) -> None:
        """Compile the path tracer and upload the scene.

        Args:
            device: auto, cuda or cpu; one per process.
            progress: called with the name of the current step and the fraction done, in [0, 1].

        Raises:
            BackendError: the device is not available; one line.
        """
        self.scene = scene
        self._backend = backend.start(device)
        compile_path_tracer(self._backend)
        self._renderer = renderer.Renderer(scene.loaded.arrays(progress), self._backend)
        self.frame_index = 1
        """Index of the next frame rendered without a seed; a render with a seed has frame 0."""

    @property
    def device(self) -> str:
        """Name of the device."""
        return self._backend.name

    def render(
        self,
        camera: Camera | None = None,
        *,
        size: tuple[int, int] = DEFAULTS.size,
        spp: int = DEFAULTS.spp,
        max_depth: int = DEFAULTS.max_depth,
        rr_depth: int = DEFAULTS.rr_depth,
        seed: int | None = None,
    ) -> FramePair:
        """Two independent halves of an image with their features.

        Args:
            camera: None: the scene's own.
            size: (width, height) in pixels.
            spp: samples per pixel of each half.
            max_depth: largest path depth; 1: emitters seen directly, 2: direct light.
            rr_depth: path depth from which Russian roulette may end a path.
            seed: the same seed gives the same samples; None: every call takes new ones.

        Raises:
            ValueError: a number is out of range.
        """
        wanted = RenderSettings(
            size=size, spp=spp, max_depth=max_depth, rr_depth=rr_depth, seed=seed or 0
        )
        index = 0
        if seed is None:
            index, self.frame_index = self.frame_index, self.frame_index + 1
        settings = integrator_settings(wanted)
        pair = self._renderer.render(camera or self.scene.camera, size, index, settings)
        return FramePair(pair.a, pair.b, pair.spp, pair.frame_index, pair.pose)
