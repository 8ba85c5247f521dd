"""At rest: blends the denoised picture with the plain mean as that gets better.

Host code. The mean of n frames is unbiased and its error falls with n; the network's error has a
part that stays. Both errors can be estimated from the halves alone, because they are independent
(the idea of Back et al. 2022): with a, b the halves' means and f_a, f_b what the network made of
each half,

    E (a - b)^2 / 4 = variance of (a + b) / 2 =: V
    E (f_a - b)^2   = |f_a's error|^2 + variance of b

and the weights that give the least expected error are as 1 / V for the mean to 1 / |f's error|^2
for the network. As V falls the mean takes over. The estimates are noisy themselves, most so of few
samples: where a and b happen to agree V seems small, and a good network's error larger than it is.
So an error counts only as far as it exceeds 2 V, else such places would be specks of noise in an
even wall; with more samples this doubt falls.
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

WINDOW = 5  # pixels on a side over which errors are averaged before they are compared
DOUBT = 2.0  # variances that an error has to exceed
DOUBT_SPP = 192.0  # and this over the number of samples per pixel, once that is less
RELATIVE_FLOOR = 0.01  # radiance; errors are compared relative to the brightness, as L_HDR does
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
        """Samples per pixel of both halves in them."""
        return sum(film.spp for film in self._films)

    def add(self, pair: FramePair) -> None:
        """Add a frame; one with another pose or size begins anew."""
        if not is_static(pair.pose, self._pose) or pair.a.size != self._size:
            self._films = (Film(), Film())
            self.frames = 0
        self._pose, self._size = pair.pose, pair.a.size
        for film, half in zip(self._films, (pair.a, pair.b), strict=True):
            film.add_half(half, pair.spp)
        self.frames += 1

    def means(self) -> list[torch.Tensor]:
        """(1, 3, H, W) of half a and of half b; pixels that were never finite are 0."""
        means = [film.mean() for film in self._films]
        return [to_planes(mean) for mean in means if mean is not None]


def static_blend(
    made: torch.Tensor, halves: list[torch.Tensor], resting: StaticMeans
) -> torch.Tensor:
    """(H, W, 3): the best mix of a denoised picture and the plain mean.

    Args:
        made: (H, W, 3) linear radiance that the network made of both halves.
        halves: what it made of each half alone, by which its error is estimated.
        resting: with the present frame in it.
    """
    if resting.frames < 2:
        return made
    a, b = resting.means()
    mean = (a + b) / 2
    scale = (to_planes(made) + RELATIVE_FLOOR).square()
    variance = _smooth((a - b).square() / scale) / 4
    errors = [
        _smooth((to_planes(mine) - other).square() / scale) for mine, other in zip(halves, (b, a))
    ]
    doubt = min(DOUBT_SPP / resting.spp, DOUBT)
    # The variance of one half's mean is twice that of the mean of both.
    error = ((errors[0] + errors[1]) / 2 - (2 + doubt) * variance).clamp(min=0)
    networks = (variance + TINY) / (error + variance + TINY)
    return to_image(mean.lerp(to_planes(made), networks)).clamp(min=0)


def _smooth(errors: torch.Tensor) -> torch.Tensor:
    """(1, 1, H, W): mean over channels and a window, without the picture's outside."""
    grey = errors.mean(dim=1, keepdim=True)
    reach = WINDOW // 2
    return functional.avg_pool2d(grey, WINDOW, stride=1, padding=reach, count_include_pad=False)
