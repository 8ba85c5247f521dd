"""Alias tables: draw from a discrete distribution in constant time (Vose 1991).

Host code, compiled by numba.
"""

from __future__ import annotations

import numpy as np

from scenes.compiled import compiled


@compiled()
def _fill(weights: np.ndarray, threshold: np.ndarray, alias: np.ndarray) -> None:
    """Vose's two-stack construction for one distribution."""
    count = len(weights)
    scaled = weights * (count / weights.sum())
    small = np.empty(count, np.int64)
    large = np.empty(count, np.int64)
    small_count, large_count = 0, 0
    for index in range(count):
        alias[index] = index
        threshold[index] = 1.0
        if scaled[index] < 1.0:
            small[small_count] = index
            small_count += 1
        else:
            large[large_count] = index
            large_count += 1
    while small_count > 0 and large_count > 0:
        small_count -= 1
        less, more = small[small_count], large[large_count - 1]
        threshold[less] = scaled[less]
        alias[less] = more
        scaled[more] -= 1.0 - scaled[less]
        if scaled[more] < 1.0:
            large_count -= 1
            small[small_count] = more
            small_count += 1


@compiled()
def _fill_rows(weights: np.ndarray, threshold: np.ndarray, alias: np.ndarray) -> None:
    """Build one table per row; a row whose weights are all 0 becomes uniform."""
    for row in range(len(weights)):
        if weights[row].sum() > 0.0:
            _fill(weights[row], threshold[row], alias[row])
        else:
            _fill(np.ones_like(weights[row]), threshold[row], alias[row])


def build_alias(weights: np.ndarray) -> np.ndarray:
    """Build the alias table of each row.

    Args:
        weights: (R, N) >= 0, not normalised.

    Returns:
        (R, N, 2) float32: threshold in [0, 1]; alias, an int32 index into the row as float32 bits.
    """
    weights = np.ascontiguousarray(weights, dtype=np.float64)
    threshold = np.empty(weights.shape, np.float64)
    alias = np.empty(weights.shape, np.int32)
    _fill_rows(weights, threshold, alias)
    return np.stack([threshold.astype(np.float32), alias.view(np.float32)], axis=-1)
