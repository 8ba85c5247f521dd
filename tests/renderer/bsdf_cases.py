"""BSDFs and directions shared by all BSDF tests.

Host code.
"""

from __future__ import annotations

import functools

import numpy as np

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
from tests.renderer.probe_bsdf import BsdfProbe

GGX, BECKMANN = Distribution.GGX, Distribution.BECKMANN
GOLD = {"eta": (0.143, 0.375, 1.442), "k": (3.983, 2.386, 1.603)}
BLUE = (0.1, 0.3, 0.8)
BLACK = (0.0, 0.0, 0.0)
WHITE = (1.0, 1.0, 1.0)


def _named() -> dict[str, Material]:
    """Materials by name: every BSDF, smooth and rough, one- and two-sided."""
    cases: dict[str, Material] = {
        "diffuse": Material(Diffuse(BLUE)),
        "diffuse rough": Material(RoughDiffuse(BLUE, 0.5)),
        "diffuse one-sided": Material(Diffuse(BLUE), is_two_sided=False),
        "mirror": Material(Conductor()),
        "gold": Material(Conductor(**GOLD)),
        "glass": Material(Dielectric(1.5)),
        "tinted glass": Material(Dielectric(1.3, (0.9, 0.8, 0.7), (0.5, 0.6, 0.7))),
        "pane": Material(Dielectric(1.5, is_thin=True)),
        "plastic": Material(Plastic(BLUE)),
        "plastic nonlinear": Material(Plastic(BLUE, is_nonlinear=True)),
        "plastic bare": Material(Plastic(BLUE, specular_reflectance=BLACK)),
    }
    for distribution in (GGX, BECKMANN):
        for alpha in (0.1, 0.5):
            end = f"{distribution.value} {alpha}"
            rough = {"alpha": alpha, "distribution": distribution}
            cases[f"gold {end}"] = Material(Conductor(**GOLD, **rough))
            cases[f"glass {end}"] = Material(Dielectric(1.5, **rough))
            cases[f"plastic {end}"] = Material(Plastic(BLUE, **rough))
    cases["plastic nonlinear ggx 0.3"] = Material(Plastic(BLUE, alpha=0.3, is_nonlinear=True))
    cases["coat ggx 0.3"] = Material(Plastic(BLACK, alpha=0.3))
    cases["gold one-sided ggx 0.3"] = Material(Conductor(**GOLD, alpha=0.3), is_two_sided=False)
    cases["dense glass ggx 0.3"] = Material(Dielectric(2.4, alpha=0.3))
    cases["bubble ggx 0.2"] = Material(Dielectric(1 / 1.33, alpha=0.2))
    for metallic, roughness, transmission in (
        (0.0, 0.3, 0.0), (0.0, 1.0, 0.0), (1.0, 0.4, 0.0), (0.5, 0.6, 0.0),
        (0.0, 0.5, 0.7), (0.0, 0.5, 1.0), (0.0, 0.0, 0.7),
    ):  # fmt: skip
        name = f"metallic {metallic} rough {roughness} transmits {transmission}"
        cases[name] = Material(
            MetallicRoughness(BLUE, metallic, roughness, transmission=transmission)
        )
    cases |= _principled() | _layered() | _coated() | SINGLE_LOBES | SPLIT_LOBES
    cases["plastic bare ggx 0.3"] = Material(
        Plastic(BLUE, alpha=0.3, specular_reflectance=BLACK),
    )
    along = {"alpha": 0.1, "alpha_v": 0.4}
    cases["gold stretched ggx"] = Material(Conductor(**GOLD, **along))
    cases["gold stretched beckmann"] = Material(Conductor(**GOLD, **along, distribution=BECKMANN))
    cases["glass stretched ggx"] = Material(Dielectric(1.5, **along))
    return cases


def _principled() -> dict[str, Material]:
    """Disney's BSDF: each lobe, solid and thin."""
    solid = {
        "default": Principled(BLUE),
        "metal": Principled(BLUE, metallic=0.7, roughness=0.3, anisotropic=0.6),
        "coat": Principled(BLUE, clearcoat=1.0, clearcoat_gloss=0.3, spec_tint=0.5),
        "cloth": Principled(BLUE, sheen=1.0, sheen_tint=0.5, flatness=0.6, roughness=0.8),
        "glass": Principled(BLUE, spec_trans=0.8, roughness=0.4, ior=1.4, metallic=0.1),
    }
    thin = {
        "sheet": Principled(BLUE, spec_trans=0.6, roughness=0.5, ior=1.33, is_thin=True),
        "leaf": Principled(BLUE, diff_trans=1.2, sheen=0.4, spec_trans=0.2, is_thin=True),
    }
    one_sided = {"is_two_sided": False}
    cases = {f"principled {k} one-sided": Material(v, **one_sided) for k, v in solid.items()}
    cases["principled glass"] = cases.pop("principled glass one-sided")
    return cases | {f"principled {name}": Material(bsdf) for name, bsdf in thin.items()}


def _coated() -> dict[str, Material]:
    """Smooth and rough coatings over opaque and transmitting BSDFs."""
    base = Material(Diffuse(BLUE))
    metal = Material(Conductor(**GOLD, alpha=0.3))
    return {
        "coated diffuse": Material(Coated(base, absorption=(0.2, 0.1, 0.0))),
        "coated diffuse ggx 0.3": Material(Coated(base, 1.8, alpha=0.3)),
        "coated gold beckmann 0.2": Material(
            Coated(metal, alpha=0.2, distribution=BECKMANN, specular_reflectance=BLUE)
        ),
        "coated diffuse thinner": Material(Coated(base, 1 / 1.33)),
        "coated clear": Material(Coated(Material(Dielectric(1.5, alpha=0.5)), alpha=0.1)),
    }


def _layered() -> dict[str, Material]:
    """Metallic-roughness with each layer of the Khronos extensions."""
    layers: dict[str, dict[str, object]] = {
        "coat": {"clearcoat": 0.8, "clearcoat_roughness": 0.3},
        "sheen": {"sheen_color": (0.9, 0.5, 0.2), "sheen_roughness": 0.6},
        "specular": {"specular": 0.5, "specular_color": (1.0, 0.4, 0.3), "ior": 1.8},
        "stretched": {"anisotropy": 0.8, "anisotropy_rotation": 0.7, "metallic": 1.0},
        "leaf": {"diffuse_transmission": 0.6, "diffuse_transmission_color": (0.3, 0.9, 0.2)},
        "all": {"metallic": 0.2, "transmission": 0.3, "clearcoat": 0.6, "clearcoat_roughness": 0.5}
        | {"sheen_color": (0.4, 0.5, 0.2), "sheen_roughness": 0.6, "diffuse_transmission": 0.4}
        | {"anisotropy": 0.6, "anisotropy_rotation": 0.7, "specular": 0.7},
    }
    basis = {"base_color": BLUE, "metallic": 0.0, "roughness": 0.5}
    return {
        f"layered {name}": Material(MetallicRoughness(**(basis | layer)))  # type: ignore[arg-type]
        for name, layer in layers.items()
    }


# An index of 1 removes the specular lobe of Disney's BSDF, a black base the diffuse one.
SINGLE_LOBES = {
    "principled lobe diffuse": Material(Principled(BLUE, ior=1.0, roughness=0.8)),
    "principled lobe flat": Material(Principled(BLUE, ior=1.0, roughness=0.8, flatness=1.0)),
    "principled lobe sheen": Material(Principled(BLACK, ior=1.0, sheen=1.0)),
    "principled lobe coat": Material(
        Principled(BLACK, ior=1.0, clearcoat=1.0, clearcoat_gloss=0.3),
    ),
    "principled lobe specular": Material(Principled(BLACK, anisotropic=0.6, spec_tint=0.5)),
    "principled lobe metal": Material(Principled(BLUE, metallic=1.0, roughness=0.6)),
    "layered lobe coat": Material(
        MetallicRoughness(BLACK, 0.0, specular=0.0, clearcoat=1.0, clearcoat_roughness=0.4),
    ),
    "layered lobe sheen": Material(
        MetallicRoughness(BLACK, 0.0, specular=0.0, sheen_color=WHITE, sheen_roughness=0.5),
    ),
    "layered lobe diffuse": Material(MetallicRoughness(BLUE, 0.0, specular=0.0)),
}
"""BSDFs of which one lobe has all of the sampling probability."""
SPLIT_LOBES = {
    "principled lobe glass": Material(Principled(BLUE, spec_trans=1.0, roughness=0.5, ior=1.4)),
    "principled lobe pane": Material(
        Principled(BLUE, spec_trans=1.0, roughness=0.6, anisotropic=0.4, ior=1.33, is_thin=True),
    ),
    "principled lobe leaf": Material(Principled(BLUE, diff_trans=0.6, sheen=0.4, is_thin=True)),
    "layered lobe sheet": Material(
        MetallicRoughness(
            BLUE, 0.0, 0.5, transmission=1.0, anisotropy=0.6, anisotropy_rotation=0.7
        ),
    ),
    "layered lobe leaf": Material(
        MetallicRoughness(BLUE, 0.0, specular=0.0, diffuse_transmission=0.3),
    ),
}
"""BSDFs of two lobes, on different sides of the surface."""
CASES = _named()
WHITE_CASES = {
    "diffuse": Material(Diffuse(WHITE)),
    "diffuse rough": Material(RoughDiffuse(WHITE, 0.5)),
    "mirror ggx 0.3": Material(Conductor(alpha=0.3)),
    "mirror beckmann 0.3": Material(Conductor(alpha=0.3, distribution=BECKMANN)),
    "glass": Material(Dielectric(1.5)),
    "glass ggx 0.3": Material(Dielectric(1.5, alpha=0.3)),
    "glass beckmann 0.6": Material(Dielectric(1.5, alpha=0.6, distribution=BECKMANN)),
    "pane": Material(Dielectric(1.5, is_thin=True)),
    "plastic": Material(Plastic(WHITE)),
    "plastic nonlinear": Material(Plastic(WHITE, is_nonlinear=True)),
    "plastic ggx 0.1": Material(Plastic(WHITE, alpha=0.1)),
    "plastic ggx 0.5": Material(Plastic(WHITE, alpha=0.5)),
    "plastic beckmann 0.3": Material(Plastic(WHITE, alpha=0.3, distribution=BECKMANN)),
    "metallic 0": Material(MetallicRoughness(WHITE, 0.0, 0.5)),
    "metallic 0 rough 0.1": Material(MetallicRoughness(WHITE, 0.0, 0.1)),
    "metallic 0 rough 1": Material(MetallicRoughness(WHITE, 0.0, 1.0)),
    "metallic 1": Material(MetallicRoughness(WHITE, 1.0, 0.3)),
    "metallic sheen": Material(
        MetallicRoughness(WHITE, 0.0, 0.5, sheen_color=WHITE, sheen_roughness=0.5)
    ),
    "metallic coat": Material(MetallicRoughness(WHITE, 0.0, 0.5, clearcoat=1.0)),
    "metallic leaf": Material(MetallicRoughness(WHITE, 0.0, 0.5, diffuse_transmission=0.5)),
    "coated mirror": Material(Coated(Material(Conductor()))),
    "coated diffuse": Material(Coated(Material(Diffuse(WHITE)))),
    "coated diffuse ggx 0.3": Material(Coated(Material(Diffuse(WHITE)), alpha=0.3)),
    "metallic stretched": Material(MetallicRoughness(WHITE, 1.0, 0.3, anisotropy=0.7)),
    "metallic all layers": Material(
        MetallicRoughness(
            WHITE, 0.2, 0.4, transmission=0.3, clearcoat=0.7, clearcoat_roughness=0.3,
            sheen_color=(0.5, 0.5, 0.5), sheen_roughness=0.5, anisotropy=0.5,
            diffuse_transmission=0.4,
        )  # fmt: skip
    ),
    "diffuse rough 1": Material(RoughDiffuse(WHITE, 1.0)),
    "principled metal": Material(Principled(WHITE, metallic=1.0, roughness=0.6)),
    "principled specular": Material(Principled(BLACK, roughness=0.3, spec_tint=0.5)),
    "principled pane": Material(Principled(WHITE, spec_trans=1.0, roughness=0.4, is_thin=True)),
    "glass principled": Material(Principled(WHITE, spec_trans=1.0, roughness=0.4)),
    "metallic transmits": Material(MetallicRoughness(WHITE, 0.0, 0.5, transmission=0.6)),
}
NAMES = list(CASES)
NARROW = "metallic 0.0 rough 0.0 transmits 0.7"  # its reflection is narrower than a grid's cells
ROUGH_NAMES = [
    name
    for name in NAMES
    if name not in ("mirror", "gold", "glass", "tinted glass", "pane", NARROW)
]
WHITE_NAMES = list(WHITE_CASES)


def _direction(theta: float, phi: float) -> np.ndarray:
    theta, phi = np.radians(theta), np.radians(phi)
    w = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    return np.array(w, np.float32)


DIRECTIONS = {
    "normal": _direction(0, 0),
    "slanted": _direction(40, 25),
    "low": _direction(75, 130),
    "grazing": _direction(87, 250),
    "below": _direction(130, 60),
    "below low": _direction(105, 300),
}


@functools.cache
def probe() -> BsdfProbe:
    """Cached probe of `CASES` followed by `WHITE_CASES`."""
    return BsdfProbe([*CASES.values(), *WHITE_CASES.values()])


def number(name: str) -> int:
    """Index in the probe of a case of `CASES`."""
    return NAMES.index(name)


def white_number(name: str) -> int:
    """Index in the probe of a case of `WHITE_CASES`."""
    return len(NAMES) + WHITE_NAMES.index(name)


def is_blocked(name: str, wi: np.ndarray) -> bool:
    """True if the BSDF is one-sided and `wi` is on its back side."""
    return "one-sided" in name and wi[2] < 0


def uniform(count: int, seed: int) -> np.ndarray:
    """(count, 3) float32 random numbers in [0, 1)."""
    return np.random.default_rng(seed).random((count, 3), np.float32)
