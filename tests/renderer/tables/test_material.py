"""Tests of material rows."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.layout import MATERIAL_ROWS
from renderer.tables.layout import MaterialSlot
from renderer.tables.material import MaterialTable
from renderer.tables.texture import TextureTable
from scenes.model.materials import BSDF
from scenes.model.materials import Blend
from scenes.model.materials import Coated
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.materials import Principled
from scenes.model.materials import Sides
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import uniform
from tests.renderer.probe_bsdf import BsdfProbe

PLAIN = Material(Diffuse())


def _rows(material: Material) -> np.ndarray:
    table = MaterialTable(TextureTable())
    table.add_all([material])
    return np.array(table.rows)


def _maps(rows: np.ndarray) -> list[int]:
    return [int(row[MaterialSlot.NORMAL_MAP.at].view(np.int32)) for row in rows]


def _normal_map() -> ImageTexture:
    texels = np.full((2, 2, 4), 255, np.uint8)
    return ImageTexture(Image(texels, is_srgb=False, name="normals"))


@pytest.mark.parametrize("bsdf", [Blend(PLAIN, PLAIN), Sides(PLAIN, PLAIN), Coated(PLAIN)])
def test_normal_map_of_a_composed_material_is_that_of_its_parts(bsdf: BSDF) -> None:
    rows = _rows(Material(bsdf, normal_map=_normal_map()))
    assert rows.shape[1:] == (MATERIAL_ROWS, 4)
    assert set(_maps(rows)) == {0}


def test_normal_map_of_a_part_has_precedence() -> None:
    first, second = _normal_map(), _normal_map()
    part = Material(Diffuse(), normal_map=second)
    rows = _rows(Material(Blend(part, PLAIN), normal_map=first))
    assert _maps(rows) == [0, 1, 0]


@pytest.mark.parametrize("index", [1e-300, 1e300])
@pytest.mark.parametrize("kind", [Plastic, Dielectric])
@pytest.mark.parametrize("alpha", [0.0, 1e-200, 0.3])
def test_extreme_index_gives_finite_reflection(index: float, kind: type, alpha: float) -> None:
    _check_finite(Material(kind(ior=index, alpha=alpha)))


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_extreme_metal_reflects_finitely(alpha: float) -> None:
    _check_finite(Material(Conductor((1e300,) * 3, (1e300,) * 3, alpha=alpha)))


@pytest.mark.parametrize("bsdf", [Principled, MetallicRoughness])
def test_extreme_roughness_reflects_finitely(bsdf: type) -> None:
    _check_finite(Material(bsdf(roughness=1e30, clearcoat=1e30)))


@pytest.mark.parametrize("index", [1e-300, 1e300])
@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_extreme_coating_reflects_finitely(index: float, alpha: float) -> None:
    _check_finite(Material(Coated(PLAIN, index, alpha)))


def _check_finite(material: Material) -> None:
    probe = BsdfProbe([material])
    for wi in DIRECTIONS.values():
        samples = probe.sample(0, wi, uniform(256, 1))
        assert np.isfinite(samples.weight).all() and np.isfinite(samples.pdf).all()
        assert np.isfinite(samples.wo).all()
        assert np.isfinite(probe.rows(0, wi, samples.wo)[:, :7]).all()
