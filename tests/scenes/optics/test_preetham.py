"""Baked Preetham sky: irradiance of the sun, orientation and horizon."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scenes.optics.preetham import LUMINANCE_TO_RADIANCE
from scenes.optics.preetham import SkySettings
from scenes.optics.preetham import bake_sky
from scenes.optics.preetham import sun_irradiance

HEIGHT = 64
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """(H, 2H, 3) world directions and (H, 2H) solid angles in sr of an environment's texels.

    Mapping of Environment: u = atan2(x, -z) / 2 pi.
    """
    u = (np.arange(2 * HEIGHT) + 0.5) / (2 * HEIGHT) * 2.0 * math.pi
    theta = (np.arange(HEIGHT) + 0.5) / HEIGHT * math.pi
    theta, u = np.meshgrid(theta, u, indexing="ij")
    directions = np.stack(
        [np.sin(theta) * np.sin(u), np.cos(theta), -np.sin(theta) * np.cos(u)], axis=-1
    )
    return directions, np.sin(theta) * (math.pi / HEIGHT) ** 2


def test_baked_sun_keeps_irradiance_and_direction() -> None:
    sun = np.array([0.6, 0.64, -0.48])
    environment = bake_sky(SkySettings(tuple(sun), sky_scale=0.0), HEIGHT)
    directions, solid_angles = _grid()
    assert environment.image is not None
    weights = solid_angles * np.maximum(directions @ sun, 0.0)
    irradiance = np.einsum("hw,hwc->c", weights, environment.image)
    assert np.allclose(irradiance, sun_irradiance(math.acos(0.64), 3.0), rtol=1e-4)
    brightest = np.argmax(environment.image.sum(axis=-1))
    assert directions.reshape(-1, 3)[brightest] @ sun > math.cos(1.5 * math.pi / HEIGHT)


def test_clear_daylight_illuminance_is_plausible() -> None:
    """Sky 10 to 50 klx and sun 70 to 110 klx at a sun elevation of 60 degrees."""
    height = math.radians(60.0)
    settings = SkySettings((math.cos(height), math.sin(height), 0.0), sun_scale=0.0)
    image = bake_sky(settings, HEIGHT).image
    directions, solid_angles = _grid()
    assert image is not None
    weights = solid_angles * np.maximum(directions[..., 1], 0.0)
    sky = np.einsum("hw,hwc->c", weights, image) @ LUMINANCE / LUMINANCE_TO_RADIANCE
    sun = sun_irradiance(math.pi / 2.0 - height, 3.0) @ LUMINANCE / LUMINANCE_TO_RADIANCE
    assert 10.0 < sky < 50.0
    assert 70.0 < sun < 110.0


def test_up_axis_rotates_to_world_and_keeps_image() -> None:
    """The same sky with another up axis has the same image and a rotated `to_world`."""
    up_y = bake_sky(SkySettings((0.0, 1.0, 0.0), sky_scale=0.0), HEIGHT)
    up_z = bake_sky(SkySettings((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), sky_scale=0.0), HEIGHT)
    assert np.allclose(up_y.image, up_z.image)
    assert up_y.to_world is None and up_z.to_world is not None
    assert np.allclose(up_z.to_world @ [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    assert np.linalg.det(up_z.to_world) == pytest.approx(1.0)


def test_ground_is_black_unless_albedo_is_set() -> None:
    black = bake_sky(SkySettings((0.0, 1.0, 1.0)), HEIGHT).image
    grey = bake_sky(SkySettings((0.0, 1.0, 1.0), ground_albedo=0.3), HEIGHT).image
    assert black is not None and grey is not None
    assert not black[HEIGHT // 2 :].any() and grey[HEIGHT // 2 :].min() > 0.0


def test_sky_is_finite_with_sun_below_the_horizon() -> None:
    image = bake_sky(SkySettings((1.0, -0.2, 0.0)), HEIGHT).image
    assert image is not None and np.isfinite(image).all() and image.min() >= 0.0
