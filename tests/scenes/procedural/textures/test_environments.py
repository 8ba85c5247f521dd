"""Procedural environment images: directions, irradiance of the sun, soft boxes."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.procedural.textures.environments import SoftBox
from scenes.procedural.textures.environments import Sun
from scenes.procedural.textures.environments import daylight
from scenes.procedural.textures.environments import environment_directions
from scenes.procedural.textures.environments import studio

HEIGHT = 256


def solid_angles(height: int) -> np.ndarray:
    """(H, 2H) solid angle of each texel in sr, from the polar angle of its row's centre."""
    theta = np.pi * (np.arange(height) + 0.5) / height
    return np.repeat((np.pi / height) ** 2 * np.sin(theta)[:, None], 2 * height, axis=1)


def test_texel_directions_match_uv_mapping() -> None:
    """Texel directions satisfy u = atan2(x, -z) / 2 pi and v = acos(y) / pi, row 0 towards +y."""
    direction = environment_directions(HEIGHT)
    u = np.arctan2(direction[..., 0], -direction[..., 2]) / (2.0 * np.pi) % 1.0
    v = np.arccos(direction[..., 1]) / np.pi
    np.testing.assert_allclose(
        u, np.broadcast_to((np.arange(2 * HEIGHT) + 0.5) / (2 * HEIGHT), u.shape), atol=1e-9
    )
    np.testing.assert_allclose(
        v, np.broadcast_to(((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, None], v.shape), atol=1e-9
    )


def test_sky_sun_has_requested_irradiance_and_direction() -> None:
    """The integrated difference of two skies equals the difference of their suns' irradiance."""
    bright = Sun((-0.8, 0.5, 0.3), (60.0, 50.0, 40.0), 1.5)
    faint = bright._replace(irradiance=(10.0, 10.0, 10.0))
    skies = [
        daylight(sun, HEIGHT, np.random.default_rng(1)).astype(float) for sun in (bright, faint)
    ]
    difference = (skies[0] - skies[1]) * solid_angles(HEIGHT)[..., None]
    np.testing.assert_allclose(difference.sum(axis=(0, 1)), (50.0, 40.0, 30.0), rtol=1e-3)
    brightest = np.unravel_index(np.argmax(skies[0].sum(axis=-1)), (HEIGHT, 2 * HEIGHT))
    toward = np.array(bright.direction) / np.linalg.norm(bright.direction)
    assert environment_directions(HEIGHT)[brightest] @ toward > np.cos(np.radians(2.0))


def test_sky_is_seamless_at_left_and_right_edges() -> None:
    """The left and right edges meet without a step."""
    sky = daylight(Sun((0.0, 1.0, 0.2), (10.0, 10.0, 10.0), 1.5), HEIGHT, np.random.default_rng(1))
    inside = np.abs(np.diff(sky, axis=1)).mean(axis=(0, 2))
    assert np.abs(sky[:, 0] - sky[:, -1]).mean() <= inside.max() * 1.02


def test_soft_box_appears_in_its_direction() -> None:
    """Full radiance at the centre of the soft box, only backdrop in the opposite hemisphere."""
    box = SoftBox((1.0, 0.5, 0.2), (0.4, 0.3), (7.0, 6.0, 5.0))
    image = studio((box,), ground=(0.1, 0.1, 0.1), dome=(0.2, 0.2, 0.2), height=HEIGHT)
    toward = np.array(box.direction) / np.linalg.norm(box.direction)
    ahead = environment_directions(HEIGHT) @ toward
    assert image[np.unravel_index(np.argmax(ahead), ahead.shape)] == pytest.approx(
        (7.0, 6.0, 5.0), rel=0.01
    )
    assert image[ahead < 0.0].max() < 0.21
