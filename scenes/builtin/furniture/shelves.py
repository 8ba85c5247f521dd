"""Bookcases filled with books and a few ornaments.

Host code. Metres; each stands on y = 0 with its back in z = 0, x from 0 to its width, and faces +z.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.tables import block
from scenes.builtin.furniture.vessels import vase
from scenes.model.description import Flat
from scenes.model.textures import RGB
from scenes.procedural.geometry.books import Books
from scenes.procedural.geometry.books import book_row
from scenes.procedural.geometry.books import book_stack
from scenes.procedural.geometry.transforms import moved

BOARD = 0.03  # m; thickness of sides and shelves


class Bookcase(NamedTuple):
    """Outer dimensions of a bookcase in m, and its number of compartments."""

    width: float
    height: float
    bays: int
    """Compartments side by side."""
    shelves: int
    """Compartments above each other."""
    depth: float = 0.34


def bookcase(case: Bookcase, wood: str, rng: np.random.Generator) -> Pieces:
    """A case whose compartments hold rows of books, stacks, or a vase."""
    parts = _carcass(case, wood)
    bay, tier = _compartment(case)
    for column in range(case.bays):
        for row in range(case.shelves):
            corner = moved(
                BOARD + column * (bay + BOARD), 0.1 + row * (tier + BOARD), case.depth - 0.03
            )
            parts += placed(_filling(bay, tier, case.depth - 0.08, rng), corner)
    return parts


def shelf_lights(case: Bookcase, radiance: RGB) -> Pieces:
    """A thin strip under the front edge of every second shelf, shining down and in."""
    _, tier = _compartment(case)
    strips = []
    for row in range(2, case.shelves + 1, 2):
        y = 0.1 + row * (tier + BOARD) - BOARD - 0.002
        start, length = (2.0 * BOARD, y, case.depth - 0.045), case.width - 4.0 * BOARD
        strip = Flat(
            start, (length, 0.0, 0.0), (0.0, 0.0, 0.012), radiance=radiance, name="shelf light"
        )
        strips.append(Piece("lamp", strip))
    return strips


def _compartment(case: Bookcase) -> tuple[float, float]:
    """Inner width and height of one compartment."""
    bay = (case.width - (case.bays + 1) * BOARD) / case.bays
    tier = (case.height - 0.1 - BOARD - 0.06) / case.shelves - BOARD
    return bay, tier


def _board(wood: str, size: tuple[float, float, float], at: tuple[float, float, float]) -> Piece:
    """A board with sharp edges, to save triangles: a case has many boards."""
    return block(wood, size, at, bevel=0.0)


def _carcass(case: Bookcase, wood: str) -> Pieces:
    """Sides, uprights, shelves, back, plinth and a cornice."""
    bay, tier = _compartment(case)
    width, height, depth = case.width, case.height, case.depth
    parts = [
        _board(wood, (width, height, 0.012), (width / 2.0, height / 2.0, 0.008)),
        _board(wood, (width, 0.07, depth - 0.03), (width / 2.0, 0.035, (depth - 0.03) / 2.0)),
        block(
            wood,
            (width + 0.06, 0.06, depth + 0.04),
            (width / 2.0, height - 0.03, (depth + 0.04) / 2.0),
            bevel=0.012,
        ),
    ]
    for column in range(case.bays + 1):
        x = BOARD / 2.0 + column * (bay + BOARD)
        parts.append(
            _board(wood, (BOARD, height - 0.06, depth), (x, (height - 0.06) / 2.0, depth / 2.0))
        )
    for row in range(case.shelves + 1):
        y = 0.1 - BOARD / 2.0 + row * (tier + BOARD)
        shelf = (width - 2.0 * BOARD, BOARD - 0.002, depth - 0.02)
        parts.append(_board(wood, shelf, (width / 2.0, y, (depth - 0.02) / 2.0)))
    return parts


def _filling(bay: float, tier: float, depth: float, rng: np.random.Generator) -> Pieces:
    """Contents of one compartment: x from 0, y from 0, front in z = 0."""
    kind = rng.random()
    if kind < 0.68:
        return _book_pieces(book_row(bay * rng.uniform(0.86, 1.0), tier, depth, rng))
    half = bay * rng.uniform(0.4, 0.6)
    parts = _book_pieces(book_row(half, tier, depth, rng))
    beside = moved(half + (bay - half) / 2.0, 0.0, -depth / 2.0)
    if kind < 0.84:
        return parts + placed(_book_pieces(book_stack(int(rng.integers(3, 6)), rng)), beside)
    material = ("blue glaze", "white glaze", "brass", "terracotta", "patina")[rng.integers(5)]
    return parts + placed(vase(material, 0.75 * tier, int(rng.integers(3)), columns=20), beside)


def _book_pieces(volumes: Books) -> Pieces:
    """Meshes of books as pieces with their materials."""
    return [Piece("book covers", volumes.covers), Piece("page edges", volumes.pages)]


def stack_of_books(count: int, rng: np.random.Generator) -> Pieces:
    """A stack of `count` books about the origin."""
    return _book_pieces(book_stack(count, rng))
