"""What accumulates while the camera rests: a reference, and a measure of the pictures.

Host code.
"""

from __future__ import annotations

import numpy as np
import torch

from app.settings import RenderSettings
from denoiser.metrics import psnr
from renderer.film import Film
from renderer.frame import FramePair
from scenes.description import Camera

HOLD_OUT_EVERY = 4
"""Every so many frames at rest one is held out."""


class RestMeasure:
    """A film of all frames at rest, and the distance of pictures from it.

    A denoiser that remembers earlier frames shares their noise with that film, and would seem
    better than it is. With `holds_out` every fourth frame is neither learned from nor shown, and
    those alone are what pictures are measured by.
    """

    def __init__(self) -> None:
        self.holds_out = False
        """True: frames are held out, so the pictures grow from three of four."""
        self._all = Film()
        self._held_out = Film()
        self._count = 0
        self._seen: tuple[object, ...] | None = None

    @property
    def reference(self) -> torch.Tensor:
        """(H, W, 3) mean radiance of all frames since anything changed, of which there is one."""
        mean = self._all.mean()
        assert mean is not None, "no frame was added"
        return mean

    @property
    def reference_spp(self) -> int:
        """Samples per pixel of it."""
        return self._all.spp

    @property
    def spp(self) -> int:
        """Samples per pixel of what pictures are measured by."""
        return self._truth.spp

    @property
    def wants_frame(self) -> bool:
        """True if the next frame is to be held out."""
        return self.holds_out and self._count % HOLD_OUT_EVERY == HOLD_OUT_EVERY - 1

    def forget_if_changed(self, camera: Camera, render: RenderSettings) -> None:
        """Start again when anything that changes the image has changed."""
        lens = (camera.fov_x, camera.aperture_radius, camera.focus_distance)
        seen = (np.asarray(camera.to_world).tobytes(), *lens, render.size, render.max_depth)
        if seen != self._seen:
            self._all.reset()
            self._held_out.reset()
            self._count = 0
            self._seen = seen

    def add(self, pair: FramePair) -> None:
        """A frame that pictures are made of."""
        self._all.add(pair)
        self._count += 1

    def hold_out(self, pair: FramePair) -> None:
        """A frame that nothing is made of."""
        self._held_out.add(pair)
        self.add(pair)

    def score(self, image: torch.Tensor | None) -> float | None:
        """PSNR in dB on T(v) of an (H, W, 3) picture, None where there is nothing to compare."""
        truth = self._truth.mean()
        return None if image is None or truth is None else float(psnr(image, truth))

    @property
    def _truth(self) -> Film:
        return self._held_out if self.holds_out else self._all
