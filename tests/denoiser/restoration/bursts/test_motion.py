"""Motion between noisy frames is found to a fraction of a pixel; still frames stay still."""

from __future__ import annotations

import numpy as np
import pytest

from denoiser.restoration.bursts.motion import STILL
from denoiser.restoration.bursts.motion import Motion
from denoiser.restoration.bursts.motion import find_motion
from tests.denoiser.restoration.bursts.moved import clean_photograph
from tests.denoiser.restoration.bursts.moved import motion_matrix
from tests.denoiser.restoration.bursts.moved import moved
from tests.denoiser.restoration.bursts.moved import with_noise

SIZE = (288, 352)
CORNERS = np.array([(0.0, 0.0), (0.0, 351.0), (287.0, 0.0), (287.0, 351.0)])


def places(matrix: np.ndarray) -> np.ndarray:
    """Where the corners lie after a motion."""
    found: np.ndarray = CORNERS @ matrix[:, :2].T + matrix[:, 2]
    return found


@pytest.mark.parametrize(
    "shift, degrees, zoom",
    [
        ((3.3, -5.6), 0.0, 1.0),
        ((0.5, 0.4), 0.0, 1.0),
        ((40.0, -20.0), -0.5, 1.0),
        ((6.0, 4.0), 1.0, 1.01),
    ],
)
def test_motion_is_found_in_noise(shift: tuple[float, float], degrees: float, zoom: float) -> None:
    clean = clean_photograph(*SIZE)
    matrix = motion_matrix(SIZE, shift, degrees, zoom)
    first, second = with_noise(clean, 0).mean(2), with_noise(moved(clean, matrix), 1).mean(2)
    found = find_motion(first, second)
    assert found is not None
    assert np.linalg.norm(places(found.matrix) - places(matrix), axis=1).max() < 0.3


@pytest.mark.parametrize("sigma", [0.0, 0.1, 0.2])
def test_still_frames_are_still(sigma: float) -> None:
    clean = clean_photograph(*SIZE)
    for seed in range(4):
        frames = [with_noise(clean, 2 * seed + k, sigma).mean(2) for k in range(2)]
        assert find_motion(*frames) is STILL


def test_flat_frames_are_still_and_different_ones_do_not_align() -> None:
    flat = np.full((100, 120), 0.4)
    assert find_motion(flat, flat) is STILL
    one, other = (with_noise(clean_photograph(*SIZE), 0).mean(2) for _ in range(2))
    assert find_motion(one, other[::-1, ::-1]) is None


def test_small_frames_are_compared_as_a_whole() -> None:
    clean = clean_photograph(80, 80)
    found = find_motion(clean[:48, :48].mean(2), clean[2:50, 3:51].mean(2))
    assert found is not None
    np.testing.assert_allclose(found.matrix[:, 2], (-2.0, -3.0), atol=0.2)


def test_motions_between_frames_are_composed() -> None:
    one, other = (Motion(motion_matrix(SIZE, *each)) for each in (((3, 4), 1.0), ((-2, 1), -2.0)))
    np.testing.assert_allclose(
        places(one.to(other).matrix @ np.eye(3)),
        places(
            (
                np.vstack([other.matrix, (0, 0, 1)])
                @ np.linalg.inv(np.vstack([one.matrix, (0, 0, 1)]))
            )[:2]
        ),
    )
    inverse = one.to(STILL)
    back = places(one.matrix) @ inverse.matrix[:, :2].T + inverse.matrix[:, 2]
    np.testing.assert_allclose(back, CORNERS, atol=1e-9)
