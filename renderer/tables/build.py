"""Flatten a scene into arrays and build its hierarchy.

Host code, without Taichi, so that it can run in another process.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from renderer.tables.arrays import SceneArrays
from renderer.tables.bvh_build import build_tree
from renderer.tables.bvh_wide import widen
from renderer.tables.emitter import build_emitters
from renderer.tables.environment import build_environment
from renderer.tables.geometry import build_geometry
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import TANGENT
from renderer.tables.material import MaterialTable
from renderer.tables.sheen import sheen_albedo_table
from renderer.tables.texture import TextureTable
from renderer.tables.texture import decode_table
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.description import SceneDescription

EMPTY_ROWS = np.zeros((1, 4), np.float32)
NO_TEXELS = np.zeros((1, 2), np.int32)


def build_scene_arrays(
    scene: SceneDescription, progress: Callable[[float], None] | None = None
) -> SceneArrays:
    """Flatten a scene into arrays and build its hierarchy.

    Args:
        progress: called with the fraction of the hierarchy that is built, in [0, 1].
    """
    textures = TextureTable()
    materials = MaterialTable(textures)
    materials.add_all(scene.materials)
    # Before the geometry, so that all attributes that textures read are known.
    images = [light.image for light in scene.lights if isinstance(light, PointLight)]
    emissions = [shape.radiance for shape in scene.shapes]
    emissions += [material.emission for material in scene.materials]
    emissions += [image.texture for image in images if image is not None]
    for emission in emissions:
        textures.add_optional(emission)
    meshes = (shape for shape in scene.shapes if isinstance(shape, Mesh))
    if any(TANGENT in mesh.attributes for mesh in meshes):
        textures.add_attribute(TANGENT)
    geometry = build_geometry(scene, textures.attributes)
    environment = build_environment(scene.environment) if scene.environment is not None else None
    emitters = build_emitters(scene, geometry, textures, environment)
    tree = widen(
        build_tree(geometry.lower, geometry.upper, progress), geometry.geometry, geometry.kind != 0
    )
    texels, alias, cells = NO_TEXELS, EMPTY_ROWS[:, :2], EMPTY_ROWS
    if environment is not None:
        texels, alias, cells = environment.texels, environment.alias, environment.cells
    extent = geometry.upper.max(axis=0) - geometry.lower.min(axis=0)
    return SceneArrays(
        nodes=tree.nodes,
        blocks=tree.blocks,
        geometry=geometry.geometry.reshape(-1, 4),
        shading=geometry.shading.reshape(-1, 4),
        attributes=geometry.attributes,
        materials=np.concatenate(materials.rows),
        textures=textures.headers(),
        texels=textures.texels(),
        byte_decode=decode_table(),
        coat_transmittance=materials.coat_transmittance(),
        sheen_albedo=sheen_albedo_table(),
        emitters=emitters.rows,
        emitter_alias=emitters.alias,
        environment=texels,
        environment_alias=alias,
        environment_cells=cells,
        root=tree.root,
        emitter_count=emitters.count,
        environment_emitter=emitters.environment,
        tangent_attribute=(
            textures.attributes.index(TANGENT) if TANGENT in textures.attributes else NO_INDEX
        ),
        radius=float(np.linalg.norm(extent) / 2),
    )
