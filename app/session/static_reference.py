"""Reference accumulated while the camera is static, and the PSNR of images against it.

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
"""One frame in this many is held out while the camera is static."""

LEAST_ERROR = 1e-6
"""Lower bound of the mean squared error, 60 dB: an estimate may be zero or negative."""


class StaticReference:
    """Film of all frames at rest, and the PSNR of images against it.

    A denoiser with history shares the noise of earlier frames with that film, so its PSNR would be
    too high. With `holds_out` every fourth frame is neither trained on nor shown, and images are
    measured against those frames alone. Their own noise is not counted: the squared error is
    estimated by the product of the differences to the mean of the first halves and of the second.
    """

    def __init__(self) -> None:
        self.holds_out = False
        """True: every fourth frame is held out, so images are made from three of four."""
        self._all = Film()
        self._held_out = (Film(), Film())
        self._count = 0
        self._pose: CameraPose | None = None
        self._size = (0, 0)

    @property
    def reference(self) -> torch.Tensor:
        """(H, W, 3) mean radiance of all frames since the last change; there must be one."""
        mean = self._all.mean()
        assert mean is not None, "no frame was added"
        return mean

    @property
    def reference_spp(self) -> int:
        """Samples per pixel of `reference`."""
        return self._all.spp

    @property
    def spp(self) -> int:
        """Samples per pixel of the frames that images are measured against."""
        return sum(film.spp for film in self._held_out) if self.holds_out else self._all.spp

    @property
    def wants_frame(self) -> bool:
        """True if the next frame is to be held out."""
        return self.holds_out and self._count % HOLD_OUT_EVERY == HOLD_OUT_EVERY - 1

    def reset(self) -> None:
        """Discard all frames, as after any change of the image."""
        self._all.reset()
        for film in self._held_out:
            film.reset()
        self._count = 0

    def follow(self, pair: FramePair) -> None:
        """Reset unless camera and size are those of the last frame."""
        if not is_static(pair.pose, self._pose) or pair.a.size != self._size:
            self.reset()
        self._pose, self._size = pair.pose, pair.a.size

    def add(self, pair: FramePair) -> None:
        """Add a frame that images are made from."""
        self._all.add(pair)
        self._count += 1

    def hold_out(self, pair: FramePair) -> None:
        """Add a held-out frame, which no image is made from."""
        for film, half in zip(self._held_out, (pair.a, pair.b), strict=True):
            film.add_half(half, pair.spp)
        self.add(pair)

    def score(self, image: torch.Tensor | None) -> torch.Tensor | None:
        """PSNR in dB on T(v) of an (H, W, 3) image, a scalar on its device; None without an image
        or frames to measure against.
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
