"""Load single mesh files (.obj, .ply) as scenes; they have no camera of their own.

Host code.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from scenes.default_camera import PLACEHOLDER_CAMERA
from scenes.images.encodings import decode_srgb
from scenes.images.files import read_image
from scenes.mesh.mtl import read_mtl
from scenes.mesh.normals import orient_faces_by_normals
from scenes.mesh.obj import read_obj
from scenes.mesh.ply import read_ply
from scenes.mesh.validation import ZERO_NORMALS
from scenes.mesh.validation import has_zero_normals
from scenes.mesh.validation import validated_mesh
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.options import LoadOptions
from scenes.model.textures import AttributeTexture
from scenes.model.textures import ImageTexture

DEFAULT = Material(Diffuse((0.6, 0.6, 0.6)), name="default")
"""Light grey, for meshes without a material."""
COLORED = Material(Diffuse(AttributeTexture("vertex_color")), name="vertex colours")
"""For meshes with vertex colours and without a material."""
COLORS_UNUSED = "vertex colours are ignored where the library has the material"
VERTEX_COLOR, FACE_COLOR = "vertex_color", "face_color"
"""Attributes of meshes that hold the linear RGB of vertex and face colours."""


def load_ply(path: Path, _options: LoadOptions = LoadOptions()) -> SceneDescription:
    """Scene of one PLY mesh, with its texture, vertex or face colours, or light grey."""
    raw = read_ply(path)
    notes = [f"{path.name}: {note}" for note in raw.notes]
    material = DEFAULT
    if raw.texture is not None and raw.uvs is not None:
        try:
            texture = ImageTexture(read_image(raw.texture))
            material = Material(Diffuse(texture), name=raw.texture.name)
        except SceneError as error:
            notes.append(f"{error}; grey is used")
    elif raw.texture is not None:
        notes.append(f"{raw.texture.name}: ignored, the mesh has no texture coordinates")
    if material is DEFAULT:
        for name, colors in ((VERTEX_COLOR, raw.colors), (FACE_COLOR, raw.face_colors)):
            if colors is not None and material is DEFAULT:
                attributes = {**raw.attributes, name: decode_srgb(colors)}
                raw = replace(raw, attributes=attributes)
                material = Material(Diffuse(AttributeTexture(name)), name="colours of the file")
    if has_zero_normals(raw):
        notes.append(f"{path.name}: {ZERO_NORMALS}")
    mesh = orient_faces_by_normals(validated_mesh(raw, str(path)))
    return _scene(path, (mesh,), (material,), tuple(notes))


def load_obj(path: Path, _options: LoadOptions = LoadOptions()) -> SceneDescription:
    """Scene of an OBJ file with the materials of its MTL libraries."""
    parsed = read_obj(path)
    notes = [f"{path.name}: {note}" for note in parsed.notes]
    library: dict[str, Material] = {}
    names = list(dict.fromkeys(part.material for part in parsed.parts))
    for file in parsed.libraries:
        if os.path.isfile(file):
            found, left_out = read_mtl(file, names)
            library.update(found)
            notes.extend(left_out)
        else:
            notes.append(f"{file.name}: no such material library, grey is used")
    missing = [name for name in names if name and name not in library]
    if missing:
        notes.append(f"materials not found, grey is used: {', '.join(missing)}")
    meshes = []
    materials = [library.get(name, DEFAULT) for name in names]
    for part in parsed.parts:
        raw, number = part.mesh, names.index(part.material)
        if raw.colors is not None and part.material not in library:
            # The format has no sRGB flag; programs write the colours as they are shown.
            raw = replace(raw, attributes={VERTEX_COLOR: decode_srgb(raw.colors)})
            number = len(materials)
            materials.append(COLORED)
        elif raw.colors is not None and COLORS_UNUSED not in notes:
            notes.append(COLORS_UNUSED)
        if has_zero_normals(raw) and ZERO_NORMALS not in notes:
            notes.append(ZERO_NORMALS)
        mesh = validated_mesh(raw, f"{path}: material {part.material!r}")
        meshes.append(replace(orient_faces_by_normals(mesh), material=number, name=part.material))
    return _scene(path, tuple(meshes), tuple(materials), tuple(notes))


def _scene(
    path: Path,
    meshes: tuple[Mesh, ...],
    materials: tuple[Material, ...],
    notes: tuple[str, ...],
) -> SceneDescription:
    return SceneDescription(
        path.stem, meshes, materials, PLACEHOLDER_CAMERA, has_default_camera=True, notes=notes
    )
