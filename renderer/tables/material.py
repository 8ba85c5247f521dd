"""Flatten materials into table rows.

Host code. The rows are described in `renderer.tables.layout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np

from renderer.tables.coats import coat_transmittance_table
from renderer.tables.coats import rough_internal_reflectance
from renderer.tables.coats import smooth_internal_reflectance
from renderer.tables.layout import BECKMANN
from renderer.tables.layout import COAT_TABLE_SIZE
from renderer.tables.layout import CONDUCTOR
from renderer.tables.layout import DIELECTRIC
from renderer.tables.layout import DIFFUSE
from renderer.tables.layout import GGX
from renderer.tables.layout import MATERIAL_ROWS
from renderer.tables.layout import METALLIC_ROUGHNESS
from renderer.tables.layout import NONLINEAR_FLAG
from renderer.tables.layout import PLASTIC
from renderer.tables.layout import ROUGH_CONDUCTOR
from renderer.tables.layout import ROUGH_DIELECTRIC
from renderer.tables.layout import THIN_DIELECTRIC
from renderer.tables.layout import TWO_SIDED_FLAG
from renderer.tables.layout import MaterialSlot
from renderer.tables.texture import TextureTable
from renderer.tables.texture import put_integers
from scenes.model.materials import BSDF
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Distribution
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic

ONE = (1.0, 1.0, 1.0)
ZERO = (0.0, 0.0, 0.0)
DISTRIBUTIONS = {Distribution.GGX: GGX, Distribution.BECKMANN: BECKMANN}
NO_CUTOFF = -1.0
MIN_CONTRAST = 1e-3  # minimum |ior - 1| of rough glass


@dataclass
class BSDFRow:
    """Parameters of one BSDF before they are packed into rows."""

    kind: int
    distribution: int = GGX
    is_nonlinear: bool = False
    table: int = 0
    alpha: float = 0.0
    ior: float = 1.5
    internal: float = 0.0
    reflectance: object = ONE
    specular: tuple[float, ...] = ONE
    transmittance: tuple[float, ...] = ONE
    eta: tuple[float, ...] = ZERO
    k: tuple[float, ...] = ONE
    metallic: float = 0.0
    roughness: float = 1.0
    transmission: float = 0.0
    metallic_roughness: object = None


CoatKey = tuple[float, float, Distribution]
"""(microfacet width alpha, index of refraction, microfacet distribution)."""


@dataclass(frozen=True, eq=False)
class Coat:
    """Precomputed integrals of a rough plastic coat."""

    number: int
    """Index of its transmittance table."""
    transmittance: np.ndarray
    """(COAT_TABLE_SIZE,) float32 transmittance over cos(theta)."""
    internal: float
    """Hemispherical reflectance from inside, in [0, 1]."""


@dataclass
class MaterialTable:
    """Collector of material rows; adds their textures to `textures`."""

    textures: TextureTable
    rows: list[np.ndarray] = field(default_factory=list)
    coats: dict[CoatKey, Coat] = field(default_factory=dict)

    def add(self, material: Material) -> None:
        """Append the rows of a material."""
        bsdf = self._bsdf_row(material.bsdf)
        rows = np.zeros((MATERIAL_ROWS, 4), np.float32)
        flags = TWO_SIDED_FLAG if material.is_two_sided else 0
        flags |= NONLINEAR_FLAG if bsdf.is_nonlinear else 0
        cutoff = material.opacity_cutoff
        for slot, integer in (
            (MaterialSlot.KIND, bsdf.kind),
            (MaterialSlot.FLAGS, flags),
            (MaterialSlot.DISTRIBUTION, bsdf.distribution),
            (MaterialSlot.COAT_TABLE, bsdf.table),
            (MaterialSlot.OPACITY_CHANNEL, material.opacity_channel),
            (MaterialSlot.REFLECTANCE_TEXTURE, self.textures.add_optional(bsdf.reflectance)),
            (MaterialSlot.NORMAL_MAP, self.textures.add_optional(material.normal_map)),
            (MaterialSlot.OPACITY_TEXTURE, self.textures.add_optional(material.opacity)),
            (
                MaterialSlot.METALLIC_ROUGHNESS_TEXTURE,
                self.textures.add_optional(bsdf.metallic_roughness),
            ),
        ):
            put_integers(rows, slot.at, integer)
        for slot, number in (
            (MaterialSlot.ALPHA, bsdf.alpha),
            (MaterialSlot.IOR, bsdf.ior),
            (MaterialSlot.INTERNAL_REFLECTANCE, bsdf.internal),
            (MaterialSlot.NORMAL_SCALE, material.normal_scale),
            (MaterialSlot.METALLIC, bsdf.metallic),
            (MaterialSlot.ROUGHNESS, bsdf.roughness),
            (MaterialSlot.TRANSMISSION, bsdf.transmission),
            (MaterialSlot.OPACITY, _constant(material.opacity)),
            (MaterialSlot.OPACITY_CUTOFF, NO_CUTOFF if cutoff is None else cutoff),
        ):
            rows[slot.at] = number
        for slot, color in (
            (MaterialSlot.REFLECTANCE, bsdf.reflectance),
            (MaterialSlot.SPECULAR, bsdf.specular),
            (MaterialSlot.TRANSMITTANCE, bsdf.transmittance),
            (MaterialSlot.ETA, bsdf.eta),
            (MaterialSlot.K, bsdf.k),
        ):
            rows[slot.vector] = color if isinstance(color, tuple) else ONE
        self.rows.append(rows)

    def coat_transmittance(self) -> np.ndarray:
        """(N * COAT_TABLE_SIZE,) float32 transmittance tables of N coats; ones without a coat."""
        tables = [coat.transmittance for coat in self.coats.values()]
        return np.concatenate(tables) if tables else np.ones(COAT_TABLE_SIZE, np.float32)

    def _bsdf_row(self, bsdf: BSDF) -> BSDFRow:
        if isinstance(bsdf, Diffuse):
            return BSDFRow(DIFFUSE, reflectance=bsdf.reflectance)
        if isinstance(bsdf, Conductor):
            return _conductor_row(bsdf)
        if isinstance(bsdf, Dielectric):
            return _dielectric_row(bsdf)
        if isinstance(bsdf, Plastic):
            return self._plastic_row(bsdf)
        return _metallic_row(bsdf)

    def _plastic_row(self, bsdf: Plastic) -> BSDFRow:
        number = 0
        if bsdf.alpha > 0:
            coat = self._coat(bsdf)
            number, internal = coat.number, coat.internal
        else:
            internal = smooth_internal_reflectance(bsdf.ior)
        return BSDFRow(
            PLASTIC,
            distribution=DISTRIBUTIONS[bsdf.distribution],
            is_nonlinear=bsdf.is_nonlinear,
            table=number,
            alpha=bsdf.alpha,
            ior=bsdf.ior,
            internal=internal,
            reflectance=bsdf.diffuse_reflectance,
            specular=bsdf.specular_reflectance,
        )

    def _coat(self, bsdf: Plastic) -> Coat:
        """Integrals of a coat, cached by roughness, index and distribution."""
        key = (bsdf.alpha, bsdf.ior, bsdf.distribution)
        if key not in self.coats:
            self.coats[key] = Coat(
                len(self.coats), coat_transmittance_table(*key), rough_internal_reflectance(*key)
            )
        return self.coats[key]


def _constant(opacity: object) -> float:
    """Constant opacity; 1 if a texture gives the opacity."""
    return opacity if isinstance(opacity, (int, float)) else 1.0


def _conductor_row(bsdf: Conductor) -> BSDFRow:
    """Mirror or rough metal."""
    return BSDFRow(
        ROUGH_CONDUCTOR if bsdf.alpha > 0 else CONDUCTOR,
        distribution=DISTRIBUTIONS[bsdf.distribution],
        alpha=bsdf.alpha,
        reflectance=bsdf.specular_reflectance,
        eta=bsdf.eta,
        k=bsdf.k,
    )


def _dielectric_row(bsdf: Dielectric) -> BSDFRow:
    """Solid, thin or rough glass."""
    kind = THIN_DIELECTRIC if bsdf.is_thin else DIELECTRIC
    return BSDFRow(
        ROUGH_DIELECTRIC if bsdf.alpha > 0 else kind,
        distribution=DISTRIBUTIONS[bsdf.distribution],
        alpha=bsdf.alpha,
        # With equal indices on both sides, refraction has no half vector.
        ior=bsdf.ior if bsdf.alpha == 0 or abs(bsdf.ior - 1) > MIN_CONTRAST else 1 + MIN_CONTRAST,
        specular=bsdf.specular_reflectance,
        transmittance=bsdf.specular_transmittance,
    )


def _metallic_row(bsdf: MetallicRoughness) -> BSDFRow:
    """Metallic-roughness model of glTF."""
    return BSDFRow(
        METALLIC_ROUGHNESS,
        ior=bsdf.ior,
        reflectance=bsdf.base_color,
        metallic=bsdf.metallic,
        roughness=bsdf.roughness,
        transmission=bsdf.transmission,
        metallic_roughness=bsdf.metallic_roughness,
    )
