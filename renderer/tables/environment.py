"""Flatten an environment: its image, and the cells for sampling it by brightness.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renderer.tables.alias import build_alias
from renderer.tables.environment_cells import divide
from renderer.tables.layout import EMITTER_ROWS
from renderer.tables.layout import ENVIRONMENT_EMITTER
from renderer.tables.layout import EmitterSlot
from renderer.tables.texture import put_integers
from scenes.model.description import Environment
from scenes.model.materials import LUMINANCE

CONSTANT_SIZE = (
    64,
    32,
)  # (width, height) of the image that represents a constant environment


@dataclass(eq=False)
class EnvironmentTable:
    """Tables of an environment, in the layout of the device."""

    texels: np.ndarray
    """(H * W, 4) float32: radiance, and the sampling density per unit of the image's area."""
    alias: np.ndarray
    """(N, 2) float32: alias table of the cells."""
    cells: np.ndarray
    """(N, 4) float32: left, top, width and height of each cell, in image coordinates."""
    emitter_rows: np.ndarray
    """(EMITTER_ROWS, 4) float32; the pmf is filled in by the emitter table."""


def build_environment(environment: Environment) -> EnvironmentTable:
    """Flatten an environment."""
    image = _image(environment)
    height, width = image.shape[:2]
    sine = np.sin(np.pi * (np.arange(height) + 0.5) / height)
    weight = _footprint(image @ LUMINANCE) * sine[:, None]
    if weight.sum() <= 0:  # a black environment is sampled like a constant one
        weight = np.broadcast_to(sine[:, None], (height, width)).copy()
    cells = divide(weight)
    alias = build_alias(cells.fraction[None])[0]
    bounds = (cells.bounds / [width, height, width, height]).astype(np.float32)
    texels = np.concatenate([image, cells.density[..., None]], axis=-1).astype(np.float32)
    emitter = np.zeros((EMITTER_ROWS, 4), np.float32)
    put_integers(emitter, EmitterSlot.KIND.at, ENVIRONMENT_EMITTER)
    to_world = np.eye(3) if environment.to_world is None else np.asarray(environment.to_world)
    for axis, slot in enumerate((EmitterSlot.AXIS_X, EmitterSlot.AXIS_Y, EmitterSlot.AXIS_Z)):
        emitter[slot.vector] = to_world[:, axis]
    put_integers(emitter, EmitterSlot.WIDTH.at, width)
    put_integers(emitter, EmitterSlot.HEIGHT.at, height)
    return EnvironmentTable(texels.reshape(-1, 4), alias, bounds, emitter)


def _image(environment: Environment) -> np.ndarray:
    """(H, W, 3) radiance."""
    factor = np.asarray(environment.radiance, np.float32)
    if environment.image is None:
        return np.broadcast_to(factor, (CONSTANT_SIZE[1], CONSTANT_SIZE[0], 3)).astype(np.float32)
    return np.asarray(environment.image, np.float32) * factor


def _footprint(luminance: np.ndarray) -> np.ndarray:
    """(H, W) average of each pixel and the mean of the 3 x 3 pixels around it.

    Radiance is interpolated bilinearly, the density is not: the density must be positive wherever
    the interpolated radiance is.
    """
    padded = np.pad(luminance, ((1, 1), (0, 0)), mode="edge")
    padded = np.pad(padded, ((0, 0), (1, 1)), mode="wrap")
    height, width = luminance.shape
    around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return 0.5 * luminance + 0.5 * np.mean(around, axis=0)
