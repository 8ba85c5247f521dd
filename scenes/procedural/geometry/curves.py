"""Smooth curves through points, and rotation-free frames along them.

Host code.
"""

from __future__ import annotations

import numpy as np


def smooth_curve(points: np.ndarray, count: int) -> np.ndarray:
    """(count, D) points of the Catmull-Rom spline through (N, D) `points`, ends included.

    Uniform parametrisation; the end tangents come from mirrored end points.
    """
    points = np.asarray(points, float)
    first, last = 2.0 * points[:1] - points[1:2], 2.0 * points[-1:] - points[-2:-1]
    padded = np.concatenate([first, points, last])
    position = np.linspace(0.0, len(points) - 1, count)
    index = np.minimum(position.astype(int), len(points) - 2)
    t = (position - index)[:, None]
    p0, p1, p2, p3 = (padded[index + k] for k in range(4))
    return 0.5 * (
        2.0 * p1
        + (p2 - p0) * t
        + (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3) * t**2
        + (3.0 * p1 - p0 - 3.0 * p2 + p3) * t**3
    )


def evenly_spaced(points: np.ndarray, measure: np.ndarray, count: int) -> np.ndarray:
    """(count, D) points of the (N, D) polyline at equal arc lengths along the (N, K) `measure`."""
    step = np.linalg.norm(np.diff(measure, axis=0), axis=1)
    length = np.concatenate([[0.0], np.cumsum(step)])
    wanted = np.linspace(0.0, length[-1], count)
    return np.stack([np.interp(wanted, length, column) for column in points.T], axis=1)


def tangents(points: np.ndarray, is_closed: bool) -> np.ndarray:
    """(N, 3) unit tangents by central differences; if closed, the last point joins the first."""
    if is_closed:
        along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    else:
        along = np.gradient(points, axis=0)
    return along / np.linalg.norm(along, axis=1, keepdims=True)


def rotation_free_frames(along: np.ndarray) -> np.ndarray:
    """(N, 3) unit vectors perpendicular to (N, 3) unit tangents that do not spin about the curve.

    Each is the previous one projected onto the plane normal to the new tangent, and normalised.
    """
    start = np.eye(3)[np.argmin(np.abs(along[0]))]
    side = np.empty_like(along)
    for index, direction in enumerate(along):
        start = start - direction * (start @ direction)
        start = start / np.linalg.norm(start)
        side[index] = start
    return side
