"""Windows and glazed screens: frames and bars for openings in walls.

Host code. Metres. As in `geometry.walls`, the wall runs along +x and the room is on the +z side.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.tables import block
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.sweeps import tube
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.walls import Opening
from scenes.procedural.geometry.walls import panel

FRAME = 0.06  # m; thickness of the outer frame
BAR = 0.028  # m; thickness of glazing bars


def window_frame(opening: Opening, material: str, z: float, bars: tuple[int, int]) -> Pieces:
    """Frame and bars, without panes for daylight to enter; `bars`: (vertical, horizontal) count."""
    left, bottom, width, height = opening
    middle_x, middle_y = left + width / 2.0, bottom + height / 2.0
    parts = []
    for side in (-1.0, 1.0):
        x, y = middle_x + side * (width - FRAME) / 2.0, middle_y + side * (height - FRAME) / 2.0
        parts.append(block(material, (FRAME, height, 0.07), (x, middle_y, z), bevel=0.006))
        parts.append(
            block(material, (width - 2.0 * FRAME, FRAME, 0.07), (middle_x, y, z), bevel=0.006)
        )
    for index in range(bars[0]):
        x = left + width * (index + 1) / (bars[0] + 1)
        parts.append(
            block(material, (BAR, height - 2.0 * FRAME, 0.045), (x, middle_y, z), bevel=0.005)
        )
    for index in range(bars[1]):
        y = bottom + height * (index + 1) / (bars[1] + 1)
        parts.append(
            block(material, (width - 2.0 * FRAME, BAR, 0.04), (middle_x, y, z), bevel=0.005)
        )
    return parts


def sill(opening: Opening, stone: str, thickness: float) -> Pieces:
    """A stone slab on the lower reveal that projects into the room."""
    size = (opening.width + 0.14, 0.035, thickness + 0.07)
    at = (opening.left + opening.width / 2.0, opening.bottom - 0.012, 0.07 - size[2] / 2.0)
    return [block(stone, size, at, bevel=0.008)]


def panes(opening: Opening, glass: str, z: float) -> Pieces:
    """One thin sheet of glass over the whole opening."""
    left, bottom, width, height = opening
    return [Piece(glass, panel((left, bottom, z), (width, 0.0, 0.0), (0.0, height, 0.0)))]


def arch_moulding(opening: Opening, material: str) -> Pieces:
    """A round bead along the front edge of a round arch, from floor to floor."""
    radius = opening.width / 2.0 + 0.05
    middle, spring = opening.left + opening.width / 2.0, opening.height - opening.width / 2.0
    angle = np.linspace(np.pi, 0.0, 40)
    arc = np.stack([middle + radius * np.cos(angle), spring + radius * np.sin(angle)], -1)
    foot = np.array([[middle - radius, 0.0], [middle - radius, 0.5 * spring]])
    line = np.concatenate([foot, arc, (foot * (-1.0, 1.0) + (2.0 * middle, 0.0))[::-1]])
    bead = tube(np.insert(line, 2, 0.0, axis=1), 0.035, columns=12)
    return [Piece(material, transformed(bead, moved(0.0, 0.0, 0.012)))]
