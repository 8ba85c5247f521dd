"""Positions of the sun against Mitsuba 3.9.1's `sunsky`, and at known solar events."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scenes.optics.sun_position import PlaceAndTime
from scenes.optics.sun_position import mitsuba_sun_direction
from scenes.optics.sun_position import sun_angles

CAPE_TOWN = PlaceAndTime(-33.9, 18.4, 2.0, 2024, 1, 20, 10.0)
ATLANTIC = PlaceAndTime(60.0, -20.0, 0.0, 1999, 12, 31, 13.5)
EQUATOR = PlaceAndTime(0.0, 0.0, 0.0, 2035, 3, 1, 12.0)
LONDON = PlaceAndTime(51.5, -0.1, 1.0, 2016, 2, 29, 16.0, 45.0)
LAPLAND = PlaceAndTime(70.0, 25.0, 2.0, 2050, 6, 21, 25.0)
MITSUBA = (
    (PlaceAndTime(), (0.0514, 0.6918, 0.7203)),
    (PlaceAndTime(hour=9.0), (0.0957, -0.6147, 0.7829)),
    (PlaceAndTime(hour=12.0, minute=30.0, second=30.0), (0.2227, 0.1764, 0.9588)),
    (PlaceAndTime(hour=15.0, minute=90.0), (-0.1304, 0.8745, 0.4672)),
    (PlaceAndTime(month=13), (0.6671, 0.6876, 0.2866)),
    (PlaceAndTime(month=0, hour=12.0), (0.8500, 0.1049, 0.5163)),
    (PlaceAndTime(day=40), (0.1511, 0.7183, 0.6791)),
    (CAPE_TOWN, (-0.0877, -0.6553, 0.7503)),
    (ATLANTIC, (0.9924, 0.0289, 0.1197)),
    (EQUATOR, (0.1313, -0.0532, 0.9899)),
    (LONDON, (0.5485, 0.7922, 0.2673)),
    (LAPLAND, (-0.9864, -0.1513, 0.0641)),
)
"""Time and place, direction; Mitsuba computes in single precision."""
TOLERANCE = 0.05  # degrees


def _error(when: PlaceAndTime, expected: tuple[float, float, float]) -> float:
    """Angle between the computed and the expected direction, degrees."""
    cosine = float(np.dot(mitsuba_sun_direction(when), expected) / np.linalg.norm(expected))
    return math.degrees(math.acos(min(cosine, 1.0)))


@pytest.mark.parametrize("when, expected", MITSUBA)
def test_sun_stands_where_mitsuba_has_it(
    when: PlaceAndTime, expected: tuple[float, float, float]
) -> None:
    assert _error(when, expected) < TOLERANCE


def test_comparison_detects_half_a_minute() -> None:
    later = PlaceAndTime(second=30.0)
    assert _error(later, MITSUBA[0][1]) > TOLERANCE


def test_sun_is_overhead_at_the_equator_at_the_equinox() -> None:
    """20 March 2024, 03:06 UT; the equation of time is -7.5 minutes."""
    zenith, _ = sun_angles(PlaceAndTime(0.0, 0.0, 0.0, 2024, 3, 20, 12.0, 7.5))
    assert math.degrees(zenith) < 0.3


def test_sun_rises_in_the_east_and_culminates_in_the_south() -> None:
    _, morning = sun_angles(PlaceAndTime(hour=6.0))
    noon, azimuth = sun_angles(PlaceAndTime(month=12, day=21, hour=11.0, minute=40.0))
    assert 45.0 < math.degrees(morning) < 90.0
    assert abs(math.degrees(azimuth)) == pytest.approx(180.0, abs=1.0)
    assert 90.0 - math.degrees(noon) == pytest.approx(90.0 - 35.69 - 23.44, abs=0.05)
