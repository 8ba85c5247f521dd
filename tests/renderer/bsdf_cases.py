"""BSDFs and directions shared by all BSDF tests.

Host code.
"""

from __future__ import annotations

import functools

import numpy as np

from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Distribution
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
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
        (0.0, 0.5, 0.7), (0.0, 0.5, 1.0),
    ):  # fmt: skip
        name = f"metallic {metallic} rough {roughness} transmits {transmission}"
        cases[name] = Material(
            MetallicRoughness(BLUE, metallic, roughness, transmission=transmission)
        )
    return cases


CASES = _named()
WHITE_CASES = {
    "diffuse": Material(Diffuse(WHITE)),
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
    "metallic transmits": Material(MetallicRoughness(WHITE, 0.0, 0.5, transmission=0.6)),
}
NAMES = list(CASES)
ROUGH_NAMES = [
    name for name in NAMES if name not in ("mirror", "gold", "glass", "tinted glass", "pane")
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
