"""Flatten materials into table rows.

Host code. The rows are described in `renderer.tables.layout`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np

from renderer.tables.coats import coat_transmittance_table
from renderer.tables.coats import rough_internal_reflectance
from renderer.tables.coats import smooth_internal_reflectance
from renderer.tables.layout import BECKMANN
from renderer.tables.layout import BITANGENT_FLAG
from renderer.tables.layout import BLEND
from renderer.tables.layout import COAT_TABLE_SIZE
from renderer.tables.layout import COATED
from renderer.tables.layout import COLORS
from renderer.tables.layout import CONDUCTOR
from renderer.tables.layout import DIELECTRIC
from renderer.tables.layout import DIFFUSE
from renderer.tables.layout import FIRST_COLOR_ROW
from renderer.tables.layout import FIRST_SCALAR_ROW
from renderer.tables.layout import GGX
from renderer.tables.layout import LAYERED_FLAG
from renderer.tables.layout import MATERIAL_ROWS
from renderer.tables.layout import METALLIC_ROUGHNESS
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import NONLINEAR_FLAG
from renderer.tables.layout import ORIENTED_FLAG
from renderer.tables.layout import PLASTIC
from renderer.tables.layout import PRINCIPLED
from renderer.tables.layout import PRINCIPLED_THIN
from renderer.tables.layout import ROUGH_CONDUCTOR
from renderer.tables.layout import ROUGH_DIELECTRIC
from renderer.tables.layout import ROUGH_DIFFUSE
from renderer.tables.layout import SCALARS
from renderer.tables.layout import SIDES
from renderer.tables.layout import SIMPLE_COUNT
from renderer.tables.layout import TANGENTS_FLAG
from renderer.tables.layout import THIN_DIELECTRIC
from renderer.tables.layout import TWO_SIDED_FLAG
from renderer.tables.layout import WIDTH_COUNT
from renderer.tables.layout import MaterialSlot
from renderer.tables.texture import TextureTable
from renderer.tables.texture import put_integers
from scenes.model.materials import BSDF
from scenes.model.materials import Blend
from scenes.model.materials import Coated
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Distribution
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.materials import Principled
from scenes.model.materials import RoughDiffuse
from scenes.model.materials import Sides
from scenes.model.textures import RGB
from scenes.model.textures import Scalar
from scenes.model.textures import Spectrum

ONE: RGB = (1.0, 1.0, 1.0)
ZERO: RGB = (0.0, 0.0, 0.0)
DISTRIBUTIONS = {Distribution.GGX: GGX, Distribution.BECKMANN: BECKMANN}
READ = {
    DIFFUSE: (1, 0),
    ROUGH_DIFFUSE: (1, WIDTH_COUNT),
    CONDUCTOR: (1, 0),
    ROUGH_CONDUCTOR: (1, WIDTH_COUNT),
    DIELECTRIC: (3, 0),
    THIN_DIELECTRIC: (3, 0),
    ROUGH_DIELECTRIC: (3, WIDTH_COUNT),
    PLASTIC: (2, WIDTH_COUNT),
    METALLIC_ROUGHNESS: (1, SIMPLE_COUNT),
    PRINCIPLED: (1, len(SCALARS)),
    PRINCIPLED_THIN: (1, len(SCALARS)),
    BLEND: (0, 0),
    SIDES: (0, 0),
    COATED: (0, 0),
}
"""Kind -> how many of COLORS and of SCALARS it reads, without layers."""
NO_CUTOFF = -1.0
MIN_CONTRAST = 1e-3  # minimum |ior - 1| of rough glass
INDEX_RANGE = (1e-6, 1e6)  # of ior, within which its square is a float32; 1e6 reflects all light
SCALAR_RANGE = (-1e6, 1e6)  # of other numbers, whose fourth power is a float32
MAX_INTERNAL = 1.0 - 1e-6  # internal reflectance of a coat, whose difference to 1 is a divisor
MIN_ALPHA = 1e-3  # of a rough coat, as of other rough surfaces (`renderer.bsdfs.fetch`)


@dataclass
class BSDFRow:
    """Parameters of one BSDF before they are packed into rows."""

    kind: int
    distribution: int = GGX
    is_nonlinear: bool = False
    is_layered: bool = False
    table: int = 0
    ior: float = 1.5
    internal: float = 0.0
    reflectance: Spectrum = ONE
    specular: Spectrum = ONE
    transmittance: Spectrum = ONE
    sheen_color: Spectrum = ZERO
    eta: RGB = ZERO
    k: RGB = ONE
    scalars: dict[str, Scalar] = field(default_factory=dict)
    """Numbers of `SCALARS` by name; the others are 0."""
    weight: Scalar = 0.0
    materials: tuple[int, int] = (NO_INDEX, NO_INDEX)
    """Rows of the two materials of a blend."""


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

    def add_all(self, materials: Iterable[Material]) -> None:
        """Append the rows of materials, then those of materials in blends."""
        waiting = list(materials)
        for material in waiting:  # grows while it runs
            self.rows.append(self._rows(material, waiting))

    def _rows(self, material: Material, waiting: list[Material]) -> np.ndarray:
        """(MATERIAL_ROWS, 4) float32 rows; the parts of a blend are appended to `waiting`."""
        bsdf = self._bsdf_row(material.bsdf)
        parts: tuple[Material, ...] = ()
        if isinstance(material.bsdf, Blend):
            parts = (material.bsdf.first, material.bsdf.second)
        elif isinstance(material.bsdf, Sides):
            parts = (material.bsdf.front, material.bsdf.back)
        elif isinstance(material.bsdf, Coated):
            parts = (material.bsdf.inner,)
        if parts:
            bsdf.materials = (len(waiting), len(waiting) + len(parts) - 1)
            waiting += [_with_maps(part, material) for part in parts]
        rows = np.zeros((MATERIAL_ROWS, 4), np.float32)
        flags = TWO_SIDED_FLAG if material.is_two_sided else 0
        flags |= NONLINEAR_FLAG if bsdf.is_nonlinear else 0
        flags |= LAYERED_FLAG if bsdf.is_layered else 0
        flags |= BITANGENT_FLAG if material.has_fixed_bitangent else 0
        flags |= TANGENTS_FLAG if material.keeps_tangents_behind else 0
        normal_map = self.textures.add_optional(material.normal_map)
        bump_map = self.textures.add_scalar(material.bump)
        if normal_map >= 0 or bump_map >= 0 or _is_anisotropic(bsdf.scalars):
            flags |= ORIENTED_FLAG
        cutoff = material.opacity_cutoff
        for slot, integer in (
            (MaterialSlot.KIND, bsdf.kind),
            (MaterialSlot.FLAGS, flags),
            (MaterialSlot.DISTRIBUTION, bsdf.distribution),
            (MaterialSlot.COAT_TABLE, bsdf.table),
            (MaterialSlot.NORMAL_MAP, normal_map),
            (MaterialSlot.BUMP_MAP, bump_map),
            (MaterialSlot.FIRST, bsdf.materials[0]),
            (MaterialSlot.SECOND, bsdf.materials[1]),
            (MaterialSlot.COLOR_COUNT, len(COLORS) if bsdf.is_layered else READ[bsdf.kind][0]),
            (MaterialSlot.SCALAR_COUNT, len(SCALARS) if bsdf.is_layered else READ[bsdf.kind][1]),
        ):
            put_integers(rows, slot.at, integer)
        for slot, number in (
            (MaterialSlot.IOR, usable_index(bsdf.ior)),
            (MaterialSlot.INTERNAL_REFLECTANCE, bsdf.internal),
            (MaterialSlot.NORMAL_SCALE, material.normal_scale),
            (MaterialSlot.OPACITY_CUTOFF, NO_CUTOFF if cutoff is None else cutoff),
        ):
            rows[slot.at] = number
        rows[MaterialSlot.ETA.vector] = np.minimum(bsdf.eta, INDEX_RANGE[1])
        rows[MaterialSlot.K.vector] = np.minimum(bsdf.k, INDEX_RANGE[1])
        rows[MaterialSlot.ABSORPTION.vector] = material.absorption
        for index, name in enumerate(COLORS):
            color = getattr(bsdf, name)
            row = FIRST_COLOR_ROW + index
            rows[row, :3] = color if isinstance(color, tuple) else ONE
            put_integers(rows, (row, 3), self.textures.add_optional(color))
        for index, name in enumerate(SCALARS):
            at = (FIRST_SCALAR_ROW + index // 2, index % 2 * 2)
            self._put_scalar(rows, at, bsdf.scalars.get(name, 0.0))
        self._put_scalar(rows, MaterialSlot.OPACITY.at, material.opacity)
        self._put_scalar(rows, MaterialSlot.BLEND_WEIGHT.at, bsdf.weight)
        return rows

    def _put_scalar(self, rows: np.ndarray, at: tuple[int, int], value: Scalar) -> None:
        """Write a number, and its texture into the word after it."""
        low, high = SCALAR_RANGE
        rows[at] = min(max(value, low), high) if isinstance(value, (int, float)) else 1.0
        put_integers(rows, (at[0], at[1] + 1), self.textures.add_scalar(value))

    def coat_transmittance(self) -> np.ndarray:
        """(N * COAT_TABLE_SIZE,) float32 transmittance tables of N coats; ones without a coat."""
        tables = [coat.transmittance for coat in self.coats.values()]
        return np.concatenate(tables) if tables else np.ones(COAT_TABLE_SIZE, np.float32)

    def _bsdf_row(self, bsdf: BSDF) -> BSDFRow:
        if isinstance(bsdf, Diffuse):
            return BSDFRow(DIFFUSE, reflectance=bsdf.reflectance)
        if isinstance(bsdf, RoughDiffuse):
            scalars: dict[str, Scalar] = {"alpha_u": bsdf.sigma}
            return BSDFRow(ROUGH_DIFFUSE, reflectance=bsdf.reflectance, scalars=scalars)
        if isinstance(bsdf, Conductor):
            return _conductor_row(bsdf)
        if isinstance(bsdf, Dielectric):
            return _dielectric_row(bsdf)
        if isinstance(bsdf, Principled):
            return _principled_row(bsdf)
        if isinstance(bsdf, Blend):
            return BSDFRow(BLEND, weight=bsdf.weight)
        if isinstance(bsdf, Sides):
            return BSDFRow(SIDES)
        if isinstance(bsdf, Plastic):
            return self._plastic_row(bsdf)
        if isinstance(bsdf, Coated):
            return self._coated_row(bsdf)
        return _metallic_row(bsdf)

    def _plastic_row(self, bsdf: Plastic) -> BSDFRow:
        number, alpha = 0, _coat_width(bsdf.alpha)
        if alpha > 0:
            coat = self._coat(alpha, bsdf)
            number, internal = coat.number, coat.internal
        else:
            internal = smooth_internal_reflectance(usable_index(bsdf.ior))
        return BSDFRow(
            PLASTIC,
            distribution=DISTRIBUTIONS[bsdf.distribution],
            is_nonlinear=bsdf.is_nonlinear,
            table=number,
            scalars={"alpha_u": alpha, "alpha_v": alpha},
            ior=bsdf.ior,
            internal=min(internal, MAX_INTERNAL),
            reflectance=bsdf.diffuse_reflectance,
            specular=bsdf.specular_reflectance,
        )

    def _coated_row(self, bsdf: Coated) -> BSDFRow:
        alpha = _coat_width(bsdf.alpha)
        return BSDFRow(
            COATED,
            distribution=DISTRIBUTIONS[bsdf.distribution],
            table=self._coat(alpha, bsdf).number if alpha > 0 else 0,
            ior=bsdf.ior,
            internal=alpha,
            eta=bsdf.specular_reflectance,
            k=bsdf.absorption,
        )

    def _coat(self, alpha: float, bsdf: Plastic | Coated) -> Coat:
        """Integrals of a coat, cached by roughness, index and distribution."""
        key = (alpha, usable_index(bsdf.ior), bsdf.distribution)
        if key not in self.coats:
            self.coats[key] = Coat(
                len(self.coats), coat_transmittance_table(*key), rough_internal_reflectance(*key)
            )
        return self.coats[key]


def usable_index(ior: float) -> float:
    """Index of refraction within INDEX_RANGE."""
    return min(max(ior, INDEX_RANGE[0]), INDEX_RANGE[1])


def _coat_width(alpha: float) -> float:
    """Microfacet width of a coat: 0 if it is smooth, else at least MIN_ALPHA."""
    return max(alpha, MIN_ALPHA) if alpha > 0.0 else 0.0


def _with_maps(part: Material, whole: Material) -> Material:
    """A part of a composed material, with the whole's normal or bump map if it has none."""
    if part.normal_map is not None or part.bump is not None:
        return part
    return replace(
        part,
        normal_map=whole.normal_map,
        normal_scale=whole.normal_scale,
        bump=whole.bump,
        has_fixed_bitangent=whole.has_fixed_bitangent,
        keeps_tangents_behind=whole.keeps_tangents_behind,
    )


def _widths(bsdf: Conductor | Dielectric) -> dict[str, Scalar]:
    """Microfacet widths along u and v."""
    return {"alpha_u": bsdf.alpha, "alpha_v": bsdf.alpha if bsdf.alpha_v is None else bsdf.alpha_v}


def _is_anisotropic(scalars: dict[str, Scalar]) -> bool:
    """Whether the BSDF may depend on the direction of the surface's texture coordinates."""
    along, across = scalars.get("alpha_u"), scalars.get("alpha_v")
    if across is not None and along is not across:
        are_numbers = isinstance(along, (int, float)) and isinstance(across, (int, float))
        return not are_numbers or along != across
    strength = scalars.get("anisotropic", 0.0)
    return not isinstance(strength, (int, float)) or strength != 0.0


def _is_rough(bsdf: Conductor | Dielectric) -> bool:
    """Whether either width is a texture or above 0."""
    widths = _widths(bsdf).values()
    return any(not isinstance(width, (int, float)) or width > 0.0 for width in widths)


def _conductor_row(bsdf: Conductor) -> BSDFRow:
    """Mirror or rough metal."""
    return BSDFRow(
        ROUGH_CONDUCTOR if _is_rough(bsdf) else CONDUCTOR,
        distribution=DISTRIBUTIONS[bsdf.distribution],
        scalars=_widths(bsdf),
        reflectance=bsdf.specular_reflectance,
        eta=bsdf.eta,
        k=bsdf.k,
    )


def _dielectric_row(bsdf: Dielectric) -> BSDFRow:
    """Solid, thin or rough glass."""
    is_rough = _is_rough(bsdf)
    kind = THIN_DIELECTRIC if bsdf.is_thin else DIELECTRIC
    return BSDFRow(
        ROUGH_DIELECTRIC if is_rough else kind,
        distribution=DISTRIBUTIONS[bsdf.distribution],
        scalars=_widths(bsdf),
        # With equal indices on both sides, refraction has no half vector.
        ior=bsdf.ior if not is_rough or abs(bsdf.ior - 1) > MIN_CONTRAST else 1 + MIN_CONTRAST,
        specular=bsdf.specular_reflectance,
        transmittance=bsdf.specular_transmittance,
    )


def _metallic_row(bsdf: MetallicRoughness) -> BSDFRow:
    """Metallic-roughness model of glTF."""
    return BSDFRow(
        METALLIC_ROUGHNESS,
        is_layered=bsdf.is_layered,
        ior=bsdf.ior,
        reflectance=bsdf.base_color,
        specular=bsdf.specular_color,
        transmittance=bsdf.diffuse_transmission_color,
        sheen_color=bsdf.sheen_color,
        scalars={
            "metallic": bsdf.metallic,
            "roughness": bsdf.roughness,
            "transmission": bsdf.transmission,
            "anisotropic": bsdf.anisotropy,
            "clearcoat": bsdf.clearcoat,
            "clearcoat_roughness": bsdf.clearcoat_roughness,
            "sheen": bsdf.sheen_roughness,
            "diffuse_transmission": bsdf.diffuse_transmission,
            "specular_weight": bsdf.specular,
            "rotation": bsdf.anisotropy_rotation,
        },
    )


def _principled_row(bsdf: Principled) -> BSDFRow:
    """Disney's BSDF, solid or thin."""
    return BSDFRow(
        PRINCIPLED_THIN if bsdf.is_thin else PRINCIPLED,
        # With equal indices on both sides, refraction has no half vector.
        ior=bsdf.ior if abs(bsdf.ior - 1) > MIN_CONTRAST else 1 + MIN_CONTRAST,
        reflectance=bsdf.base_color,
        scalars={
            "metallic": bsdf.metallic,
            "roughness": bsdf.roughness,
            "transmission": bsdf.spec_trans,
            "anisotropic": bsdf.anisotropic,
            "clearcoat": bsdf.clearcoat,
            "sheen": bsdf.sheen,
            "diffuse_transmission": bsdf.diff_trans,
            "spec_tint": bsdf.spec_tint,
            "sheen_tint": bsdf.sheen_tint,
            "clearcoat_gloss": bsdf.clearcoat_gloss,
            "flatness": bsdf.flatness,
        },
    )
