"""Pieces: shapes with the name of their material, joined, moved, and collected into a scene.

Host code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scenes.builtin.furniture.cameras import as_point
from scenes.model.description import Mesh
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.materials import Material
from scenes.model.textures import RGB
from scenes.model.textures import Spectrum
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import transformed


class Piece(NamedTuple):
    """A shape and its material: one part of an object."""

    material: str
    """Name in the scene's table of materials."""
    shape: Shape
    """Its own material index is not used."""


Pieces = list[Piece]


def as_emitter(mesh: Mesh, radiance: RGB) -> Mesh:
    """The mesh as an emitter: `radiance` of its front side in W m^-2 sr^-1."""
    return replace(mesh, radiance=radiance)


def placed(pieces: Iterable[Piece], matrix: np.ndarray) -> Pieces:
    """Meshes merged by material, all moved by a (4, 4) matrix; spheres need a rigid one."""
    return [Piece(material, _moved(shape, matrix)) for material, shape in _joined(pieces)]


def _joined(pieces: Iterable[Piece]) -> Pieces:
    """Meshes of the same material and radiance merged, in order of first use; then the others."""
    groups: dict[tuple[str, Spectrum | None], list[Mesh]] = defaultdict(list)
    others: Pieces = []
    for piece in pieces:
        if isinstance(piece.shape, Mesh):
            groups[piece.material, piece.shape.radiance].append(piece.shape)
        else:
            others.append(piece)
    return [Piece(key[0], merged(meshes)) for key, meshes in groups.items()] + others


def _moved(shape: Shape, matrix: np.ndarray) -> Shape:
    """One shape moved by an affine matrix."""
    if isinstance(shape, Mesh):
        return transformed(shape, matrix)
    if isinstance(shape, Sphere):
        return replace(shape, center=as_point(matrix @ (*shape.center, 1.0)))
    return replace(
        shape,
        origin=as_point(matrix @ (*shape.origin, 1.0)),
        edge_u=as_point(matrix @ (*shape.edge_u, 0.0)),
        edge_v=as_point(matrix @ (*shape.edge_v, 0.0)),
    )


def to_scene_tables(
    pieces: Iterable[Piece], materials: Mapping[str, Material]
) -> tuple[tuple[Shape, ...], tuple[Material, ...]]:
    """Shapes and materials of a description: meshes of one material and radiance become one mesh.

    Both are in order of first use, so the same pieces give the same scene.
    """
    joined = _joined(pieces)
    names = list(dict.fromkeys(piece.material for piece in joined))
    shapes = tuple(
        replace(shape, material=names.index(name), name=shape.name or name)
        for name, shape in joined
    )
    return shapes, tuple(replace(materials[name], name=name) for name in names)
