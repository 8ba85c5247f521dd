"""Uploads a scene: every table in Taichi's memory, packed into one kernel argument.

Host code. The tables are arrays, not fields, so that one compiled kernel serves every scene.
"""

from collections.abc import Callable

import numpy as np
import taichi as ti

from renderer.bvh_build import build_tree
from renderer.bvh_wide import widen
from renderer.emitter_tables import build_emitters
from renderer.environment_tables import build_environment
from renderer.geometry_tables import build_geometry
from renderer.material_tables import MaterialTable
from renderer.texture_tables import TextureTable
from renderer.texture_tables import srgb_decode_table
from scenes.description import SceneDescription

vec2 = ti.types.vector(2, ti.f32)
vec4 = ti.types.vector(4, ti.f32)
f32_array = ti.types.ndarray(dtype=ti.f32, ndim=1)
i32_array = ti.types.ndarray(dtype=ti.i32, ndim=1)
vec2_array = ti.types.ndarray(dtype=vec2, ndim=1)
vec4_array = ti.types.ndarray(dtype=vec4, ndim=1)

SceneTables = ti.types.argpack(
    nodes=f32_array,
    blocks=f32_array,
    geometry=vec4_array,
    shading=vec4_array,
    materials=vec4_array,
    textures=vec4_array,
    texels=i32_array,
    srgb_decode=f32_array,
    coat_transmittance=f32_array,
    emitters=vec4_array,
    emitter_alias=vec2_array,
    environment=vec4_array,
    environment_alias=vec2_array,
    environment_cells=vec4_array,
    root=ti.i32,
    emitter_count=ti.i32,
    environment_emitter=ti.i32,
    radius=ti.f32,
)


def upload(array: np.ndarray, dtype: object) -> ti.Ndarray:
    """Copy a numpy array into Taichi's memory; rows become vectors of `dtype`."""
    result = ti.ndarray(dtype, len(array))
    result.from_numpy(np.ascontiguousarray(array))
    return result


def build_scene_tables(
    scene: SceneDescription, progress: Callable[[float], None] | None = None
) -> object:
    """Flatten, build the hierarchy and upload; returns the SceneTables argument.

    Args:
        progress: called with the share of the hierarchy done, in [0, 1].
    """
    textures = TextureTable()
    materials = MaterialTable(textures)
    for material in scene.materials:
        materials.add(material)
    geometry = build_geometry(scene)
    environment = build_environment(scene.environment) if scene.environment is not None else None
    emitters = build_emitters(scene, geometry, textures, environment)
    tree = widen(
        build_tree(geometry.lower, geometry.upper, progress), geometry.geometry, geometry.kind != 0
    )
    none = np.zeros((1, 4), np.float32)
    texels, alias, cells = none, none[:, :2], none
    if environment is not None:
        texels, alias, cells = environment.texels, environment.alias, environment.cells
    extent = geometry.upper.max(axis=0) - geometry.lower.min(axis=0)
    return SceneTables(
        nodes=upload(tree.nodes, ti.f32),
        blocks=upload(tree.blocks, ti.f32),
        geometry=upload(geometry.geometry.reshape(-1, 4), vec4),
        shading=upload(geometry.shading.reshape(-1, 4), vec4),
        materials=upload(np.concatenate(materials.rows), vec4),
        textures=upload(textures.headers(), vec4),
        texels=upload(textures.texels(), ti.i32),
        srgb_decode=upload(srgb_decode_table(), ti.f32),
        coat_transmittance=upload(materials.coat_transmittance(), ti.f32),
        emitters=upload(emitters.rows, vec4),
        emitter_alias=upload(emitters.alias, vec2),
        environment=upload(texels, vec4),
        environment_alias=upload(alias, vec2),
        environment_cells=upload(cells, vec4),
        root=tree.root,
        emitter_count=emitters.count,
        environment_emitter=emitters.environment,
        radius=float(np.linalg.norm(extent) / 2),
    )
