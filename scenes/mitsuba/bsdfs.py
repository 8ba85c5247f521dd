"""Elementary BSDFs of Mitsuba files, with the default parameters that Mitsuba documents.

Host code. BSDFs that modify another one (twosided, mask, ...) are in `scenes.mitsuba.materials`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.mitsuba.values import ColorKind
from scenes.model.materials import BSDF
from scenes.model.materials import Coated
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Distribution
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from scenes.model.materials import Principled
from scenes.model.materials import RoughDiffuse
from scenes.model.support import Supported
from scenes.model.textures import RGB
from scenes.model.textures import Scalar
from scenes.model.textures import Spectrum
from scenes.optics.indices import DIELECTRICS
from scenes.optics.indices import METALS
from scenes.optics.indices import metal_index

DEFAULT_ALPHA = 0.1
MAX_FITTED_INDEX = 2.2
"""Above it Mitsuba 3.9.1's fit of a smooth coat's internal reflectance is 1 % of the base off."""
WHITE = (1.0, 1.0, 1.0)
GREY = (0.5, 0.5, 0.5)
SAMPLING_RATES = (
    "main_specular_sampling_rate",
    "clearcoat_sampling_rate",
    "diffuse_reflectance_sampling_rate",
    "diffuse_transmittance_sampling_rate",
    "specular_reflectance_sampling_rate",
    "specular_transmittance_sampling_rate",
)
"""Parameters of Mitsuba's sampling, which change no picture."""
AnyScalar = TypeVar("AnyScalar", float, Scalar)


def bsdf_of(plugin: Plugin, textures: TextureReader) -> BSDF | None:
    """Elementary BSDF of a plugin, or None if its type is not in `BUILDERS`."""
    found = BUILDERS.get(plugin.kind)
    return None if found is None else found.build(plugin, textures)


def _diffuse(plugin: Plugin, textures: TextureReader) -> Diffuse:
    return Diffuse(_diffuse_reflectance(plugin, textures))


def _rough_diffuse(plugin: Plugin, textures: TextureReader) -> RoughDiffuse:
    """Oren and Nayar's model; `alpha` is the width of a Beckmann distribution."""
    plugin.find("use_fast_approx")
    sigma = textures.number(plugin, "alpha", 0.2) / math.sqrt(2.0)
    return RoughDiffuse(_diffuse_reflectance(plugin, textures), sigma)


def _diffuse_reflectance(plugin: Plugin, textures: TextureReader) -> Spectrum:
    """The reflectance, which version 0.x also calls diffuseReflectance."""
    is_old = plugin.find("diffuse_reflectance") is not None
    return textures.spectrum(plugin, "diffuse_reflectance" if is_old else "reflectance", GREY)


def _conductor(plugin: Plugin, textures: TextureReader) -> Conductor:
    name = plugin.text("material", "Cu" if plugin.document.is_version_0 else "none")
    found = metal_index(name)
    if plugin.find("eta") is None and found is None:
        known = ", ".join(METALS)
        raise plugin.error(f"material: unknown {name!r}; known are {known}, or give eta and k")
    eta, k = found or METALS["none"]
    outside = _index(plugin, "ext_eta", 1.0)
    along_u, along_v = _widths(plugin, textures, plugin.kind == "roughconductor")
    return Conductor(
        eta=_times(textures.constant(plugin, "eta", eta, ColorKind.INDEX), 1.0 / outside),
        k=_times(textures.constant(plugin, "k", k, ColorKind.INDEX), 1.0 / outside),
        specular_reflectance=textures.spectrum(plugin, "specular_reflectance", WHITE),
        alpha=along_u,
        alpha_v=along_v,
        distribution=_distribution(plugin),
    )


def _dielectric(plugin: Plugin, textures: TextureReader) -> Dielectric:
    along_u, along_v = _widths(plugin, textures, plugin.kind == "roughdielectric")
    return Dielectric(
        ior=_relative_index(plugin, "bk7"),
        specular_reflectance=textures.spectrum(plugin, "specular_reflectance", WHITE),
        specular_transmittance=textures.spectrum(plugin, "specular_transmittance", WHITE),
        alpha=along_u,
        alpha_v=along_v,
        distribution=_distribution(plugin),
        is_thin=plugin.kind == "thindielectric",
    )


def _plastic(plugin: Plugin, textures: TextureReader) -> Plastic:
    is_rough = plugin.kind in ("roughplastic", "pplastic")
    width = textures.number(plugin, "alpha", DEFAULT_ALPHA) if is_rough else 0.0
    if plugin.find("alpha_u", "alpha_v") is not None:
        plugin.note("anisotropy is not supported, alpha_u and alpha_v are averaged")
        width = sum(textures.number(plugin, f"alpha_{axis}", DEFAULT_ALPHA) for axis in "uv") / 2.0
    if plugin.kind == "pplastic":
        plugin.note("polarisation is not supported, roughplastic is used")
    ior = _relative_index(plugin, "polypropylene")
    if plugin.kind == "plastic" and ior > MAX_FITTED_INDEX:
        plugin.note(
            f"Mitsuba 3.9.1's fit of the light inside a coat of index {ior:.3g} creates light; "
            "it is integrated here, which makes the base darker"
        )
    return Plastic(
        diffuse_reflectance=textures.spectrum(plugin, "diffuse_reflectance", GREY),
        specular_reflectance=textures.spectrum(plugin, "specular_reflectance", WHITE),
        ior=ior,
        alpha=_checked_width(plugin, width),
        distribution=_distribution(plugin),
        is_nonlinear=plugin.flag("nonlinear", False),
    )


def _principled(plugin: Plugin, textures: TextureReader) -> Principled:
    """Disney's principled BSDF, solid or thin."""
    if plugin.find("eta") is not None or plugin.find("specular") is None:
        ior = _index(plugin, "eta", 1.5)
    else:
        # Disney's specular is F0 / 0.08 (Burley 2012).
        fraction = min(max(textures.number(plugin, "specular", 0.5), 0.0), 1.0)
        root = np.sqrt(0.08 * fraction)
        ior = float((1.0 + root) / (1.0 - root))
    defaults = {
        "roughness": 0.5,
        "anisotropic": 0.0,
        "metallic": 0.0,
        "spec_trans": 0.0,
        "spec_tint": 0.0,
        "sheen": 0.0,
        "sheen_tint": 0.0,
        "clearcoat": 0.0,
        "clearcoat_gloss": 0.0,
        "flatness": 0.0,
        "diff_trans": 0.0,
    }
    for name in SAMPLING_RATES:
        plugin.find(name)
    return Principled(
        base_color=textures.spectrum(plugin, "base_color", GREY),
        ior=ior,
        is_thin=plugin.kind == "principledthin",
        **{name: textures.scalar(plugin, name, value) for name, value in defaults.items()},
    )


def coating_over(inner: Material, plugin: Plugin, textures: TextureReader) -> Coated:
    """`coating` or `roughcoating` of version 0.x over a material."""
    is_rough = plugin.kind == "roughcoating"
    width = textures.number(plugin, "alpha", DEFAULT_ALPHA) if is_rough else 0.0
    thickness = plugin.number("thickness", 1.0)
    absorption = textures.constant(plugin, "sigma_a", (0.0, 0.0, 0.0), ColorKind.INDEX)
    if thickness < 0.0 or min(absorption) < 0.0:
        raise plugin.error("negative thickness or absorption")
    plugin.find("specular_sampling_weight")
    return Coated(
        inner,
        ior=_relative_index(plugin, "bk7"),
        alpha=_checked_width(plugin, width),
        distribution=_distribution(plugin),
        specular_reflectance=textures.constant(
            plugin, "specular_reflectance", WHITE, ColorKind.REFLECTANCE
        ),
        absorption=_times(absorption, thickness),
    )


def _widths(plugin: Plugin, textures: TextureReader, is_rough: bool) -> tuple[Scalar, Scalar]:
    """Microfacet widths along u and v, 0 for a smooth surface."""
    if not is_rough:
        return 0.0, 0.0
    if plugin.find("alpha_u", "alpha_v") is None:
        width = _checked_width(plugin, textures.scalar(plugin, "alpha", DEFAULT_ALPHA))
        return width, width
    along_u = _checked_width(plugin, textures.scalar(plugin, "alpha_u", DEFAULT_ALPHA))
    return along_u, _checked_width(plugin, textures.scalar(plugin, "alpha_v", DEFAULT_ALPHA))


def _checked_width(plugin: Plugin, alpha: AnyScalar) -> AnyScalar:
    if isinstance(alpha, (int, float)):
        if alpha < 0.0:
            raise plugin.error(f"alpha: negative {alpha:g}")
        return min(alpha, 1.0)
    return alpha


def _distribution(plugin: Plugin) -> Distribution:
    name = plugin.text("distribution", "beckmann").lower()
    plugin.find("sample_visible")
    if name in ("phong", "as"):
        plugin.note(f"distribution {name!r} is not supported, Beckmann's is used")
        return Distribution.BECKMANN
    if name not in ("beckmann", "ggx"):
        raise plugin.error(f"distribution: unknown {name!r}")
    return Distribution(name)


def _times(color: RGB, factor: float) -> RGB:
    return (color[0] * factor, color[1] * factor, color[2] * factor)


def _relative_index(plugin: Plugin, inside: str) -> float:
    return _index(plugin, "int_ior", DIELECTRICS[inside]) / _index(
        plugin, "ext_ior", DIELECTRICS["air"]
    )


def _index(plugin: Plugin, name: str, default: float) -> float:
    """Index of refraction, by number or by name."""
    found = plugin.find(name)
    if found is None:
        return default
    text = found.get("value", "").strip().lower()
    value = DIELECTRICS.get(text)
    if value is None:
        if found.tag == "string" and not text[:1].isdigit():
            raise plugin.error(
                f"{name}: unknown material {text!r}; known: {', '.join(DIELECTRICS)}"
            )
        value = plugin.to_number(text, name)
    if value <= 0.0:
        raise plugin.error(f"{name}: not positive {value:g}")
    return value


PRINCIPLED = Supported(_principled, "the published model, which may reflect more than it receives")
BUILDERS: dict[str, Supported[Callable[[Plugin, TextureReader], BSDF]]] = {
    "diffuse": Supported(_diffuse),
    "roughdiffuse": Supported(_rough_diffuse, "always the full model"),
    "conductor": Supported(_conductor, "constant eta and k"),
    "roughconductor": Supported(_conductor, "constant eta and k"),
    "dielectric": Supported(_dielectric),
    "thindielectric": Supported(_dielectric),
    "roughdielectric": Supported(_dielectric),
    "plastic": Supported(_plastic),
    "roughplastic": Supported(_plastic, "constant, isotropic roughness"),
    "pplastic": Supported(_plastic, "as roughplastic, with a note"),
    "principled": PRINCIPLED,
    "principledthin": PRINCIPLED,
}
"""Elementary BSDFs by plugin type."""
