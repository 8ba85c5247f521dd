"""Plotted curves: gaps, clamping at the axis ends, and bounded history.

Host code.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace

import pytest

from app.viewer.gui.plots import HISTORY
from app.viewer.gui.plots import Axis
from app.viewer.gui.plots import Plots
from app.viewer.gui.plots import curve_points
from tests.app.reports import make_report


def test_curve_is_cut_at_gaps_and_clamped() -> None:
    axis = Axis(0.0, 2.0, ("", ""))
    pieces = curve_points(deque([1.0, math.nan, 2.0, 9.0]), axis)
    assert [[y for _, y in piece] for piece in pieces] == [[0.5], [1.0, 1.0]]
    assert pieces[-1][-1][0] == pytest.approx(1.0), "the latest value is at the right edge"


def test_logarithmic_axis_maps_powers_of_ten_linearly() -> None:
    axis = Axis(-2.0, 2.0, ("", ""), is_logarithmic=True)
    pieces = curve_points(deque([0.01, 1.0, 100.0, 0.0]), axis)
    assert [y for _, y in pieces[0]] == pytest.approx([0.0, 0.5, 1.0, 0.0])


def test_plots_keep_a_bounded_history_and_store_missing_values_as_nan() -> None:
    plots = Plots()
    for _ in range(HISTORY + 5):
        plots.add(make_report())
    plots.add(replace(make_report(), losses=[], psnr_mean=None))
    assert len(plots.loss["loss"]) == HISTORY
    assert math.isnan(plots.loss["loss"][-1]) and plots.loss["loss"][-2] == 0.5
    assert math.isnan(plots.psnr["mean"][-1]) and plots.psnr["denoised"][-1] == 30.0
    assert plots.milliseconds["train"][-1] == 3.0
