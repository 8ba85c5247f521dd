"""Elementary materials of pbrt files, with pbrt's default parameters.

Host code. `mix` and `interface` are in `scenes.pbrt.materials`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scenes.model.materials import BSDF
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.support import Supported
from scenes.model.textures import RGB
from scenes.model.textures import Spectrum
from scenes.pbrt.baking import mapped_number
from scenes.pbrt.baking import mean_color
from scenes.pbrt.baking import rgb_of
from scenes.pbrt.layers import effective_base
from scenes.pbrt.parser.element import Element
from scenes.pbrt.roughness import width_of
from scenes.pbrt.roughness import widths_of
from scenes.pbrt.spectra import METALS
from scenes.pbrt.spectra import ColorKind
from scenes.pbrt.texture_values import scaled
from scenes.pbrt.textures import Textures

WHITE: RGB = (1.0, 1.0, 1.0)
GREY: RGB = (0.5, 0.5, 0.5)
QUARTER: RGB = (0.25, 0.25, 0.25)
BROWN: RGB = (0.17, 0.1, 0.06)
"""Stand-in for hair without a colour."""
DEFAULT_INDEX = 1.5
BRIGHTEST = 0.9999
"""Largest reflectance of a conductor, as in pbrt."""


def bsdf_of(element: Element, textures: Textures) -> BSDF | None:
    """BSDF of a material, or None if its type is not in `BUILDERS`.

    Raises:
        UnusablePart: an invalid parameter.
    """
    found = BUILDERS.get(element.kind)
    return None if found is None else found.build(element, textures)


def _diffuse(element: Element, textures: Textures) -> Diffuse:
    return Diffuse(textures.spectrum(element, "reflectance", GREY))


def _coated_diffuse(element: Element, textures: Textures) -> Plastic:
    _note_layer(element, textures)
    ior = _index(element, textures, "eta", DEFAULT_INDEX)
    base = textures.spectrum(element, "reflectance", GREY)
    return Plastic(
        diffuse_reflectance=effective_base(element, base, ior),
        ior=ior,
        alpha=width_of(element, textures),
        is_nonlinear=True,
    )


def _conductor(element: Element, textures: Textures) -> Conductor:
    eta, k, factor = _conductor_index(element, textures)
    along_u, along_v = widths_of(element, textures)
    return Conductor(eta, k, factor, along_u, along_v)


def _coated_conductor(element: Element, textures: Textures) -> MetallicRoughness:
    """glTF metal under glTF's clearcoat, of the same reflectance at normal incidence."""
    _note_layer(element, textures)
    eta, k, factor = _conductor_index(element, textures, "conductor.")
    index = _index(element, textures, "interface.eta", DEFAULT_INDEX)
    if index != DEFAULT_INDEX:
        element.note(f"interface.eta: {index:g} is not supported, {DEFAULT_INDEX:g} is used")
    element.note("shown as glTF metal with clearcoat, up to 15 % too bright where it is rough")
    relative = (np.array(eta) + 1j * np.array(k)) / DEFAULT_INDEX
    metal = np.abs((relative - 1.0) / (relative + 1.0)) ** 2
    metal *= math.exp(-2.0 * element.number("thickness", 0.01))
    coat = ((DEFAULT_INDEX - 1.0) / (DEFAULT_INDEX + 1.0)) ** 2
    base = (1.0 - coat) * metal / (1.0 - coat * metal)  # with all reflections between the two
    roughness = mapped_number(width_of(element, textures, "conductor."), np.sqrt)
    coat_roughness = mapped_number(width_of(element, textures, "interface."), np.sqrt)
    return MetallicRoughness(
        base_color=scaled(factor, rgb_of(base)),
        roughness=roughness or 0.0,
        clearcoat=1.0,
        clearcoat_roughness=coat_roughness or 0.0,
    )


def _dielectric(element: Element, textures: Textures) -> Dielectric:
    along_u, along_v = widths_of(element, textures)
    ior = _index(element, textures, "eta", DEFAULT_INDEX)
    return Dielectric(ior, alpha=along_u, alpha_v=along_v)


def _thin_dielectric(element: Element, textures: Textures) -> Dielectric:
    return Dielectric(_index(element, textures, "eta", DEFAULT_INDEX), is_thin=True)


def _diffuse_transmission(element: Element, textures: Textures) -> MetallicRoughness:
    """Lambertian reflection R / pi and transmission T / pi, exactly: glTF without its F0.

    glTF reflects (1 - t) * base and transmits t * color; t is the share of T in R + T.
    """
    factor = (element.number("scale", 1.0),) * 3
    reflected = scaled(textures.spectrum(element, "reflectance", QUARTER), factor)
    transmitted = scaled(textures.spectrum(element, "transmittance", QUARTER), factor)
    amounts = [max(mean_color(value)) for value in (reflected, transmitted)]
    share = amounts[1] / sum(amounts) if sum(amounts) > 0.0 else 0.5
    share = min(max(share, 1e-3), 1.0 - 1e-3)
    return MetallicRoughness(
        base_color=scaled(reflected, (1.0 / (1.0 - share),) * 3),
        metallic=0.0,
        ior=1.0,
        specular=0.0,
        diffuse_transmission=share,
        diffuse_transmission_color=scaled(transmitted, (1.0 / share,) * 3),
    )


# ---- Stand-ins ---------------------------------------------------------------------------------


def _hair(element: Element, textures: Textures) -> Diffuse:
    _use_all(element)
    element.note("hair is not supported, a diffuse surface is used")
    has_color = element.find("reflectance") is not None
    name = "reflectance" if has_color else "color"
    return Diffuse(textures.spectrum(element, name, BROWN))


def _measured(element: Element, textures: Textures) -> Diffuse:
    _use_all(element)
    element.note("measured BSDFs are not supported, grey is used")
    return Diffuse()


def _subsurface(element: Element, textures: Textures) -> Plastic:
    """Coated diffuse surface of the reflectance that the medium has by diffusion theory."""
    color = textures.constant(element, "reflectance", WHITE)
    if element.find("reflectance") is None:
        color = _diffusion_reflectance(element, textures)
    ior, alpha = _index(element, textures, "eta", 1.33), width_of(element, textures)
    _use_all(element)
    element.note("subsurface scattering is not supported, a coated diffuse surface is used")
    return Plastic(diffuse_reflectance=color, ior=ior, alpha=alpha)


def _diffusion_reflectance(element: Element, textures: Textures) -> RGB:
    """Diffuse reflectance of a medium (Jensen et al. 2001, eq. 15, for equal indices)."""
    if element.find("name") is not None:
        return (0.8, 0.8, 0.8)
    kind = ColorKind.UNBOUNDED
    absorbed = np.array(textures.constant(element, "sigma_a", (0.0011, 0.0024, 0.014), kind))
    scattered = np.array(textures.constant(element, "sigma_s", (2.55, 3.21, 3.77), kind))
    scattered = scattered * (1.0 - element.number("g", 0.0))
    albedo = scattered / np.maximum(scattered + absorbed, 1e-30)
    root = np.sqrt(3.0 * (1.0 - albedo))
    rgb = albedo / 2.0 * (1.0 + np.exp(-4.0 / 3.0 * root)) * np.exp(-root)
    return rgb_of(rgb)


def _use_all(element: Element) -> None:
    """Mark all parameters as used: one note says that they have no effect."""
    for name in element.statement.parameters:
        element.find(name)


# ---- Parts -------------------------------------------------------------------------------------


def _conductor_index(
    element: Element, textures: Textures, prefix: str = ""
) -> tuple[RGB, RGB, Spectrum]:
    """(eta, k, factor on the reflectance); copper by default.

    pbrt turns `reflectance` r into eta = 1, k = 2 sqrt(r / (1 - r)). A texture becomes the factor
    of a perfect mirror.
    """
    reflectance = textures.spectrum(element, "reflectance", WHITE)
    if element.find("reflectance") is not None:
        if not isinstance(reflectance, tuple):
            element.note("reflectance: a textured metal does not become white at grazing angles")
            return (0.0, 0.0, 0.0), WHITE, reflectance
        value = np.clip(reflectance, 0.0, BRIGHTEST)
        k = 2.0 * np.sqrt(value) / np.sqrt(1.0 - value)
        return WHITE, rgb_of(k), WHITE
    eta, k = METALS["Cu"]
    return (
        textures.constant(element, f"{prefix}eta", eta, ColorKind.UNBOUNDED),
        textures.constant(element, f"{prefix}k", k, ColorKind.UNBOUNDED),
        WHITE,
    )


def _index(element: Element, textures: Textures, name: str, default: float) -> float:
    """Index of refraction; of a spectrum that of green, without dispersion."""
    color = textures.constant(element, name, (default,) * 3, ColorKind.UNBOUNDED)
    found = element.find(name)
    if found is not None and found.kind == "spectrum":
        element.note(f"{name}: all colours refract alike (no dispersion)")
    if color[1] <= 0.0:
        raise element.unusable(f"{name}: not positive {color[1]:g}")
    return color[1]


def _note_layer(element: Element, textures: Textures) -> None:
    """Parameters of pbrt's layers: those of its random walk change no image."""
    for name in ("maxdepth", "nsamples", "g"):
        element.find(name)
    if max(textures.constant(element, "albedo", (0.0, 0.0, 0.0))) > 0.0:
        element.note("albedo: a scattering medium between the layers is not supported")


BUILDERS: dict[str, Supported[Callable[[Element, Textures], BSDF]]] = {
    "diffuse": Supported(_diffuse),
    "conductor": Supported(_conductor, "constant eta and k; a textured `reflectance` is noted"),
    "dielectric": Supported(_dielectric, "no dispersion, with a note"),
    "thindielectric": Supported(_thin_dielectric, "no dispersion, with a note"),
    "diffusetransmission": Supported(_diffuse_transmission),
    "coateddiffuse": Supported(_coated_diffuse, "constant, isotropic roughness; no `albedo`"),
    "coatedconductor": Supported(_coated_conductor, "as glTF's clearcoat, with a note"),
    "subsurface": Supported(_subsurface, "as coateddiffuse, with a note"),
    "hair": Supported(_hair, "as diffuse, with a note"),
    "measured": Supported(_measured, "grey, with a note"),
}
"""Elementary materials by type."""
