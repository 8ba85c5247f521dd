"""Hosek's and Wilkie's daylight against Mitsuba 3.9.1's `sunsky` emitter in variant llvm_ad_rgb.

The values were measured at parameters that the fit of the table does not see.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from scenes.optics import hosek
from scenes.optics.hosek import HosekSettings
from scenes.optics.hosek import bake_hosek_sky
from scenes.optics.hosek import sky_radiance
from scenes.optics.hosek import sun_irradiance
from scenes.optics.sky_image import texel_grid

SKY = (
    ((1.2, (0.1, 0.4, 0.9), 12.0), (5.0, 40.0), (0.00774279, 0.0187797, 0.0385379)),
    ((2.6, (0.3, 0.3, 0.3), 47.0), (88.0, 170.0), (0.165026, 0.224782, 0.266072)),
    ((3.3, (0.8, 0.5, 0.2), 3.5), (70.0, 20.0), (0.0784533, 0.0664852, 0.0472546)),
    ((4.8, (0.0, 0.2, 0.6), 0.4), (50.0, 100.0), (0.00957017, 0.0102565, 0.00998125)),
    ((5.5, (1.0, 1.0, 1.0), 66.0), (89.5, 3.0), (0.354874, 0.376496, 0.387748)),
    ((6.4, (0.25, 0.75, 0.5), 25.0), (30.0, 250.0), (0.0255224, 0.0470631, 0.069315)),
    ((7.7, (0.9, 0.1, 0.3), 85.0), (15.0, 0.0), (0.482631, 0.462064, 0.443022)),
    ((8.9, (0.45, 0.55, 0.65), 7.0), (85.0, 60.0), (0.0730219, 0.0571859, 0.0419207)),
    ((9.6, (0.05, 0.15, 0.95), 35.0), (60.0, 2.0), (1.50892, 1.3391, 1.05075)),
    ((3.0, (0.3, 0.3, 0.3), 90.0), (40.0, 0.0), (0.0471321, 0.0735632, 0.128341)),
    ((10.0, (0.6, 0.6, 0.6), 0.05), (80.0, 300.0), (0.0118674, 0.00976361, 0.00681116)),
    ((1.0, (0.0, 0.0, 0.0), 18.0), (76.0, 10.0), (0.0748242, 0.119199, 0.160967)),
)
"""(turbidity, albedo, elevation of the sun), (zenith angle, azimuth from the sun), radiance."""
SKY_TOLERANCE = 1e-3
SUN = (
    (1.4, 77.0, (1.54962, 1.31285, 1.03272)),
    (3.0, 45.5, (1.46611, 1.20526, 0.889626)),
    (4.7, 21.0, (1.14288, 0.838135, 0.490993)),
    (8.2, 9.5, (0.338203, 0.184647, 0.0679295)),
    (6.5, 3.1, (0.104965, 0.0395521, 0.00480731)),
    (3.0, 1.0, (0.261715, 0.0706966, 0.0)),
)
"""Turbidity, elevation, irradiance; the last blue value is -0.00398 in Mitsuba."""
SKY_IRRADIANCE = (
    (2.3, (0.2, 0.2, 0.2), 55.0, (0.13093908, 0.22126562, 0.4070537)),
    (6.6, (0.1, 0.5, 0.9), 14.0, (0.19434891, 0.22445891, 0.255353)),
)
"""Turbidity, albedo, elevation, irradiance of the horizontal."""


def _direction(zenith: float, azimuth: float = 0.0) -> np.ndarray:
    """Unit direction, y up, from a zenith angle and an azimuth in degrees."""
    theta, phi = math.radians(zenith), math.radians(azimuth)
    sine = math.sin(theta)
    return np.array([sine * math.cos(phi), math.cos(theta), -sine * math.sin(phi)])


def _sky_errors(scale: float = 1.0) -> np.ndarray:
    """Relative errors of SKY, with the sun's elevation changed by a factor."""
    errors = []
    for (turbidity, albedo, elevation), angles, expected in SKY:
        sun = _direction(90.0 - scale * elevation)
        found = sky_radiance(_direction(*angles)[None], sun, turbidity, albedo)[0]
        errors.append(np.abs(found / expected - 1.0))
    return np.array(errors)


def test_sky_has_the_radiance_of_mitsuba() -> None:
    assert _sky_errors().max() < SKY_TOLERANCE


def test_sky_comparison_detects_a_sun_that_is_one_percent_too_low() -> None:
    assert (_sky_errors(0.99).max(axis=1) > SKY_TOLERANCE).sum() >= 11


@pytest.mark.parametrize("turbidity, elevation, expected", SUN)
def test_sun_has_the_irradiance_of_mitsuba(
    turbidity: float, elevation: float, expected: tuple[float, float, float]
) -> None:
    found = sun_irradiance(elevation, turbidity)
    assert np.allclose(found, expected, rtol=1e-4, atol=0.0)
    if elevation > 2.0:
        assert not np.allclose(sun_irradiance(0.99 * elevation, turbidity), found, rtol=1e-4)


@pytest.mark.parametrize("turbidity, albedo, elevation, expected", SKY_IRRADIANCE)
def test_baked_sky_keeps_irradiance(
    turbidity: float,
    albedo: tuple[float, float, float],
    elevation: float,
    expected: tuple[float, float, float],
) -> None:
    sun = tuple(_direction(90.0 - elevation, 30.0))
    settings = HosekSettings(sun, turbidity=turbidity, albedo=albedo, sun_scale=0.0)
    image = bake_hosek_sky(settings, 256).image
    assert image is not None
    directions, solid_angles = texel_grid(256)
    weights = solid_angles * np.maximum(directions[..., 1], 0.0)
    found = np.einsum("hw,hwc->c", weights, image)
    assert np.allclose(found, expected, rtol=1e-3)
    assert not np.allclose(1.005 * found, expected, rtol=1e-3)


def _interpolated_irradiance(image: np.ndarray, sun: np.ndarray, radius: float) -> np.ndarray:
    """(3,) irradiance of a plane that faces the sun, from bilinear look-ups around it."""
    random = np.random.default_rng(3)
    count, height = 400_000, len(image)
    z = 1.0 - random.random(count) * (1.0 - math.cos(radius))
    turn, sine = 2.0 * math.pi * random.random(count), np.sqrt(1.0 - z * z)
    side = np.cross(sun, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    circle = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * np.cross(sun, side)
    d = z[:, None] * sun + sine[:, None] * circle
    u = np.arctan2(d[:, 0], -d[:, 2]) / (2.0 * math.pi) % 1.0 * (2 * height) - 0.5
    v = np.arccos(np.clip(d[:, 1], -1.0, 1.0)) / math.pi * height - 0.5
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    total = np.zeros(3)
    for dx, dy in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = np.abs(1 - dx - (u - column)) * np.abs(1 - dy - (v - row)) * z
        texels = image[np.clip(row + dy, 0, height - 1), (column + dx) % (2 * height)]
        total += (weight[:, None] * texels).mean(axis=0)
    return total * 2.0 * math.pi * (1.0 - math.cos(radius))


@pytest.mark.parametrize("zenith", [0.0, 0.1, 2.0, 45.0, 85.0])
@pytest.mark.parametrize("aperture, height", [(0.5358, 1024), (0.5358, 512), (6.0, 512)])
def test_baked_sun_keeps_irradiance(zenith: float, aperture: float, height: int) -> None:
    """Within 0.5 %, which is three standard errors of the look-ups; also at the pole."""
    sun = _direction(zenith, 70.0)
    settings = HosekSettings(tuple(sun), sky_scale=0.0, sun_aperture=aperture)
    image = bake_hosek_sky(settings, height).image
    assert image is not None
    reach = math.radians(aperture / 2.0) + 4.0 * math.pi / height
    found = _interpolated_irradiance(image, sun, reach)
    half = math.radians(aperture / 2.0)
    # Mean cosine over the disk: the irradiance is the radiance times pi sin^2.
    cosine = math.sin(half) ** 2 / (2.0 * (1.0 - math.cos(half)))
    expected = sun_irradiance(90.0 - zenith, 3.0) * cosine
    assert np.allclose(found, expected, rtol=5e-3)


def test_size_of_the_image_follows_the_sun() -> None:
    usual = HosekSettings((0.0, 1.0, 0.2))
    images = [
        bake_hosek_sky(dataclasses.replace(usual, **changes)).image
        for changes in ({}, {"sun_scale": 0.0}, {"sun_aperture": 3.0})
    ]
    assert [len(image) for image in images if image is not None] == [1024, 512, 512]


def test_albedo_of_each_channel_brightens_that_channel() -> None:
    sun, up = _direction(40.0), _direction(0.0)[None]
    dark = sky_radiance(up, sun, 3.0, (0.0, 0.0, 0.0))[0]
    mixed = sky_radiance(up, sun, 3.0, (0.0, 0.5, 1.0))[0]
    assert mixed[0] == dark[0]
    assert mixed[1] > 1.1 * dark[1] and mixed[2] > 1.2 * dark[2]


def test_sky_is_finite_and_not_negative_at_every_elevation() -> None:
    directions, _ = texel_grid(32)
    for elevation in (1e-6, 1e-3, 0.1, *range(1, 91)):
        for turbidity in (1.0, 5.3, 10.0):
            sun = _direction(90.0 - elevation)
            found = sky_radiance(directions, sun, turbidity, (0.0, 0.3, 1.0))
            assert np.isfinite(found).all() and found.min() >= 0.0
            assert found[:16].max() > 0.0 and not found[16:].any()


def test_sun_at_or_below_the_horizon_gives_a_black_image() -> None:
    for height in (0.0, -0.1):
        image = bake_hosek_sky(HosekSettings((1.0, height, 0.0)), 32).image
        assert image is not None and not image.any()


@pytest.mark.parametrize("turbidity", [0.99, 10.01, math.nan])
def test_turbidity_outside_the_model_is_refused(turbidity: float) -> None:
    with pytest.raises(ValueError, match="turbidity"):
        sun_irradiance(45.0, turbidity)


@pytest.mark.parametrize("albedo", [(-0.1, 0.0, 0.0), (0.0, 1.1, 0.0)])
def test_albedo_outside_the_model_is_refused(albedo: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="albedo"):
        sky_radiance(np.zeros((1, 3)), _direction(45.0), 3.0, albedo)


def test_table_is_complete() -> None:
    table = hosek._table()
    assert table.sky.shape == (10, 2, 3, hosek.ELEVATION_DEGREE + 1, 10)
    assert table.sun.shape == (10, len(table.sun_elevations), 3)
