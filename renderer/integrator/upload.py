"""Upload a scene: copy its tables to Taichi's memory and pack them into one kernel argument.

Host code. The tables are arrays, not fields, so that one compiled kernel serves every scene.
"""

import ctypes

import numpy as np
import taichi as ti
from taichi.lang.impl import current_cfg
from taichi.lang.impl import get_runtime

from renderer.tables.arrays import SceneArrays
from scenes.model.description import SceneDescription

vec2 = ti.types.vector(2, ti.f32)
vec4 = ti.types.vector(4, ti.f32)
ivec2 = ti.types.vector(2, ti.i32)
f32_array = ti.types.ndarray(dtype=ti.f32, ndim=1)
i32_array = ti.types.ndarray(dtype=ti.i32, ndim=1)
ivec2_array = ti.types.ndarray(dtype=ivec2, ndim=1)
vec2_array = ti.types.ndarray(dtype=vec2, ndim=1)
vec4_array = ti.types.ndarray(dtype=vec4, ndim=1)

SceneTables = ti.types.argpack(
    nodes=f32_array,
    blocks=f32_array,
    geometry=vec4_array,
    shading=vec4_array,
    attributes=vec4_array,
    materials=vec4_array,
    textures=vec4_array,
    texels=i32_array,
    byte_decode=f32_array,
    coat_transmittance=f32_array,
    sheen_albedo=f32_array,
    emitters=vec4_array,
    emitter_alias=vec2_array,
    environment=ivec2_array,
    environment_alias=vec2_array,
    environment_cells=vec4_array,
    root=ti.i32,
    emitter_count=ti.i32,
    environment_emitter=ti.i32,
    tangent_attribute=ti.i32,
    radius=ti.f32,
)


def upload(array: np.ndarray, dtype: object) -> ti.Ndarray:
    """Copy a numpy array into Taichi's memory; rows become vectors of `dtype`."""
    result = ti.ndarray(dtype, len(array))
    is_integer = dtype in (ti.i32, ivec2)
    array = np.ascontiguousarray(array, np.int32 if is_integer else np.float32)
    assert array.shape == (*result.shape, *result.element_shape)
    if current_cfg().arch == ti.cuda:
        result.from_numpy(array)
    else:  # one copy; `from_numpy` compiles a kernel per type, which copies element by element
        address = get_runtime().prog.get_ndarray_data_ptr_as_int(result.arr)
        ctypes.memmove(address, array.ctypes.data, array.nbytes)
    return result


def upload_scene(arrays: SceneArrays) -> object:
    """Upload the arrays; returns the SceneTables kernel argument."""
    types = SceneTables.members
    return SceneTables(
        **{
            name: upload(value, types[name].dtype) if isinstance(value, np.ndarray) else value
            for name, value in vars(arrays).items()
        }
    )


def build_scene_tables(scene: SceneDescription) -> object:
    """Flatten a scene, build its hierarchy and upload both; returns the SceneTables argument."""
    from renderer.tables.build import build_scene_arrays  # importing numba takes 0.5 s

    return upload_scene(build_scene_arrays(scene))


def empty_tables() -> object:
    """Uninitialised tables of one element each, to compile the kernel without tracing a path."""
    arrays = {
        name: ti.ndarray(kind.dtype, 1)
        for name, kind in SceneTables.members.items()
        if hasattr(kind, "ndim")
    }
    return SceneTables(
        **arrays, root=0, emitter_count=0, environment_emitter=0, tangent_attribute=-1, radius=1.0
    )
