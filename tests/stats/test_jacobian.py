"""The Jacobian test accepts a right density and rejects one that is wrong by 1 %."""

from __future__ import annotations

import numpy as np

from tests.stats.jacobian import determinants
from tests.stats.jacobian import jacobian_errors
from tests.stats.jacobian import square_points

U = square_points(4096, 1)


def _hemisphere(u: np.ndarray) -> np.ndarray:
    """Cosine-weighted direction, float32 throughout."""
    r, phi = np.sqrt(u[:, 0]), np.float32(2 * np.pi) * u[:, 1]
    return np.stack([r * np.cos(phi), r * np.sin(phi), np.sqrt(1 - u[:, 0])], axis=1)


def _density(u: np.ndarray) -> np.ndarray:
    return _hemisphere(u)[:, 2] / np.pi


def test_right_density_is_accepted() -> None:
    errors = jacobian_errors(_density(U), determinants(_hemisphere, U))
    assert errors.count == len(U)
    assert abs(errors.median) < 1e-4
    assert errors.p99 < 2e-3


def test_density_off_by_one_percent_is_caught() -> None:
    for factor in (0.99, 1.01):
        errors = jacobian_errors(factor * _density(U), determinants(_hemisphere, U))
        assert abs(errors.median - (factor - 1)) < 1e-3


def test_wrong_shape_is_caught() -> None:
    uniform = np.full(len(U), 1 / (2 * np.pi))
    assert jacobian_errors(uniform, determinants(_hemisphere, U)).p99 > 0.5


def test_maps_of_the_plane() -> None:
    errors = jacobian_errors(
        np.full(len(U), 1 / 6.0),
        determinants(lambda u: u @ np.array([[3, 1], [0, 2]], np.float32), U),
    )
    assert errors.p99 < 1e-3


def test_only_valid_points_count() -> None:
    density = _density(U)
    density[::2] = 0
    is_valid = density > 0
    assert jacobian_errors(density, determinants(_hemisphere, U), is_valid).count == len(U) // 2
