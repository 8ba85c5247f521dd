"""Flatten an environment: its image, and the cells for sampling it by brightness.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renderer.tables.alias import build_alias
from renderer.tables.environment_cells import Blocks
from renderer.tables.environment_cells import block_side
from renderer.tables.environment_cells import divide
from renderer.tables.environment_texels import block_sums
from renderer.tables.environment_texels import pack_texels
from renderer.tables.layout import CELL_ROWS
from renderer.tables.layout import EMITTER_ROWS
from renderer.tables.layout import ENVIRONMENT_EMITTER
from renderer.tables.layout import CellSlot
from renderer.tables.layout import EmitterSlot
from renderer.tables.texture import put_integers
from scenes.model.description import Environment

CONSTANT_SIZE = (
    64,
    32,
)  # (width, height) of the image that represents a constant environment


@dataclass(eq=False)
class EnvironmentTable:
    """Tables of an environment, in the layout of the device."""

    texels: np.ndarray
    """(H * W, 2) int32: radiance and cell of each pixel, see `environment_texels`."""
    alias: np.ndarray
    """(N, 2) float32: alias table of the cells."""
    cells: np.ndarray
    """(CELL_ROWS N, 4) float32, see `CellSlot`."""
    emitter_rows: np.ndarray
    """(EMITTER_ROWS, 4) float32; the pmf is filled in by the emitter table."""


def build_environment(environment: Environment) -> EnvironmentTable:
    """Flatten an environment."""
    image, factor = _image(environment)
    height, width = image.shape[:2]
    sine = np.sin(np.pi * (np.arange(height) + 0.5) / height)
    side = block_side(width, height)
    sums, squares = block_sums(image, factor, sine, side)
    if sums.sum() <= 0:  # a black environment is sampled like a constant one
        sums, squares = block_sums(np.ones_like(image), np.ones(3), sine, side)
    cells = divide(Blocks(sums, squares, side, (width, height)))
    alias = build_alias(cells.fraction[None])[0]
    rows = np.zeros((len(cells.bounds), CELL_ROWS, 4), np.float32)
    rows[:, CellSlot.LEFT.row] = cells.bounds / [width, height, width, height]
    rows[CellSlot.DENSITY.of_all] = cells.density
    texels = pack_texels(image, factor, cells.of_block, side)
    emitter = np.zeros((EMITTER_ROWS, 4), np.float32)
    put_integers(emitter, EmitterSlot.KIND.at, ENVIRONMENT_EMITTER)
    to_world = np.eye(3) if environment.to_world is None else np.asarray(environment.to_world)
    for axis, slot in enumerate((EmitterSlot.AXIS_X, EmitterSlot.AXIS_Y, EmitterSlot.AXIS_Z)):
        emitter[slot.vector] = to_world[:, axis]
    put_integers(emitter, EmitterSlot.WIDTH.at, width)
    put_integers(emitter, EmitterSlot.HEIGHT.at, height)
    return EnvironmentTable(texels, alias, rows.reshape(-1, 4), emitter)


def _image(environment: Environment) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3) float32 image and the (3,) factor on it."""
    factor = np.asarray(environment.radiance, np.float64)
    if environment.image is None:
        return np.ones((CONSTANT_SIZE[1], CONSTANT_SIZE[0], 3), np.float32), factor
    return np.ascontiguousarray(environment.image, np.float32), factor
