"""Image and label of each view, letterboxing, and merging of edits.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.session.report import NO_EDITS
from app.session.report import Edits
from app.viewer.picture.views import VIEWS
from app.viewer.picture.views import Channel
from app.viewer.picture.views import Encoding
from app.viewer.picture.views import ViewState
from app.viewer.picture.views import image_of_view
from app.viewer.picture.views import letterbox
from app.viewer.picture.views import view_label
from app.viewer.picture.views import with_edits
from denoiser.settings import LossName
from tests.app.reports import DENOISED_COLOR
from tests.app.reports import MEAN_COLOR
from tests.app.reports import make_report


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_an_image_and_a_key(view: Channel) -> None:
    report = make_report()
    picture = image_of_view(report, view)
    assert picture.image.shape[:2] == report.denoised.shape[:2]
    assert VIEWS[int(view.key) - 1] is view  # key "0" is index -1, the last view


def test_reference_label_shows_samples_per_pixel() -> None:
    assert "16 spp" in view_label(make_report(), Channel.REFERENCE)


def test_error_is_the_tone_mapped_difference_and_needs_a_reference() -> None:
    report = make_report()
    error = image_of_view(report, Channel.ERROR)
    t = [(v / (1 + v)) ** (1 / 2.2) for v in (*DENOISED_COLOR, *MEAN_COLOR)]
    expected = sum(abs(a - b) for a, b in zip(t[:3], t[3:], strict=True)) / 3
    assert error.encoding is Encoding.ERROR and error.image.shape[-1] == 1
    assert error.image.mean().item() == pytest.approx(expected, rel=1e-5)
    assert "16 spp" in view_label(report, Channel.ERROR)
    # A reference of this frame alone would be the frame itself.
    young = replace(report, reference_spp=2 * report.pair.spp)
    assert image_of_view(young, Channel.ERROR).image.abs().max() == 0.0
    assert "at rest" in view_label(young, Channel.ERROR)
    assert "comparison" in view_label(report, Channel.COMPARISON_ERROR)
    assert image_of_view(report, Channel.COMPARISON_ERROR).image.abs().max() == 0.0
    comparison = replace(report, comparison=report.reference)
    assert image_of_view(comparison, Channel.COMPARISON_ERROR).image.abs().max() == 0.0


def test_depth_scale_ignores_outliers_zeros_and_nan() -> None:
    report = make_report((100, 10))
    depth = report.pair.a.distance
    depth[0, :5], depth[1], depth[2, 0] = 1e9, 0.0, float("nan")
    picture = image_of_view(report, Channel.DEPTH)
    assert picture.encoding is Encoding.DEPTH and picture.depth_scale == pytest.approx(3.0)
    depth.zero_()
    assert image_of_view(report, Channel.DEPTH).depth_scale > 0


@pytest.mark.parametrize(
    ("size", "area", "picture"),
    [
        ((100, 100), (0, 0, 300, 200), (50, 0, 200, 200)),
        ((200, 100), (40, 0, 200, 200), (40, 50, 200, 100)),
        ((64, 48), (0, 0, 1, 1), (0, 0, 1, 1)),
    ],
)
def test_letterbox_gives_the_largest_centered_rectangle(
    size: tuple[int, int], area: tuple[int, ...], picture: tuple[int, ...]
) -> None:
    assert letterbox(size, area) == picture  # type: ignore[arg-type]


def test_merged_edits_prefer_the_later_edit() -> None:
    settings = ViewState().settings
    first = Edits(settings=settings.changed(spp=4), reset_training=True, training_paused=True)
    second = Edits(settings=settings.changed(spp=2), training_paused=False)
    assert first.merged(second) == replace(second, reset_training=True)
    assert first.merged(NO_EDITS) == first and NO_EDITS.merged(first) == first


def test_view_state_takes_settings_and_pause_from_edits() -> None:
    changes = {"size": (10, 20), "spp": 3, "loss": LossName.L2_TONED_INPUT}
    settings = ViewState().settings.changed(**changes)
    view = with_edits(ViewState(), Edits(settings=settings, training_paused=True))
    assert view.settings.render.size == (10, 20) and view.settings.render.spp == 3
    assert view.settings.denoiser.loss is LossName.L2_TONED_INPUT and view.is_paused
    assert with_edits(view, NO_EDITS) == view
