"""Radiance of Mitsuba's `sunsky` emitter, measured in Mitsuba's own Python environment.

    python measure.py OUTPUT.npz

A script without imports from this project. Everything is in the emitter's own space, z up, the sun
at azimuth 0; radiance is linear RGB, W m^-2 sr^-1 nm^-1. OUTPUT holds, float64:

- `elevations` (E,) of the sun in degrees, `directions` (E, K, 3), `turbidities` (T,), `albedos`
  (A,) and `sky` (T, A, E, K, 3), the sky's radiance on their grid;
- `sun` (10, N, 3): the sun's radiance times its solid angle at turbidities 1 to 10 and at the
  elevations `sun_elevations` (N,), where it has its kinks: between them it is linear;
- `held_*`: parameters at random, directions (M, K, 3) and radiance (M, K, 3), for checks.
"""

from __future__ import annotations

import sys

import drjit as dr
import mitsuba as mi
import numpy as np

NEAR_SUN = (0.0, 0.5, 1.0, 2.0, 4.0, 7.0, 11.0, 16.0, 25.0)  # degrees from the sun
NEAR_HORIZON = (0.3, 1.0, 2.5, 5.0, 8.0)  # degrees of elevation
SPHERE_COUNT = 160  # directions that cover the upper half
HELD_COUNT = 120
WIDE_APERTURE = 20.0
"""Degrees: the sun's power does not depend on its aperture, but single precision costs 0.2 % of it
at the default."""


def main() -> None:
    """Measure and write."""
    mi.set_variant("llvm_ad_rgb")
    result = {**measure_sky(), **measure_sun(), **measure_held_out()}
    np.savez_compressed(sys.argv[1], **result)  # type: ignore[arg-type]


def measure_sky() -> dict[str, np.ndarray]:
    """Radiance at half steps of turbidity, three albedos and twelve elevations."""
    # The model is a polynomial in the cube root of the elevation.
    root = np.array([0.02, 0.06, 0.15, 0.3, 0.45, 0.6, 0.7, 0.78, 0.86, 0.92, 0.96, 1.0])
    elevations = 90.0 * root**3
    directions = np.stack([grid(elevation) for elevation in elevations])
    turbidities, albedos = np.arange(1.0, 10.1, 0.5), np.array([0.0, 0.5, 1.0])
    sky = np.zeros((len(turbidities), len(albedos), *directions.shape))
    emitter = sunsky(30.0, sun_scale=0.0)
    parameters = mi.traverse(emitter)
    for t, turbidity in enumerate(turbidities):
        for a, albedo in enumerate(albedos):
            for e, elevation in enumerate(elevations):
                parameters["turbidity"] = float(turbidity)
                parameters["albedo.value"] = float(albedo)
                parameters["sun_direction"] = mi.Vector3f(towards(elevation))
                parameters.update()
                sky[t, a, e] = radiance(emitter, directions[e])
    return {
        "elevations": elevations,
        "directions": directions,
        "turbidities": turbidities,
        "albedos": albedos,
        "sky": sky,
    }


def measure_sun() -> dict[str, np.ndarray]:
    """Power of the sun per area of a plane that faces it."""
    elevations = np.arange(2.0, 90.0, 3.0)
    solid_angle = 2.0 * np.pi * (1.0 - np.cos(np.radians(WIDE_APERTURE / 2.0)))
    emitter = sunsky(30.0, sky_scale=0.0, sun_aperture=WIDE_APERTURE)
    parameters = mi.traverse(emitter)
    sun = np.zeros((10, len(elevations), 3))
    for t in range(10):
        for e, elevation in enumerate(elevations):
            parameters["turbidity"] = 1.0 + t
            parameters["sun_direction"] = mi.Vector3f(towards(elevation))
            parameters.update()
            sun[t, e] = solid_angle * radiance(emitter, np.array([towards(elevation)]))[0]
    return {"sun_elevations": elevations, "sun": sun}


def measure_held_out() -> dict[str, np.ndarray]:
    """Radiance at parameters and directions that the fit does not see."""
    random = np.random.default_rng(11)
    turbidities = random.uniform(1.0, 10.0, HELD_COUNT)
    albedos = random.uniform(0.0, 1.0, (HELD_COUNT, 3))
    elevations = 90.0 * random.uniform(0.02, 1.0, HELD_COUNT) ** 2
    directions = random.normal(size=(HELD_COUNT, 300, 3))
    directions /= np.linalg.norm(directions, axis=2, keepdims=True)
    directions[..., 2] = np.abs(directions[..., 2])
    found = np.zeros(directions.shape)
    for i in range(HELD_COUNT):
        albedo = {"type": "rgb", "value": albedos[i].tolist()}
        emitter = sunsky(elevations[i], sun_scale=0.0, turbidity=turbidities[i], albedo=albedo)
        found[i] = radiance(emitter, directions[i])
    return {
        "held_turbidities": turbidities,
        "held_albedos": albedos,
        "held_elevations": elevations,
        "held_directions": directions,
        "held_sky": found,
    }


def sunsky(elevation: float, **parameters: object) -> mi.Emitter:
    """The emitter with the sun at an elevation in degrees."""
    return mi.load_dict({"type": "sunsky", "sun_direction": towards(elevation), **parameters})


def towards(elevation: float) -> list[float]:
    """Unit direction at azimuth 0."""
    angle = np.radians(elevation)
    return [float(np.cos(angle)), 0.0, float(np.sin(angle))]


def radiance(emitter: mi.Emitter, directions: np.ndarray) -> np.ndarray:
    """(K, 3) from (K, 3) directions."""
    x, y, z = np.asarray(directions, np.float32).T
    interaction = dr.zeros(mi.SurfaceInteraction3f, len(x))
    interaction.wi = -mi.Vector3f(x, y, z)
    return np.array(emitter.eval(interaction)).T.astype(np.float64)


def grid(elevation: float) -> np.ndarray:
    """(K, 3) unit directions: a Fibonacci lattice, rings near the horizon and around the sun."""
    index = np.arange(SPHERE_COUNT) + 0.5
    z, azimuth = index / SPHERE_COUNT, index * np.pi * (1.0 + 5.0**0.5)
    low = np.sin(np.radians(np.repeat(NEAR_HORIZON, 5)))
    z = np.concatenate([z, low])
    azimuth = np.concatenate([azimuth, np.tile([0.1, 0.8, 1.6, 2.4, 3.1], len(NEAR_HORIZON))])
    sine = np.sqrt(1.0 - z * z)
    lattice = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), z], axis=1)
    sun = np.array(towards(elevation))
    up, side = np.array([-sun[2], 0.0, sun[0]]), np.array([0.0, 1.0, 0.0])
    gamma = np.radians(np.repeat(NEAR_SUN, 3))[:, None]
    turn = np.tile([0.1, 1.5, 3.1], len(NEAR_SUN))[:, None]
    around = np.cos(turn) * up + np.sin(turn) * side
    return np.concatenate([lattice, np.cos(gamma) * sun + np.sin(gamma) * around])


if __name__ == "__main__":
    main()
