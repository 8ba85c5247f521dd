"""The display shader, drawn into a framebuffer, against numpy references.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from app.viewer.loop.window import Window
from app.viewer.picture.display import Display
from app.viewer.picture.views import ERROR_WHITE
from app.viewer.picture.views import Encoding
from app.viewer.picture.views import ToneCurve
from app.viewer.picture.views import ViewImage
from app.viewer.picture.views import ViewState
from app.viewer.picture.zoom import Zoom
from scenes.images.encodings import encode_srgb
from scenes.model.textures import LUMINANCE

SIZE = (37, 23)  # odd, so that rows are not aligned by chance
ONE_STEP = 1.01 / 255  # one 8-bit level of the framebuffer, plus float32 rounding
MAGENTA = (255, 0, 255)


@pytest.fixture
def display_on(window: Window) -> Iterator[Display]:
    """A display on a real OpenGL context."""
    drawn = Display(window.context)
    yield drawn
    drawn.release()


@pytest.fixture
def radiance() -> np.ndarray:
    """Radiance (H, W, 3) from 10^-4 to 10^4, with one pixel of exact zeros and one of ones."""
    values = 10.0 ** np.random.default_rng(1).uniform(-4, 4, (SIZE[1], SIZE[0], 3))
    values[0, 0], values[0, 1] = 0.0, 1.0
    return values.astype(np.float32)


def tone_twin(radiance: np.ndarray, curve: ToneCurve) -> np.ndarray:
    """Expected shader output in [0, 1] for radiance with the exposure applied."""
    v = radiance.astype(np.float64)
    match curve:
        case ToneCurve.PAPER:
            return (v / (1 + v)) ** (1 / 2.2)
        case ToneCurve.LINEAR:
            return encode_srgb(v.clip(0, 1))
        case ToneCurve.REINHARD:
            return encode_srgb(v / (1 + v))
    fit = v * (2.51 * v + 0.03) / (v * (2.43 * v + 0.59) + 0.14)
    return encode_srgb(fit.clip(0, 1))


def draw(
    display: Display, left: ViewImage, right: ViewImage | None = None, **view: object
) -> np.ndarray:
    """Drawn image (H, W, 3) in [0, 1]."""
    display.upload(left, right)
    return display.pixels(ViewState(**view)) / 255.0  # type: ignore[arg-type]


@pytest.mark.parametrize("curve", list(ToneCurve))
@pytest.mark.parametrize("exposure", [0.0, -3.5, 2.0])
def test_tone_curves_match_the_numpy_reference(
    display_on: Display, radiance: np.ndarray, curve: ToneCurve, exposure: float
) -> None:
    image = ViewImage(torch.from_numpy(radiance), Encoding.RADIANCE)
    drawn = draw(display_on, image, curve=curve, exposure=exposure)
    np.testing.assert_allclose(drawn, tone_twin(radiance * 2.0**exposure, curve), atol=ONE_STEP)


def test_tone_curves_stay_valid_for_extreme_radiance(display_on: Display) -> None:
    image = torch.tensor([0.0, 1e-30, 3e38, 1e20, 65504.0, 1.0]).reshape(2, 3, 1).repeat(1, 1, 3)
    for curve in ToneCurve:
        drawn = draw(display_on, ViewImage(image, Encoding.RADIANCE), curve=curve, exposure=0.0)
        assert (drawn[0, 0] == 0).all(), curve
        assert (drawn[1, 0] >= 0.99).all() and (drawn[1, 1] >= 0.98).all(), curve


def test_features_ignore_exposure_and_curve(display_on: Display) -> None:
    values = np.random.default_rng(2).uniform(-1, 1, (SIZE[1], SIZE[0], 3)).astype(np.float32)
    normal = ViewImage(torch.from_numpy(values), Encoding.NORMAL)
    albedo = ViewImage(torch.from_numpy(np.abs(values)), Encoding.ALBEDO)
    drawn = draw(display_on, normal, exposure=4.0, curve=ToneCurve.ACES)
    np.testing.assert_allclose(drawn, values / 2 + 0.5, atol=ONE_STEP)
    drawn = draw(display_on, albedo, exposure=4.0, curve=ToneCurve.ACES)
    np.testing.assert_allclose(drawn, encode_srgb(np.abs(values)), atol=ONE_STEP)


def test_depth_view_is_bright_near_dark_far_and_black_without_a_hit(display_on: Display) -> None:
    depth = torch.tensor([0.0, 0.01, 2.0, 4.0, 400.0]).reshape(1, 5, 1)
    drawn = draw(display_on, ViewImage(depth, Encoding.DEPTH, depth_scale=4.0))[0, :, 0]
    assert drawn[0] == 0.0 and drawn[1] > 0.99
    assert (np.diff(drawn[1:4]) < 0).all() and drawn[3] == drawn[4] > 0.0


def test_error_view_brightness_increases_with_error_and_exposure(display_on: Display) -> None:
    error = torch.linspace(0.0, ERROR_WHITE, 9).reshape(1, 9, 1)
    drawn = draw(display_on, ViewImage(error, Encoding.ERROR))[0]
    assert (drawn[0] == 0.0).all()
    np.testing.assert_allclose(drawn[8], (1.0, 1.0, 0.65), atol=ONE_STEP)
    assert (np.diff(drawn @ LUMINANCE) > 0.02).all()
    exposed = draw(display_on, ViewImage(error, Encoding.ERROR), exposure=1.0)[0]
    np.testing.assert_allclose(exposed[:5], drawn[::2], atol=ONE_STEP)
    np.testing.assert_allclose(exposed[5:], np.tile(drawn[8], (4, 1)), atol=ONE_STEP)


def test_zoom_draws_the_selected_image_region(display_on: Display) -> None:
    values = np.random.default_rng(4).uniform(0, 1, (8, 16, 3)).astype(np.float32)
    image = ViewImage(torch.from_numpy(values), Encoding.ALBEDO)
    whole = draw(display_on, image, is_smooth=False)
    # The upper right quarter: image position y grows upwards, rows grow downwards.
    part = draw(display_on, image, is_smooth=False, zoom=Zoom((0.5, 0.5), 0.5))
    np.testing.assert_array_equal(part, whole[:4, 8:].repeat(2, axis=0).repeat(2, axis=1))


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("is_smooth", [True, False])
def test_nonfinite_pixels_are_drawn_magenta(
    display_on: Display, broken: float, is_smooth: bool
) -> None:
    image = torch.full((SIZE[1], SIZE[0], 3), 0.25)
    image[5, 7, 1] = broken
    pixels = (
        draw(display_on, ViewImage(image, Encoding.RADIANCE), is_smooth=is_smooth) * 255
    ).round()
    is_magenta = (pixels == MAGENTA).all(axis=-1)
    assert is_magenta[5, 7] and is_magenta.sum() == 1


def test_split_draws_both_images_and_a_line(display_on: Display) -> None:
    left = ViewImage(torch.full((20, 40, 3), 0.1), Encoding.ALBEDO)
    right = ViewImage(torch.full((10, 20, 3), 0.9), Encoding.ALBEDO)
    drawn = draw(display_on, left, right, is_split=True, split=0.25)
    levels = encode_srgb(np.array([0.1, 0.9]))
    np.testing.assert_allclose(drawn[:, :9], levels[0], atol=ONE_STEP)
    np.testing.assert_allclose(drawn[:, 11:], levels[1], atol=ONE_STEP)
    assert (np.ptp(drawn[:, 9:11], axis=-1) > 0.3).any(), "no split line between the sides"


def test_drawing_into_a_viewport_keeps_the_pixels_outside(
    display_on: Display, window: Window
) -> None:
    context = window.context
    target = context.framebuffer([context.renderbuffer((60, 40))])
    target.use()
    target.clear(0.0, 0.0, 1.0, 1.0)
    display_on.upload(ViewImage(torch.ones(8, 8, 3), Encoding.ALBEDO), None)
    display_on.draw(target, (10, 5, 30, 20), ViewState())
    pixels = np.frombuffer(target.read(components=3), np.uint8).reshape(40, 60, 3)
    context.screen.use()
    target.release()
    is_white = (pixels == 255).all(axis=-1)
    assert is_white[5:25, 10:40].all() and is_white.sum() == 30 * 20


def test_image_size_may_change_between_frames(display_on: Display) -> None:
    for side in (5, 16, 3):
        for channels, encoding in ((3, Encoding.RADIANCE), (1, Encoding.DEPTH)):
            drawn = draw(display_on, ViewImage(torch.ones(side, side + 1, channels), encoding))
            assert drawn.shape == (side, side + 1, 3)
