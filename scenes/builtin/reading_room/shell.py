"""The reading room's building: hall, library behind an arch, garden room beside a glazed screen.

Host code. Metres; x to the right, y up, z towards the start camera.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.tables import block
from scenes.builtin.furniture.windows import arch_moulding
from scenes.builtin.furniture.windows import panes
from scenes.builtin.furniture.windows import sill
from scenes.builtin.furniture.windows import window_frame
from scenes.builtin.reading_room.plan import ARCH
from scenes.builtin.reading_room.plan import GARDEN
from scenes.builtin.reading_room.plan import HALL
from scenes.builtin.reading_room.plan import LIBRARY
from scenes.builtin.reading_room.plan import LIBRARY_WINDOW
from scenes.builtin.reading_room.plan import SCREEN
from scenes.builtin.reading_room.plan import SKYLIGHT
from scenes.builtin.reading_room.plan import THICKNESS
from scenes.builtin.reading_room.plan import WINDOWS
from scenes.builtin.reading_room.plan import Room
from scenes.builtin.reading_room.plan import facing_east
from scenes.builtin.reading_room.plan import facing_north
from scenes.builtin.reading_room.plan import facing_south
from scenes.builtin.reading_room.plan import facing_west
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.textures import RGB
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_x
from scenes.procedural.geometry.walls import Opening
from scenes.procedural.geometry.walls import Wall
from scenes.procedural.geometry.walls import arch_head
from scenes.procedural.geometry.walls import panel
from scenes.procedural.geometry.walls import wall

SKY: RGB = (10.0, 11.5, 13.0)


def shell() -> Pieces:
    """All walls, floors, ceilings, windows and beams."""
    return (
        _hall_walls() + _library_walls() + _garden_walls() + _floors() + _ceilings() + _woodwork()
    )


def _walled(
    paints: tuple[str, str, str], size: tuple[float, float], openings: tuple[Opening, ...]
) -> Pieces:
    """A wall of (length, height) with paints for its front, back and reveals."""
    return _painted(wall(*size, THICKNESS, openings), paints)


def _painted(parts: Wall, paints: tuple[str, str, str]) -> Pieces:
    """Front, back and reveals of a wall, each with its paint."""
    return [Piece(paint, mesh) for paint, mesh in zip(paints, parts) if mesh is not None]


def _hall_walls() -> Pieces:
    """West with four windows, north with the arch, east with the screen, south plain."""
    cream, outside = "cream plaster", "limestone"
    arch = arch_head(ARCH, THICKNESS)
    north = _walled((cream, "green plaster", cream), (8.0, HALL.height), (ARCH,))
    north += _painted(arch, (cream, "green plaster", cream))
    north += arch_moulding(ARCH, "white lacquer")
    west = _walled((cream, outside, cream), (11.0, HALL.height), WINDOWS)
    for opening in WINDOWS:
        west += window_frame(opening, "white lacquer", -0.2, (1, 3)) + sill(
            opening, "limestone", 0.2
        )
    east = _walled((cream, "bricks", "black steel"), (11.0, HALL.height), (SCREEN,))
    east += _glazed_screen()
    south = _walled((cream, outside, cream), (8.0, HALL.height), ())
    return (
        placed(west, facing_east(HALL)) + placed(north, facing_south(HALL))
        + placed(east, facing_west(HALL)) + placed(south, facing_north(HALL))
    )  # fmt: skip


def _glazed_screen() -> Pieces:
    """Two fixed panes of thin glass in black steel frames with an open passage between them."""
    third = SCREEN.width / 3.0
    parts: Pieces = []
    for start in (SCREEN.left, SCREEN.left + 2.0 * third):
        side = Opening(start, 0.0, third, SCREEN.height)
        parts += window_frame(side, "black steel", -0.15, (1, 3)) + panes(side, "pane", -0.15)
    head = (third, 0.06, 0.07)
    middle = (SCREEN.left + 1.5 * third, SCREEN.height - 0.03, -0.15)
    return parts + [block("black steel", head, middle)]


def _library_walls() -> Pieces:
    """Green walls, one window in the east; the south wall is the back of the hall's north wall."""
    green, outside = "green plaster", "limestone"
    wide, deep = LIBRARY.east - LIBRARY.west, LIBRARY.south - LIBRARY.north
    east = _walled((green, outside, green), (deep, LIBRARY.height), (LIBRARY_WINDOW,))
    east += window_frame(LIBRARY_WINDOW, "white lacquer", -0.2, (1, 2)) + sill(
        LIBRARY_WINDOW, "limestone", 0.2
    )
    north = _walled((green, outside, green), (wide, LIBRARY.height), ())
    west = _walled((green, outside, green), (deep, LIBRARY.height), ())
    return (
        placed(north, facing_south(LIBRARY)) + placed(west, facing_east(LIBRARY))
        + placed(east, facing_west(LIBRARY))
    )  # fmt: skip


def _garden_walls() -> Pieces:
    """Brick walls; the west one is the back of the hall's east wall."""
    bricks, outside = "bricks", "limestone"
    wide, deep = GARDEN.east - GARDEN.west, GARDEN.south - GARDEN.north
    north = _walled((bricks, outside, bricks), (wide, GARDEN.height), ())
    east = _walled((bricks, outside, bricks), (deep, GARDEN.height), ())
    south = _walled((bricks, outside, bricks), (wide, GARDEN.height), ())
    return (
        placed(north, facing_south(GARDEN)) + placed(east, facing_west(GARDEN))
        + placed(south, facing_north(GARDEN))
    )  # fmt: skip


def _floors() -> Pieces:
    """Planks along z in hall, arch and library; tiles in the garden room and under its screen."""
    south, north = (0.0, 0.0, HALL.south - LIBRARY.north), (8.0, 0.0, 0.0)
    planks = panel((0.0, 0.0, LIBRARY.north), south, north)
    wide, deep = GARDEN.east - HALL.east, GARDEN.south - GARDEN.north
    tiles = panel((HALL.east, 0.0, GARDEN.south), (wide, 0.0, 0.0), (0.0, 0.0, -deep))
    return [Piece("planks", planks), Piece("tiles", tiles)]


def _ceilings() -> Pieces:
    """White ceilings; the garden room's has a skylight with an emitting panel above it."""
    white = "white plaster"
    parts = [Piece(white, _ceiling(room)) for room in (HALL, LIBRARY)]
    wide, deep = GARDEN.east - GARDEN.west, GARDEN.south - GARDEN.north
    roof = _walled((white, "limestone", white), (wide, deep), (SKYLIGHT,))
    roof += window_frame(SKYLIGHT, "black steel", -0.1, (2, 2))
    overhead = moved(GARDEN.west, GARDEN.height, GARDEN.north) @ rotation_x(90.0)
    parts += placed(roof, overhead)
    margin = 0.2
    west = GARDEN.west + SKYLIGHT.left - margin
    north = GARDEN.north + SKYLIGHT.bottom - margin
    sky = Flat(
        (west, GARDEN.height + THICKNESS + 0.3, north),
        (SKYLIGHT.width + 2.0 * margin, 0.0, 0.0), (0.0, 0.0, SKYLIGHT.height + 2.0 * margin),
        radiance=SKY, name="skylight",
    )  # fmt: skip
    return parts + [Piece("lamp", sky)]


def _ceiling(room: Room) -> Mesh:
    """The room's ceiling, facing down."""
    across, along = (room.east - room.west, 0.0, 0.0), (0.0, 0.0, room.south - room.north)
    return panel((room.west, room.height, room.north), across, along)


def _woodwork() -> Pieces:
    """Beams under the hall's ceiling; skirting boards along walls without furniture or openings."""
    parts = []
    for z in np.linspace(1.1, 9.9, 6):
        parts.append(
            block("beam", (8.0, 0.24, 0.17), (4.0, HALL.height - 0.12, float(z)), bevel=0.012)
        )
    runs = [
        ((0.012, 5.5), (0.024, 11.0)),
        ((2.35, 0.012), (4.58, 0.024)),
        ((7.4, 0.012), (0.88, 0.024)),
        ((4.0, 10.988), (8.0, 0.024)),
        ((7.988, 2.8), (0.024, 5.6)),
        ((7.988, 9.9), (0.024, 2.2)),
    ]
    for (x, z), (wide, deep) in runs:
        parts.append(block("white lacquer", (wide, 0.16, deep), (x, 0.08, z)))
    return parts
