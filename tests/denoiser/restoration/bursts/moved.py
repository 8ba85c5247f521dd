"""Frames of a photograph as a moving camera sees it.

Host code.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import affine_transform

from denoiser.restoration.sample_images import default_test

SIGMA = 25.0 / 255.0


def clean_photograph(height: int, width: int) -> np.ndarray:
    """(H, W, 3) middle of a photograph, white 1."""
    pixels = default_test(3).pixels[0].numpy() / 255.0
    top, left = ((side - part) // 2 for side, part in zip(pixels.shape, (height, width)))
    cut: np.ndarray = pixels[top : top + height, left : left + width]
    return cut


def motion_matrix(
    size: tuple[int, int], shift: tuple[float, float], degrees: float = 0.0, zoom: float = 1.0
) -> np.ndarray:
    """(2, 3) matrix of a zoom and a turn about the middle, then a shift (down, right)."""
    angle = np.deg2rad(degrees)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = (np.array(size) - 1) / 2
    return np.hstack([turn, (middle - turn @ middle + shift)[:, None]])


def moved(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(H, W, C) image whose content lies where `matrix` says."""
    back = np.linalg.inv(matrix[:, :2])
    planes = [
        affine_transform(image[..., k], back, -back @ matrix[:, 2], order=5, mode="reflect")
        for k in range(image.shape[2])
    ]
    return np.stack(planes, axis=-1)


def with_noise(image: np.ndarray, seed: int, sigma: float = SIGMA) -> np.ndarray:
    """The image with white Gaussian noise."""
    noisy: np.ndarray = image + np.random.default_rng(seed).normal(0.0, sigma, image.shape)
    return noisy
