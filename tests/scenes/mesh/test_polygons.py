"""Triangulation: areas add up to the polygon's, triangles keep its winding, fans stay fans.

Host code.
"""

from __future__ import annotations

import numpy as np
import pytest

from scenes.mesh.polygons import triangulated

L_SHAPE = np.array([[1, 2], [0, 2], [0, 0], [2, 0], [2, 1], [1, 1]], float)
U_SHAPE = np.array([[2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0], [3, 0], [3, 3]], float)


def comb(teeth: int) -> np.ndarray:
    """Counter-clockwise comb with many reflex corners."""
    top = [(x, 1.0 if x % 2 else 3.0) for x in range(2 * teeth, -1, -1)]
    return np.array([(0.0, 0.0), (2.0 * teeth, 0.0), *top])


def area(points: np.ndarray) -> float:
    """Signed area of a polygon in the plane."""
    x, y = points.T
    return float(0.5 * (x * np.roll(y, -1) - y * np.roll(x, -1)).sum())


@pytest.mark.parametrize("outline", [L_SHAPE, U_SHAPE, comb(6)], ids=["L", "U", "comb"])
@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_triangles_of_a_concave_polygon_cover_it_once(
    outline: np.ndarray, is_reversed: bool, seed: int
) -> None:
    outline = outline[::-1] if is_reversed else outline
    frame, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    frame *= np.sign(np.linalg.det(frame))
    vertices = outline @ frame[:, :2].T + frame[:, 2]

    triangles = triangulated(np.arange(len(outline)), np.array([len(outline)]), vertices)

    assert len(triangles) == len(outline) - 2
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    signed = np.cross(b - a, c - a) @ frame[:, 2] / 2.0
    assert signed.sum() == pytest.approx(area(outline))
    assert np.abs(signed).sum() == pytest.approx(abs(area(outline)))


def test_a_fan_of_the_comb_would_overlap() -> None:
    outline = comb(6)
    fans = [outline[[0, i, i + 1]] for i in range(1, len(outline) - 1)]

    assert sum(abs(area(fan)) for fan in fans) > 1.2 * area(outline)


def test_convex_polygons_become_fans_in_file_order() -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 7)[:-1]
    vertices = np.stack([np.cos(angles), np.sin(angles), np.zeros(6)], axis=1)

    triangles = triangulated(np.array([0, 1, 2, 0, 1, 2, 3, 5]), np.array([3, 5]), vertices)

    assert triangles.tolist() == [[0, 1, 2], [0, 1, 2], [0, 2, 3], [0, 3, 5]]


def test_polygon_without_area_and_indices_out_of_range_become_fans() -> None:
    line = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]], float)

    assert len(triangulated(np.arange(4), np.array([4]), line)) == 2
    assert triangulated(np.array([0, 1, 2, 9]), np.array([4]), line).max() == 9
