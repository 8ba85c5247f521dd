"""Flatten emitters and set the probability of choosing each.

Host code. Area emitters, punctual lights and the environment form groups of equal probability;
inside a group, probability is proportional to power. So neither thousands of dim triangles nor the
sun take almost all samples, and a choice takes constant time.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np

from renderer.tables.alias import build_alias
from renderer.tables.environment import EnvironmentTable
from renderer.tables.geometry import GeometryTable
from renderer.tables.geometry import corner_uvs
from renderer.tables.layout import ANGLE_FALLOFF
from renderer.tables.layout import AREA_EMITTER
from renderer.tables.layout import BOTH_SIDES
from renderer.tables.layout import COSINE_SQUARED_FALLOFF
from renderer.tables.layout import DIRECTIONAL_EMITTER
from renderer.tables.layout import EMITTER_ROWS
from renderer.tables.layout import FRONT
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import PARALLEL
from renderer.tables.layout import POINT_EMITTER
from renderer.tables.layout import SMOOTH_STEP_FALLOFF
from renderer.tables.layout import EmitterSlot
from renderer.tables.layout import GeometrySlot
from renderer.tables.texture import TextureTable
from renderer.tables.texture import put_integers
from scenes.images.encodings import linear_texels
from scenes.model.description import Falloff
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import PointLight
from scenes.model.description import PunctualLight
from scenes.model.description import SceneDescription
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.textures import LUMINANCE
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from scenes.model.textures import Product
from scenes.model.textures import Texture

FALLOFFS = {
    Falloff.COSINE_SQUARED: COSINE_SQUARED_FALLOFF,
    Falloff.ANGLE: ANGLE_FALLOFF,
    Falloff.SMOOTH_STEP: SMOOTH_STEP_FALLOFF,
}
MIN_SPOT_EDGE = 1e-4
"""Minimum angle in radians from full intensity to 0 at the edge of a spot."""
# Barycentric coordinates (b1, b2) of the points at which a triangle's emission texture is read.
PROBES = np.array(
    [[1 / 3, 1 / 3], [0.6, 0.2], [0.2, 0.6], [0.2, 0.2], [0.05, 0.05], [0.9, 0.05], [0.05, 0.9]]
)


@dataclass(eq=False)
class EmitterTable:
    """All emitters, with the alias table that chooses among them."""

    rows: np.ndarray
    """(E * EMITTER_ROWS, 4) float32, E >= 1."""
    alias: np.ndarray
    """(E, 2) float32 alias table."""
    count: int
    """Number of emitters; 0 in a scene without emitters."""
    environment: int
    """Emitter index of the environment, or NO_INDEX."""


@dataclass
class EmitterList:
    """Rows and normalised weights of emitters, collected group by group."""

    rows: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)

    def add_group(self, rows: np.ndarray, power: np.ndarray) -> None:
        """Append (N, EMITTER_ROWS, 4) rows with (N,) power; groups are equally probable."""
        if len(rows):
            total = power.sum()
            self.rows.append(rows)
            self.weights.append(power / total if total > 0 else np.full(len(rows), 1 / len(rows)))

    def count(self) -> int:
        """Number of emitters collected so far."""
        return sum(len(rows) for rows in self.rows)


def build_emitters(
    scene: SceneDescription,
    geometry: GeometryTable,
    textures: TextureTable,
    environment: EnvironmentTable | None,
) -> EmitterTable:
    """Collect all emitters; write emitter indices into the emissive primitives of `geometry`."""
    emitters = EmitterList()
    parts = [_area_rows(scene, index, geometry, textures) for index in range(len(scene.shapes))]
    area = [part for part in parts if part is not None]
    if area:
        rows = np.concatenate([part[0] for part in area])
        geometry.set_emitters(
            rows.view(np.int32)[EmitterSlot.PRIMITIVE.of_all], np.arange(len(rows))
        )
        emitters.add_group(rows, np.concatenate([part[1] for part in area]))
    lights = [_light_rows(light, textures) for light in scene.lights]
    if lights:
        power = np.array([_light_power(light) for light in scene.lights])
        emitters.add_group(np.stack(lights), power)
    number = NO_INDEX
    if environment is not None:
        number = emitters.count()
        emitters.add_group(environment.emitter_rows[None], np.ones(1))
    if not emitters.rows:
        return EmitterTable(
            np.zeros((EMITTER_ROWS, 4), np.float32), np.zeros((1, 2), np.float32), 0, NO_INDEX
        )
    rows = np.concatenate(emitters.rows)
    pmf = np.concatenate(emitters.weights) / len(emitters.weights)
    rows[EmitterSlot.PMF.of_all] = pmf
    return EmitterTable(rows.reshape(-1, 4), build_alias(pmf[None])[0], len(rows), number)


def shape_radiance(
    scene: SceneDescription, shape: Shape
) -> tuple[np.ndarray, Texture | None, float] | None:
    """(radiance, texture or None, minimum cosine) of an emissive shape, None for others."""
    limit = PARALLEL if shape.is_parallel_light else FRONT
    if isinstance(shape.radiance, Texture):
        return np.ones(3), shape.radiance, limit
    if shape.radiance is not None:
        return np.asarray(shape.radiance, np.float64), None, limit
    material = scene.materials[shape.material]
    if material.emission is None:
        return None
    strength = material.emission_strength
    limit = BOTH_SIDES if material.emits_from_back else FRONT
    if isinstance(material.emission, Texture):
        return np.full(3, strength), material.emission, limit
    radiance = np.asarray(material.emission, np.float64) * strength
    return (radiance, None, limit) if radiance.any() else None


def _area_rows(
    scene: SceneDescription, index: int, geometry: GeometryTable, textures: TextureTable
) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and power of one emissive shape's primitives."""
    emission = shape_radiance(scene, scene.shapes[index])
    if emission is None:
        return None
    radiance, texture, limit = emission
    primitives = np.arange(geometry.first[index], geometry.first[index + 1])
    area = _areas(scene.shapes[index], geometry.geometry[primitives])
    rows = np.zeros((len(primitives), EMITTER_ROWS, 4), np.float32)
    put_integers(rows, EmitterSlot.KIND.of_all, AREA_EMITTER)
    put_integers(rows, EmitterSlot.PRIMITIVE.of_all, primitives)
    rows[EmitterSlot.AREA.of_all] = area
    rows[EmitterSlot.RADIANCE.vector_of_all] = radiance
    put_integers(rows, EmitterSlot.TEXTURE.of_all, textures.add_optional(texture))
    rows[EmitterSlot.MIN_COSINE.of_all] = limit
    power = area * float(radiance @ LUMINANCE)
    if texture is not None:
        power = power * _mean_luminance(texture, geometry.shading[primitives])
    return rows, power


def _areas(shape: Shape, geometry: np.ndarray) -> np.ndarray:
    """(N,) surface areas of a shape's primitives."""
    if isinstance(shape, Sphere):
        return np.array([4 * np.pi * shape.radius**2])
    edge1 = geometry[GeometrySlot.EDGE1.vector_of_all]
    edge2 = geometry[GeometrySlot.EDGE2.vector_of_all]
    parallelogram = np.linalg.norm(np.cross(edge1, edge2), axis=1)
    if isinstance(shape, Flat):
        return parallelogram * (np.pi / 4 if shape.kind is FlatKind.DISK else 1.0)
    return parallelogram / 2


def _mean_luminance(texture: Texture, shading: np.ndarray) -> np.ndarray:
    """(N,) mean luminance of an emission texture over triangles, from the values at PROBES.

    A triangle of mean 0 is never sampled as an emitter; a path that hits it still counts its
    emission in full. Mesh attributes, and coordinates that they hold, count as the mean.
    """
    uv = corner_uvs(shading)
    at = (
        uv[:, None, 0]
        + PROBES[:, :1] * (uv[:, 1] - uv[:, 0])[:, None]
        + PROBES[:, 1:] * (uv[:, 2] - uv[:, 0])[:, None]
    )
    values = np.ones((*at.shape[:2], 3))
    for factor in texture.factors if isinstance(texture, Product) else (texture,):
        if isinstance(factor, ImageTexture):
            values = values * _texels_at(factor, at)
        elif isinstance(factor, Checkerboard):
            values = values * np.mean([factor.color0, factor.color1], axis=0)
        else:
            values = values * factor.scale[:3]
    return (values @ LUMINANCE).mean(axis=1)


def _texels_at(texture: ImageTexture, uv: np.ndarray) -> np.ndarray:
    """(..., 3) linear RGB of the texels nearest to (..., 2) coordinates, repeated."""
    texels = linear_texels(texture.image)
    if texture.uv_set:
        return np.asarray(texels.mean(axis=(0, 1)) * np.asarray(texture.scale[:3]))
    matrix = np.asarray(texture.uv_transform).reshape(2, 3)
    at = uv @ matrix[:, :2].T + matrix[:, 2]
    height, width = texels.shape[:2]
    column = np.floor(at[..., 0] * width).astype(int) % width
    row = np.floor((1 - at[..., 1]) * height).astype(int) % height
    return np.asarray(texels[row, column] * np.asarray(texture.scale[:3]))


def _light_rows(light: PunctualLight, textures: TextureTable) -> np.ndarray:
    """Rows of a point, spot or directional light."""
    rows = np.zeros((EMITTER_ROWS, 4), np.float32)
    put_integers(rows, EmitterSlot.TEXTURE.at, NO_INDEX)
    direction = np.asarray(light.direction, np.float64)
    direction = direction / np.maximum(np.linalg.norm(direction), 1e-30)
    if isinstance(light, PointLight):
        put_integers(rows, EmitterSlot.KIND.at, POINT_EMITTER)
        rows[EmitterSlot.RADIANCE.vector] = light.intensity
        rows[EmitterSlot.POSITION.vector] = light.position
        rows[EmitterSlot.SPOT_AXIS.vector] = direction
        if light.image is not None:
            image = light.image
            put_integers(rows, EmitterSlot.TEXTURE.at, textures.add(image.texture))
            rows[EmitterSlot.IMAGE_X.vector], rows[EmitterSlot.IMAGE_Y.vector] = (
                image.x_axis,
                image.y_axis,
            )
            rows[EmitterSlot.IMAGE_SCALE_X.at] = image.scale[0]
            rows[EmitterSlot.IMAGE_SCALE_Y.at] = image.scale[1]
            rows[EmitterSlot.IS_PROJECTOR.at] = 1.0 if image.is_projector else 0.0
        # Without a cone the falloff is 1 everywhere.
        inner, outer = (
            (np.cos(light.cone[0]), np.cos(light.cone[1])) if light.cone else (-2.0, -3.0)
        )
        rows[EmitterSlot.COS_INNER.at], rows[EmitterSlot.COS_OUTER.at] = inner, outer
        if light.cone:
            width = max(light.cone[1] - light.cone[0], MIN_SPOT_EDGE)
            put_integers(rows, EmitterSlot.FALLOFF.at, FALLOFFS[light.falloff])
            rows[EmitterSlot.OUTER_ANGLE.at] = light.cone[1]
            rows[EmitterSlot.INVERSE_WIDTH.at] = 1.0 / width
    else:
        put_integers(rows, EmitterSlot.KIND.at, DIRECTIONAL_EMITTER)
        rows[EmitterSlot.RADIANCE.vector] = light.irradiance
        rows[EmitterSlot.TO_LIGHT.vector] = -direction
    return rows


def _light_power(light: PunctualLight) -> float:
    """Weight of a punctual light in its group."""
    if isinstance(light, PointLight):
        return float(4 * np.pi * np.asarray(light.intensity) @ LUMINANCE)
    return float(4 * np.pi * np.asarray(light.irradiance) @ LUMINANCE)
