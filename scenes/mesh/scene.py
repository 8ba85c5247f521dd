"""Load single mesh files (.obj, .ply) as scenes; they have no camera of their own.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scenes.default_camera import PLACEHOLDER_CAMERA
from scenes.mesh.mtl import read_mtl
from scenes.mesh.normals import orient_faces_by_normals
from scenes.mesh.obj import read_obj
from scenes.mesh.ply import read_ply
from scenes.mesh.validation import validated_mesh
from scenes.mesh.vertex_colors import bake_vertex_colors
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.materials import Diffuse
from scenes.model.materials import Material

DEFAULT = Material(Diffuse((0.6, 0.6, 0.6)), name="default")
"""Light grey, for meshes without a material."""
NO_COLORS = "vertex colours are not supported and were ignored"


def load_ply(path: Path) -> SceneDescription:
    """Scene of one PLY mesh, with its vertex colours or light grey."""
    raw = read_ply(path)
    mesh = orient_faces_by_normals(validated_mesh(raw, str(path)))
    if raw.colors is None:
        return _scene(path, (mesh,), (DEFAULT,), ())
    mesh, texture = bake_vertex_colors(mesh, raw.colors, is_srgb=True)
    return _scene(path, (mesh,), (Material(Diffuse(texture), name=texture.image.name),), ())


def load_obj(path: Path) -> SceneDescription:
    """Scene of an OBJ file with the materials of its MTL libraries."""
    parsed = read_obj(path)
    notes: list[str] = []
    library: dict[str, Material] = {}
    names = list(dict.fromkeys(part.material for part in parsed.parts))
    for file in parsed.libraries:
        if file.is_file():
            found, left_out = read_mtl(file, names)
            library.update(found)
            notes.extend(left_out)
        else:
            notes.append(f"{file.name}: no such material library, grey is used")
    if parsed.has_colors:
        notes.append(NO_COLORS)
    missing = [name for name in names if name and name not in library]
    if missing:
        notes.append(f"materials not found, grey is used: {', '.join(missing)}")
    meshes = [
        replace(
            orient_faces_by_normals(
                validated_mesh(part.mesh, f"{path}: material {part.material!r}")
            ),
            material=names.index(part.material),
            name=part.material,
        )
        for part in parsed.parts
    ]
    materials = tuple(library.get(name, DEFAULT) for name in names)
    return _scene(path, tuple(meshes), materials, tuple(notes))


def _scene(
    path: Path,
    meshes: tuple[Mesh, ...],
    materials: tuple[Material, ...],
    notes: tuple[str, ...],
) -> SceneDescription:
    return SceneDescription(
        path.stem, meshes, materials, PLACEHOLDER_CAMERA, has_default_camera=True, notes=notes
    )
