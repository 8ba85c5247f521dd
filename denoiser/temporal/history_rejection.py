"""History rejection: weight of the history by its agreement with the current frame.

Host code. What is seen in curved glass moves differently from surfaces seen directly, so its
history may be that of something else. So the current frame is compared with the history over a
window, in which the noise of single pixels averages out (idea of Schied et al. 2018, who shorten
histories where a sparse estimate shows that the light has changed). Each half is tested with its
own samples: the halves stay independent.

Surfaces seen directly are not tested: their history is seldom wrong, and where few samples carry
the light, the mean of a window is so skewed that correct history would be rejected.
"""

from __future__ import annotations

import torch

from denoiser.temporal.box_filters import mean_around

WINDOW = 5  # pixels on a side
TOLERANCE = 2.0  # accepted difference of history and current frame, in standard errors
MIN_STANDARD_ERROR = 1e-2  # standard error of a window's mean if there is no noise, in logarithms


def agreement(history: torch.Tensor, present: torch.Tensor, is_known: torch.Tensor) -> torch.Tensor:
    """(1, N, H, W) in (0, 1]: factor on the frame count of each pixel's history.

    1 where the means over a window differ by no more than TOLERANCE standard errors; beyond, it
    falls with the inverse square of the difference.

    Args:
        history: (3, N, H, W) reprojected mean of logs.
        present: (3, N, H, W) logs of the current frame.
        is_known: (1, N, H, W) bool: True where both exist.
    """
    red, green, blue = (history - present).split(1)  # slices: sums over 3 channels are slow
    change = torch.where(is_known, (red + green + blue) / 3, 0)
    mean, square = mean_around(torch.cat((change, change.square())), WINDOW).split(1)
    mean_square = mean.square()
    variance = (square - mean_square).clamp(min=0) / WINDOW**2 + MIN_STANDARD_ERROR**2
    return (TOLERANCE**2 * variance / mean_square.clamp(min=MIN_STANDARD_ERROR**2)).clamp(max=1)
