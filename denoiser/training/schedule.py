"""Course of the learning rate over a training.

Host code. Functions of the fraction of the training done, in [0, 1].
"""

from __future__ import annotations

import math

FIRST_STEP = 1e-3  # fraction of the training by which a warm-up is ahead: its first step counts


def ramped_down(done: float, fraction: float, power: float = 2.0) -> float:
    """Factor on the learning rate: 1, then falling to 0 over the last fraction `fraction`.

    (1/2 + 1/2 cos(pi t))^power for t from 0 to 1, squared as in the authors' code; the paper only
    says that the ramp-down is brief and smooth (Lehtinen et al. 2018, appendix A.1).
    """
    t = (done - (1.0 - fraction)) / fraction if fraction > 0.0 else 0.0
    return float((0.5 + 0.5 * math.cos(math.pi * min(max(t, 0.0), 1.0))) ** power)


def warmed_up(done: float, fraction: float) -> float:
    """Factor on the learning rate, rising linearly to 1 over the first fraction `fraction`."""
    return min((done + FIRST_STEP) / fraction, 1.0) if fraction > 0.0 else 1.0
