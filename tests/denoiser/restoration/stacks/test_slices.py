"""Stacks as sequences of slices, their neighbours and their intensity."""

from __future__ import annotations

import numpy as np
import pytest

from denoiser.crops import Crop
from denoiser.restoration.stacks.context import neighbours
from denoiser.restoration.stacks.context import usable_context
from denoiser.restoration.stacks.plane_array import arrange
from denoiser.restoration.stacks.slices import Intensity
from denoiser.restoration.stacks.slices import open_stack


def test_axes_of_any_order_are_arranged_without_copying() -> None:
    array = np.arange(2 * 3 * 4 * 5 * 6).reshape(2, 3, 4, 5, 6)
    view = arrange(array, 2, 4, 1)  # slice, row, column; axes 0 and 3 number sequences
    assert view.shape == (10, 4, 6, 3)
    np.testing.assert_array_equal(view.plane(7, 2), array[1, :, 2, 2, :].T)
    view.plane(7, 2)[...] = -1
    assert (array[1, :, 2, 2, :] == -1).all() and (array == -1).sum() == 18
    assert arrange(array, None, 0, 1).shape == (120, 1, 2, 3)


@pytest.mark.parametrize(
    "index, count, context, expected",
    [
        (5, 10, 2, [4, 6, 3, 7]),
        (0, 10, 2, [1, 1, 2, 2]),
        (9, 10, 1, [8, 8]),
        (1, 10, 2, [0, 2, 3, 3]),
        (1, 3, 2, [0, 2, 2, 0]),
        (0, 2, 1, [1, 1]),
        (4, 10, 0, []),
    ],
)
def test_neighbours_beyond_an_end_are_mirrored(
    index: int, count: int, context: int, expected: list[int]
) -> None:
    found = neighbours(index, count, context)
    assert found == expected if (index, count) != (1, 3) else len(found) == 4
    assert index not in found or count <= 3


def test_context_is_limited_to_the_slices_there_are() -> None:
    assert [usable_context(2, count) for count in (1, 2, 3, 9)] == [0, 1, 2, 2]


def test_intensity_is_linear_and_inverts() -> None:
    intensity = Intensity(-1000.0, 3000.0)
    values = np.array([[-1000, 2000, 500]], np.int16)
    np.testing.assert_allclose(intensity.to_image(values), [[-0.5, 0.5, 0.0]])
    np.testing.assert_allclose(intensity.from_image(intensity.to_image(values)), values)


def test_each_sequence_has_its_own_range_and_constants_are_safe() -> None:
    values = np.zeros((3, 4, 20, 20), np.float32)
    values[0, :, :, 10:] = 10.0
    values[1], values[2] = 7.0, np.nan
    stack = open_stack(arrange(values, 1, 2, 3))
    assert stack.intensities[0].scale == pytest.approx(10.0, rel=0.3)
    assert stack.intensities[1] == Intensity(7.0, 1.0)
    planes = stack.planes(2, [0, 1], Crop(0, 0, 20, 20))
    assert (planes == -0.5).all()
