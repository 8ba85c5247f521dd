"""Autocorrelation of what was removed: exact for known patterns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.offline.residual_figure import LAGS
from app.offline.residual_figure import autocorrelation
from app.offline.residual_figure import largest_correlation
from app.offline.residual_figure import write_residual_figure


def test_autocorrelation_equals_its_definition() -> None:
    image = np.random.default_rng(0).normal(size=(12, 15))
    found = autocorrelation(image)
    centred = image - image.mean()
    total = (centred**2).sum()
    assert found[LAGS, LAGS] == pytest.approx(1.0)
    assert found[LAGS + 2, LAGS - 3] == pytest.approx(
        (centred[2:, :-3] * centred[:-2, 3:]).sum() / total
    )
    assert found[LAGS, LAGS + 1] == pytest.approx((centred[:, 1:] * centred[:, :-1]).sum() / total)


def test_white_noise_has_none_and_blurred_noise_much() -> None:
    white = np.random.default_rng(1).normal(size=(200, 200))
    assert abs(largest_correlation(autocorrelation(white))) < 0.03
    blurred = (white + np.roll(white, 1, 1)) / 2.0
    assert largest_correlation(autocorrelation(blurred)) == pytest.approx(0.5, abs=0.03)
    assert (autocorrelation(np.ones((20, 20))) == 0.0).all()


def test_the_figure_is_written_also_with_missing_values(tmp_path: Path) -> None:
    noisy = np.random.default_rng(2).normal(size=(40, 50))
    noisy[:10] = np.nan
    found = write_residual_figure(tmp_path, "a.tif", noisy, noisy * 0.5)
    assert -1.0 <= found <= 1.0
    assert Image.open(tmp_path / "residuals" / "a.tif.png").size[0] > 1000
