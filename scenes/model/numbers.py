"""Numbers of scene files, which the renderer holds in single precision.

Host code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def are_finite(values: ArrayLike) -> bool:
    """Whether numbers of any shape are finite as float32; OverflowError for integers beyond
    float64.
    """
    with np.errstate(over="ignore"):
        return bool(np.isfinite(np.asarray(values, np.float64).astype(np.float32)).all())
