"""Picture of what a restoration removed, and the autocorrelation of that.

Host code. Structure in the residual means that signal was removed with the noise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.base.files import prepare_folder

FOLDER = "residuals"
"""Subfolder of an output folder with the figures."""
LAGS = 8  # pixels; largest distance of the autocorrelation
SPREAD = 3.0  # standard deviations of the residual from grey to black or white
RANGE = (0.5, 99.5)  # percentiles of the values from black to white


def autocorrelation(residual: np.ndarray) -> np.ndarray:
    """(2 LAGS + 1, 2 LAGS + 1) autocorrelation of an (H, W) image, 1 at its centre; 0 if constant.

    By the Fourier transform of the image, padded with zeros, of mean 0.
    """
    image = residual.astype(np.float64) - residual.mean()
    size = [side + LAGS for side in image.shape]
    power = np.abs(np.fft.rfft2(image, size)) ** 2
    found = np.fft.irfft2(power, size)
    rows, columns = (np.arange(-LAGS, LAGS + 1) % side for side in size)
    part = found[np.ix_(rows, columns)]
    peak = part[LAGS, LAGS]
    return part / peak if peak > 0.0 else np.zeros_like(part)


def largest_correlation(lags: np.ndarray) -> float:
    """Autocorrelation of largest size besides that at its centre, in [-1, 1]."""
    others = np.delete(lags.ravel(), lags.size // 2)
    return float(others[np.abs(others).argmax()])


def write_residual_figure(
    folder: Path, name: str, noisy: np.ndarray, restored: np.ndarray
) -> float:
    """Write a figure of an (H, W) image before and after, of the difference and its
    autocorrelation, to folder/residuals/NAME.png; NAME may start with subfolders.

    Returns the largest autocorrelation. Raises UsageError.
    """
    residual = noisy.astype(np.float64) - restored.astype(np.float64)
    residual = np.where(np.isfinite(residual), residual, 0.0)
    lags = autocorrelation(residual)
    finite = noisy[np.isfinite(noisy)]
    low, high = np.percentile(finite, RANGE) if finite.size else (0.0, 1.0)
    spread = SPREAD * float(residual.std()) or 1.0
    figure = new_figure(16.0, 4.4)
    axes = figure.subplots(1, 4)
    shown = {"cmap": "gray", "interpolation": "nearest"}
    axes[0].imshow(noisy, vmin=low, vmax=high, **shown)
    axes[0].set_title("noisy")
    axes[1].imshow(restored, vmin=low, vmax=high, **shown)
    axes[1].set_title("restored")
    axes[2].imshow(residual, vmin=-spread, vmax=spread, **shown)
    axes[2].set_title(f"difference, grey: 0, white: {spread:.3g}")
    axes[3].imshow(lags, vmin=-1.0, vmax=1.0, cmap="RdBu_r", extent=[-LAGS - 0.5, LAGS + 0.5] * 2)
    axes[3].set_title(f"its autocorrelation, at most {largest_correlation(lags):.2f}")
    axes[3].set_xlabel("distance, pixels")
    for each in axes[:3]:
        each.set_axis_off()
    path = folder / FOLDER / f"{name}.png"
    prepare_folder(path.parent)
    save_figure(figure, path)
    return largest_correlation(lags)
