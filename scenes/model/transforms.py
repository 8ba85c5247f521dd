"""Affine transforms as (4, 4) float64 matrices that act on column vectors.

Host code.
"""

from __future__ import annotations

import numpy as np


def translation(offset: np.ndarray) -> np.ndarray:
    """Translation by `offset`, (3,)."""
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def scaling(factors: np.ndarray) -> np.ndarray:
    """Scaling by `factors`, (3,), about the origin."""
    return np.diag([*np.asarray(factors, dtype=np.float64), 1.0])


def rotation(axis: np.ndarray, degrees: float) -> np.ndarray:
    """Rotation about `axis`, (3,), counter-clockwise seen from its tip (Rodrigues' formula)."""
    x, y, z = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(degrees)
    matrix = np.eye(4)
    matrix[:3, :3] += np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)
    return matrix


def look_at(origin: np.ndarray, target: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Camera space to world: columns left, up, forward, position (Mitsuba's convention)."""
    origin = np.asarray(origin, dtype=np.float64)
    forward = np.asarray(target, dtype=np.float64) - origin
    forward /= np.linalg.norm(forward)
    left = np.cross(up, forward)
    left /= np.linalg.norm(left)
    matrix = np.eye(4)
    matrix[:3, :4] = np.stack([left, np.cross(forward, left), forward, origin], axis=1)
    return matrix


def quaternion_rotation(quaternion: np.ndarray) -> np.ndarray:
    """Rotation of a quaternion (x, y, z, w), normalised here."""
    x, y, z, w = np.asarray(quaternion, dtype=np.float64) / np.linalg.norm(quaternion)
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return matrix


def rigid(matrix: np.ndarray) -> np.ndarray:
    """Matrix with the axes scaled to unit length and the same position; a mirror is kept."""
    result = np.array(matrix, dtype=np.float64)
    result[:3, :3] /= np.linalg.norm(result[:3, :3], axis=0)
    result[3] = (0.0, 0.0, 0.0, 1.0)
    return result


def transform_points(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Transform (N, 3) points, in the precision of `matrix`."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def transform_normals(matrix: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Transform (N, 3) normals by the inverse transpose, unnormalised; mirrors keep their side."""
    linear = matrix[:3, :3]
    # The cofactor matrix is det * inverse transpose: it exists for flattened objects, too.
    rows = [np.cross(linear[(i + 1) % 3], linear[(i + 2) % 3]) for i in range(3)]
    return normals @ (np.stack(rows) * (-1.0 if np.linalg.det(linear) < 0.0 else 1.0)).T
