"""Zoom, pixel values under the mouse, automatic exposure and focus."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from app.viewer.interaction.lens import focused_at
from app.viewer.picture.exposure import EXPOSURES
from app.viewer.picture.exposure import MIDDLE_GREY
from app.viewer.picture.exposure import auto_exposure
from app.viewer.picture.inspector import pixel_at
from app.viewer.picture.inspector import pixel_rows
from app.viewer.picture.zoom import MIN_EXTENT
from app.viewer.picture.zoom import NO_ZOOM
from scenes.model.description import Camera
from tests.app.reports import make_report


def test_zoom_keeps_the_image_position_under_the_mouse() -> None:
    zoom, position = NO_ZOOM, (0.8, 0.3)
    seen = zoom.to_image_position(position)
    for _ in range(12):
        zoom = zoom.zoomed_in(position)
        assert zoom.to_image_position(position) == pytest.approx(seen)
        low, high = zoom.to_image_position((0.0, 0.0)), zoom.to_image_position((1.0, 1.0))
        assert min(low) >= 0.0 and max(high) <= 1.0
    assert zoom.extent == MIN_EXTENT


def test_pixel_coordinates_start_at_the_top_left() -> None:
    assert pixel_at((64, 48), (0.0, 1.0)) == (0, 0)
    assert pixel_at((64, 48), (0.999, 0.001)) == (63, 47)
    assert pixel_at((64, 48), (0.5, 0.75)) == (32, 12)


def test_pixel_rows_list_the_values_of_a_pixel() -> None:
    report = make_report()
    report.denoised[12, 32] = torch.tensor([0.125, 2.5, 1e4])
    rows = pixel_rows(report, (0.51, 0.74))
    assert rows[0] == ["pixel 32, 12"]
    assert rows[1] == ["denoised", "0.125", "2.5", "1e+04"]
    assert rows[-1] == ["depth", "3"]
    assert "comparison" not in {name for name, *_ in rows}
    rows = pixel_rows(replace(report, comparison=report.denoised), (0.51, 0.74))
    assert "comparison" in {name for name, *_ in rows}


@pytest.mark.parametrize("level", [0.003, 0.18, 5.0])
def test_auto_exposure_maps_the_log_mean_to_middle_grey(level: float) -> None:
    picture = torch.full((30, 40, 3), level)
    picture[::2] *= 4.0
    picture[1::2] /= 4.0  # the mean of the logarithm stays
    picture[0, 0] = float("nan")
    exposed = level * 2.0 ** auto_exposure(picture)
    assert exposed == pytest.approx(MIDDLE_GREY, rel=0.07)


def test_auto_exposure_is_clamped_to_its_range() -> None:
    assert auto_exposure(torch.zeros(4, 4, 3)) == EXPOSURES[1]
    assert auto_exposure(torch.full((4, 4, 3), 1e9)) == EXPOSURES[0]
    assert auto_exposure(torch.full((4, 4, 3), float("nan"))) == 0.0


def test_focus_distance_is_measured_along_the_optical_axis() -> None:
    camera = Camera(np.eye(4), fov_x=90.0, aperture_radius=0.1)
    assert focused_at(camera, (200, 100), (0.5, 0.5), 3.0).focus_distance == pytest.approx(3.0)
    # 45 degrees off axis: a plane at depth 3 is sqrt(2) times as far away.
    aside = focused_at(camera, (200, 100), (1.0, 0.5), 3.0 * math.sqrt(2.0))
    assert aside.focus_distance == pytest.approx(3.0)
    up = focused_at(camera, (200, 100), (0.5, 1.0), 3.0 * math.sqrt(1.25))
    assert up.focus_distance == pytest.approx(3.0)
    assert up.aperture_radius == 0.1
