"""What accumulates while the camera rests: a reference, and a measure of the pictures.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.metrics import psnr
from denoiser.transfer import tone
from renderer.film import Film
from renderer.frame import CameraPose
from renderer.frame import FramePair
from renderer.frame import is_static

HOLD_OUT_EVERY = 4
"""Every so many frames at rest one is held out."""

LEAST_ERROR = 1e-6
"""Mean squared error that is told apart from none, 60 dB; an estimate may also be negative."""


class StaticReference:
    """A film of all frames at rest, and the distance of pictures from it.

    A denoiser that remembers earlier frames shares their noise with that film, and would seem
    better than it is. With `holds_out` every fourth frame is neither learned from nor shown, and
    those alone are what pictures are measured by. Their own noise is not counted: a squared error
    is the product of the differences to the first halves and to the second ones.
    """

    def __init__(self) -> None:
        self.holds_out = False
        """True: frames are held out, so the pictures grow from three of four."""
        self._all = Film()
        self._held_out = (Film(), Film())
        self._count = 0
        self._pose: CameraPose | None = None
        self._size = (0, 0)

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
        return sum(film.spp for film in self._held_out) if self.holds_out else self._all.spp

    @property
    def wants_frame(self) -> bool:
        """True if the next frame is to be held out."""
        return self.holds_out and self._count % HOLD_OUT_EVERY == HOLD_OUT_EVERY - 1

    def reset(self) -> None:
        """Start again, as after any change of the image."""
        self._all.reset()
        for film in self._held_out:
            film.reset()
        self._count = 0

    def follow(self, pair: FramePair) -> None:
        """Start again unless the camera rests and the size is that of the last frame."""
        if not is_static(pair.pose, self._pose) or pair.a.size != self._size:
            self.reset()
        self._pose, self._size = pair.pose, pair.a.size

    def add(self, pair: FramePair) -> None:
        """A frame that pictures are made of."""
        self._all.add(pair)
        self._count += 1

    def hold_out(self, pair: FramePair) -> None:
        """A frame that nothing is made of."""
        for film, half in zip(self._held_out, (pair.a, pair.b), strict=True):
            film.add_half(half, pair.spp)
        self.add(pair)

    def score(self, image: torch.Tensor | None) -> torch.Tensor | None:
        """PSNR in dB on T(v) of an (H, W, 3) image, a scalar on its device; None without anything
        to compare with.
        """
        if image is None:
            return None
        if not self.holds_out:
            before = self._all.mean()
            return None if before is None else psnr(image, before)
        first, second = (film.mean() for film in self._held_out)
        if first is None or second is None:
            return None
        toned = tone(image)
        error = ((toned - tone(first)) * (toned - tone(second))).mean()
        return -10.0 * error.clamp(min=LEAST_ERROR).log10()
