"""Agreement: how far the past is to be believed, by what the present frame shows of it.

Host code. What is seen in curved glass moves in its own way, and what was taken for it may be
something else. So the present frame is compared with the past over a window, in which the noise of
single pixels averages out (the idea of Schied et al. 2018, who shorten histories where a sparse
estimate shows that the light has changed). Each half is asked by its own samples: the halves stay
independent.

It is not asked of surfaces seen directly: their past is seldom wrong, and where few samples carry
the light, the mean of a window is so skewed that a right past would be doubted.
"""

from __future__ import annotations

import torch

from denoiser.temporal.box_filters import mean_around

WINDOW = 5  # pixels on a side
BELIEVED = 2.0  # standard errors that past and present may differ by
EVEN = 1e-2  # standard error of a window's mean without any noise, in logarithms


def agreement(past: torch.Tensor, present: torch.Tensor, is_known: torch.Tensor) -> torch.Tensor:
    """(1, N, H, W) in (0, 1]: the share of its frames that a pixel's past is worth.

    1 where the means over a window differ by no more than BELIEVED standard errors; beyond, it
    falls with the square of the difference.

    Args:
        past: (3, N, H, W) mean of logs carried along.
        present: (3, N, H, W) logs of the present frame.
        is_known: (1, N, H, W) bool: where there are both.
    """
    red, green, blue = (past - present).split(1)  # slices: sums over so few are slow
    change = torch.where(is_known, (red + green + blue) / 3, 0)
    mean, square = mean_around(torch.cat((change, change.square())), WINDOW).split(1)
    mean_square = mean.square()
    variance = (square - mean_square).clamp(min=0) / WINDOW**2 + EVEN**2
    return (BELIEVED**2 * variance / mean_square.clamp(min=EVEN**2)).clamp(max=1)
