"""Sample and evaluate BSDFs for many directions at once, for the BSDF tests.

Device code, and the host class that launches it.
"""

import numpy as np
import taichi as ti

from renderer.bsdfs.dispatch import bsdf_albedo
from renderer.bsdfs.dispatch import bsdf_eval_pair
from renderer.bsdfs.dispatch import bsdf_sample
from renderer.bsdfs.dispatch import completed
from renderer.bsdfs.fetch import fetch_bsdf
from renderer.bsdfs.fetch import resolve_layers
from renderer.bsdfs.plastic import coat_transmittance
from renderer.bsdfs.records import BSDF
from renderer.bsdfs.texture import TexturePoint
from renderer.integrator.upload import SceneTables
from renderer.integrator.upload import build_scene_tables
from scenes.model.materials import Material
from tests.renderer.scenes_fixture import scene_of_materials

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vectors = ti.types.ndarray(dtype=vec3, ndim=1)
numbers = ti.types.ndarray(dtype=ti.f32, ndim=2)


@ti.func
def bsdf_of(tables: ti.template(), material: ti.i32) -> BSDF:
    """Parameters in the middle of the texture, of what is below a coating if there is one."""
    point = TexturePoint(uv=vec2(0.5, 0.5), primitive=-1, b=vec2(0.0))
    layers = resolve_layers(tables, material, point, 1, 0.5)
    return fetch_bsdf(tables, layers.base, layers.coating, point)


@ti.kernel
def sample_all(tables: SceneTables, material: ti.i32, wi: vec3, u: vectors, out: numbers):
    """Columns of `out`: wo 0-2, pdf 3, weight 4-6, is_delta 7."""
    for i in u:
        bsdf = bsdf_of(tables, material)
        s = bsdf_sample(tables, bsdf, wi, u[i])
        s = completed(bsdf, s, bsdf_eval_pair(tables, bsdf, wi, s.wo, s.wo).first)
        for c in ti.static(range(3)):
            out[i, c] = s.wo[c]
            out[i, 4 + c] = s.weight[c]
        out[i, 3] = s.pdf
        out[i, 7] = ti.cast(s.is_delta, ti.f32)


@ti.kernel
def evaluate_all(tables: SceneTables, material: ti.i32, wi: vectors, wo: vectors, out: numbers):
    """Columns of `out`: value 0-2, pdf 3, albedo feature 4-6, coat transmittance of wi 7."""
    for i in wo:
        bsdf = bsdf_of(tables, material)
        at = bsdf_eval_pair(tables, bsdf, wi[i], wi[i], wo[i]).second
        albedo = bsdf_albedo(bsdf)
        for c in ti.static(range(3)):
            out[i, c] = at.value[c]
            out[i, 4 + c] = albedo[c]
        out[i, 3] = at.pdf
        out[i, 7] = coat_transmittance(tables, bsdf, wi[i].z)


class Samples:
    """BSDF samples as (N, ...) arrays."""

    def __init__(self, rows: np.ndarray) -> None:
        self.wo = rows[:, :3]
        self.pdf = rows[:, 3]
        self.weight = rows[:, 4:7]
        self.is_delta = rows[:, 7] > 0.5

    @property
    def is_valid(self) -> np.ndarray:
        """(N,) True where sampling succeeded (pdf > 0)."""
        return self.pdf > 0


class BsdfProbe:
    """BSDF queries on several materials, uploaded once."""

    def __init__(self, materials: list[Material]) -> None:
        self._tables = build_scene_tables(scene_of_materials(materials))

    def sample(self, material: int, wi: np.ndarray, u: np.ndarray) -> Samples:
        """Sample with (N, 3) random numbers `u` for one direction `wi` (3,)."""
        out = np.zeros((len(u), 8), np.float32)
        u = np.ascontiguousarray(u, np.float32)
        sample_all(self._tables, material, vec3(*[float(c) for c in wi]), u, out)
        return Samples(out)

    def rows(self, material: int, wi: np.ndarray, wo: np.ndarray) -> np.ndarray:
        """(N, 8) rows of `evaluate_all`; wi (3,) or (N, 3)."""
        wo = np.ascontiguousarray(wo, np.float32)
        wi = np.ascontiguousarray(np.broadcast_to(wi, wo.shape), np.float32)
        out = np.zeros((len(wo), 8), np.float32)
        evaluate_all(self._tables, material, wi, wo, out)
        return out

    def value(self, material: int, wi: np.ndarray, wo: np.ndarray) -> np.ndarray:
        """(N, 3) BSDF value times cosine."""
        return self.rows(material, wi, wo)[:, :3]

    def pdf(self, material: int, wi: np.ndarray, wo: np.ndarray) -> np.ndarray:
        """(N,) density of sampling, per solid angle."""
        return self.rows(material, wi, wo)[:, 3]
