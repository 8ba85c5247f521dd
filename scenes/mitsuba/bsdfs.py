"""Elementary BSDFs of Mitsuba files, with the default parameters that Mitsuba documents.

Host code. BSDFs that modify another one (twosided, mask, ...) are in `scenes.mitsuba.materials`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.mitsuba.values import ColorKind
from scenes.model.materials import BSDF
from scenes.model.materials import RGB
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Distribution
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.optics.indices import DIELECTRICS
from scenes.optics.indices import METALS
from scenes.optics.indices import metal_index

DEFAULT_ALPHA = 0.1
WHITE = (1.0, 1.0, 1.0)
GREY = (0.5, 0.5, 0.5)
GLASS_TRANSMISSION = 0.5
"""`spec_trans` above which a principled BSDF becomes glass (`Dielectric`)."""


def bsdf_of(plugin: Plugin, textures: TextureReader) -> BSDF | None:
    """Elementary BSDF of a plugin, or None if its type is not in `BUILDERS`."""
    build = BUILDERS.get(plugin.kind)
    return None if build is None else build(plugin, textures)


def _diffuse(plugin: Plugin, textures: TextureReader) -> Diffuse:
    return Diffuse(textures.spectrum(plugin, "reflectance", GREY))


def _conductor(plugin: Plugin, textures: TextureReader) -> Conductor:
    name = plugin.text("material", "Cu" if plugin.document.is_version_0 else "none")
    found = metal_index(name)
    if plugin.find("eta") is None and found is None:
        known = ", ".join(METALS)
        raise plugin.error(f"material: unknown {name!r}; known are {known}, or give eta and k")
    eta, k = found or METALS["none"]
    outside = _index(plugin, "ext_eta", 1.0)
    is_rough = plugin.kind == "roughconductor"
    return Conductor(
        eta=_divided(textures.constant(plugin, "eta", eta, ColorKind.INDEX), outside),
        k=_divided(textures.constant(plugin, "k", k, ColorKind.INDEX), outside),
        specular_reflectance=textures.spectrum(plugin, "specular_reflectance", WHITE),
        alpha=_alpha(plugin, textures) if is_rough else 0.0,
        distribution=_distribution(plugin),
    )


def _dielectric(plugin: Plugin, textures: TextureReader) -> Dielectric:
    return Dielectric(
        ior=_relative_index(plugin, "bk7"),
        specular_reflectance=textures.constant(plugin, "specular_reflectance", WHITE),
        specular_transmittance=textures.constant(plugin, "specular_transmittance", WHITE),
        alpha=_alpha(plugin, textures) if plugin.kind == "roughdielectric" else 0.0,
        distribution=_distribution(plugin),
        is_thin=plugin.kind == "thindielectric",
    )


def _plastic(plugin: Plugin, textures: TextureReader) -> Plastic:
    return Plastic(
        diffuse_reflectance=textures.spectrum(plugin, "diffuse_reflectance", GREY),
        specular_reflectance=textures.constant(plugin, "specular_reflectance", WHITE),
        ior=_relative_index(plugin, "polypropylene"),
        alpha=_alpha(plugin, textures) if plugin.kind == "roughplastic" else 0.0,
        distribution=_distribution(plugin),
        is_nonlinear=plugin.flag("nonlinear", False),
    )


def _principled(plugin: Plugin, textures: TextureReader) -> BSDF:
    """Disney's principled BSDF without clear coat, sheen, anisotropy, tints and flatness."""
    base = textures.spectrum(plugin, "base_color", GREY)
    roughness = textures.scalar(plugin, "roughness", 0.5)
    metallic = textures.scalar(plugin, "metallic", 0.0)
    transmission = textures.scalar(plugin, "spec_trans", 0.0)
    if plugin.find("eta") is not None or plugin.find("specular") is None:
        ior = _index(plugin, "eta", 1.5)
    else:
        # Disney's specular is F0 / 0.08 (Burley 2012).
        root = np.sqrt(0.08 * min(max(plugin.number("specular", 0.5), 0.0), 1.0))
        ior = float((1.0 + root) / (1.0 - root))
    is_thin = plugin.kind == "principledthin"
    if transmission > GLASS_TRANSMISSION and metallic <= 0.5 and not is_thin:
        color = base if isinstance(base, tuple) else textures.constant(plugin, "base_color", GREY)
        return Dielectric(
            ior=ior,
            specular_transmittance=tuple(np.sqrt(color).tolist()),
            alpha=roughness**2,
        )
    fraction = transmission if is_thin or transmission <= GLASS_TRANSMISSION else 0.0
    return MetallicRoughness(base, metallic, roughness, ior=ior, transmission=fraction)


def _alpha(plugin: Plugin, textures: TextureReader) -> float:
    """Microfacet width; different widths along u and v are averaged, with a note."""
    if plugin.find("alpha_u", "alpha_v") is None:
        return _width(plugin, textures.scalar(plugin, "alpha", DEFAULT_ALPHA))
    along_u = textures.scalar(plugin, "alpha_u", DEFAULT_ALPHA)
    along_v = textures.scalar(plugin, "alpha_v", DEFAULT_ALPHA)
    if along_u != along_v:
        plugin.note("anisotropy is not supported, alpha_u and alpha_v are averaged")
    return _width(plugin, (along_u + along_v) / 2.0)


def _width(plugin: Plugin, alpha: float) -> float:
    if alpha < 0.0:
        raise plugin.error(f"alpha: negative {alpha:g}")
    return min(alpha, 1.0)


def _distribution(plugin: Plugin) -> Distribution:
    name = plugin.text("distribution", "beckmann").lower()
    plugin.find("sample_visible")
    if name in ("phong", "as"):
        plugin.note(f"distribution {name!r} is not supported, Beckmann's is used")
        return Distribution.BECKMANN
    if name not in ("beckmann", "ggx"):
        raise plugin.error(f"distribution: unknown {name!r}")
    return Distribution(name)


def _divided(color: RGB, divisor: float) -> RGB:
    return (color[0] / divisor, color[1] / divisor, color[2] / divisor)


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


BUILDERS: dict[str, Callable[[Plugin, TextureReader], BSDF]] = {
    "diffuse": _diffuse,
    "conductor": _conductor,
    "roughconductor": _conductor,
    "dielectric": _dielectric,
    "thindielectric": _dielectric,
    "roughdielectric": _dielectric,
    "plastic": _plastic,
    "roughplastic": _plastic,
    "principled": _principled,
    "principledthin": _principled,
}
"""Builder of each elementary BSDF, by plugin type."""
