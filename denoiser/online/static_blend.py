"""Static camera: blend of the denoised image with the mean of the noisy frames.

Host code. The mean of n frames is unbiased and its error falls with n; the network's error has a
part that does not. Both errors can be estimated from the halves, because these are independent
(idea of Back et al. 2022): with a, b the means of the halves and f_a, f_b the network's output for
each half,

    E (a - b)^2 / 4 = variance of (a + b) / 2 =: V
    E (f_a - b)^2   = |f_a's error|^2 + variance of b

and the expected error is least with weights in the ratio of 1 / V for the mean to 1 / |f's error|^2
for the network. As V falls the mean takes over. The estimates are noisy, most of all with few
samples: where a and b agree by chance, V is underestimated and a good network's error is
overestimated. So an error counts only as far as it exceeds ERROR_MARGIN * V, to avoid specks of
noise on uniform walls; with more samples the factor falls.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from denoiser.features import to_image
from denoiser.features import to_planes
from renderer.film import Film
from renderer.frame import CameraPose
from renderer.frame import FramePair
from renderer.frame import is_static

WINDOW = 5  # pixels, side of the window that errors are averaged over before the comparison
ERROR_MARGIN = 2.0  # multiple of V subtracted from the network's error, at most
ERROR_MARGIN_SPP = (
    192.0  # samples per pixel; ERROR_MARGIN_SPP / spp replaces ERROR_MARGIN where it is less
)
RELATIVE_FLOOR = 0.01  # radiance; errors are relative to brightness plus this, as in L_HDR
TINY = 1e-12


class StaticMeans:
    """Mean radiance of each half since the camera came to rest."""

    def __init__(self) -> None:
        """Start without frames."""
        self._pose: CameraPose | None = None
        self._size = (0, 0)
        self._films = (Film(), Film())
        self.frames = 0
        """Number of frames since the camera came to rest, the present one included."""

    @property
    def spp(self) -> int:
        """Samples per pixel in the means, both halves together."""
        return sum(film.spp for film in self._films)

    def add(self, pair: FramePair) -> None:
        """Add a frame; start over with it if its pose is unknown or new, or its size is new."""
        if not is_static(pair.pose, self._pose) or pair.a.size != self._size:
            self._films = (Film(), Film())
            self.frames = 0
        self._pose, self._size = pair.pose, pair.a.size
        for film, half in zip(self._films, (pair.a, pair.b), strict=True):
            film.add_half(half, pair.spp)
        self.frames += 1

    def means(self) -> list[torch.Tensor]:
        """(1, 3, H, W) mean radiance of half a and of half b; 0 in pixels never finite."""
        means = [film.mean() for film in self._films]
        return [to_planes(mean) for mean in means if mean is not None]


def static_blend(
    made: torch.Tensor, halves: list[torch.Tensor], resting: StaticMeans
) -> torch.Tensor:
    """(H, W, 3) blend of denoised image and noisy mean with the least expected error.

    Args:
        made: (H, W, 3) denoised linear radiance of both halves combined.
        halves: the same of each half alone, to estimate the network's error.
        resting: means of the halves, the current frame included.
    """
    if resting.frames < 2:
        return made
    a, b = resting.means()
    mean = (a + b) / 2
    scale = (to_planes(made) + RELATIVE_FLOOR).square()
    variance = _window_mean((a - b).square() / scale) / 4
    errors = [
        _window_mean((to_planes(mine) - other).square() / scale)
        for mine, other in zip(halves, (b, a))
    ]
    margin = min(ERROR_MARGIN_SPP / resting.spp, ERROR_MARGIN)
    # The variance of one half's mean is twice that of the mean of both.
    error = ((errors[0] + errors[1]) / 2 - (2 + margin) * variance).clamp(min=0)
    networks = (variance + TINY) / (error + variance + TINY)
    return to_image(mean.lerp(to_planes(made), networks)).clamp(min=0)


def _window_mean(errors: torch.Tensor) -> torch.Tensor:
    """(1, 1, H, W) mean over channels and a window, without pixels outside the image."""
    grey = errors.mean(dim=1, keepdim=True)
    reach = WINDOW // 2
    return functional.avg_pool2d(grey, WINDOW, stride=1, padding=reach, count_include_pad=False)
