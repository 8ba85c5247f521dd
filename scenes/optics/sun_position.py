"""Position of the sun by place and time.

Host code. The PSA algorithm: Blanco-Muriel, Alarcon-Padilla, Lopez-Moratalla and Lara-Coira,
"Computing the Solar Vector", Solar Energy 70(5), 2001.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

PARALLAX = 6371.01 / 149597890.0
"""Mean radius of the earth over its distance to the sun."""
EPOCH = 2451545.0
"""Julian date from which days are counted: noon of 1 January 2000."""


@dataclass(frozen=True)
class PlaceAndTime:
    """Where and when; the default is that of Mitsuba, Tokyo on a summer afternoon."""

    latitude: float = 35.6894
    """Degrees, north positive."""
    longitude: float = 139.6917
    """Degrees, east positive."""
    timezone: float = 9.0
    """Hours that local time is ahead of universal time."""
    year: int = 2010
    month: int = 7
    day: int = 10
    hour: float = 15.0
    """Hours, minutes and seconds of local time may exceed a day, an hour and a minute."""
    minute: float = 0.0
    second: float = 0.0


def sun_angles(when: PlaceAndTime) -> tuple[float, float]:
    """Zenith angle, and azimuth from north towards east, in radians; without refraction."""
    hours = when.hour + when.minute / 60.0 + when.second / 3600.0 - when.timezone
    days = _julian_day(when.year, when.month, when.day) + hours / 24.0 - EPOCH
    node = 2.1429 - 0.0010394594 * days
    mean_longitude = 4.8950630 + 0.017202791698 * days
    anomaly = 6.2400600 + 0.0172019699 * days
    longitude = (
        mean_longitude
        + 0.03341607 * math.sin(anomaly)
        + 0.00034894 * math.sin(2.0 * anomaly)
        - 0.0001134
        - 0.0000203 * math.sin(node)
    )
    obliquity = 0.4090928 - 6.2140e-9 * days + 0.0000396 * math.cos(node)
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    sidereal_hours = 6.6974243242 + 0.0657098283 * days + hours
    hour_angle = math.radians(15.0 * sidereal_hours + when.longitude) - ascension
    latitude = math.radians(when.latitude)
    cosine = math.cos(latitude) * math.cos(hour_angle) * math.cos(declination)
    cosine += math.sin(declination) * math.sin(latitude)
    zenith = math.acos(min(max(cosine, -1.0), 1.0))
    azimuth = math.atan2(
        -math.sin(hour_angle),
        math.tan(declination) * math.cos(latitude) - math.sin(latitude) * math.cos(hour_angle),
    )
    return zenith + PARALLAX * math.sin(zenith), azimuth


def mitsuba_sun_direction(when: PlaceAndTime) -> tuple[float, float, float]:
    """Unit direction towards the sun in the space of Mitsuba's `sunsky`, z up.

    x is south and y is west, as Mitsuba 3.9.1 computes it.
    """
    zenith, azimuth = sun_angles(when)
    sine = math.sin(zenith)
    return (-sine * math.cos(azimuth), -sine * math.sin(azimuth), math.cos(zenith))


def _julian_day(year: int, month: int, day: int) -> float:
    """Julian date at the start of a day; months and days may be out of range."""
    shift = int((month - 14) / 12)  # towards zero
    date = 1461 * (year + 4800 + shift) // 4 + 367 * (month - 2 - 12 * shift) // 12
    return date - 3 * ((year + 4900 + shift) // 100) // 4 + day - 32075 - 0.5
