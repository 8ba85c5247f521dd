"""Rotations as (3, 3) matrices: turns about a vector, and the shortest way between two.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.model.transforms import rotation

MIN_ANGLE = 1e-9  # radians, below which a rotation has no axis


def slerp(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """`share` of the shortest turn from `start` to `end`."""
    return turned(share * rotation_vector(end @ start.T), start)


def turned(vector: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """`axes` turned about `vector` by its length in radians."""
    angle = float(np.linalg.norm(vector))
    return axes if angle < MIN_ANGLE else rotation(vector, np.degrees(angle))[:3, :3] @ axes


def rotation_vector(matrix: np.ndarray) -> np.ndarray:
    """(3,) axis times angle in radians, angle in [0, pi]: the inverse of `turned`."""
    skew = np.array([matrix[2, 1], matrix[0, 2], matrix[1, 0]])
    skew -= np.array([matrix[1, 2], matrix[2, 0], matrix[0, 1]])
    sine, cosine = float(np.linalg.norm(skew)) / 2.0, (float(np.trace(matrix)) - 1.0) / 2.0
    angle = float(np.arctan2(sine, cosine))
    if sine > MIN_ANGLE:
        return skew / (2.0 * sine) * angle
    if cosine > 0.0:
        return np.zeros(3)
    # Half a turn: matrix + 1 is twice the outer product of the axis with itself.
    column = (matrix + np.eye(3))[:, int(np.argmax(np.diag(matrix)))]
    return column / np.linalg.norm(column) * angle
