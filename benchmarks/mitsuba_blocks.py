"""Two renders of a Mitsuba file by Mitsuba itself, in its own Python environment.

    python mitsuba_blocks.py SCENE.xml OUTPUT.npz --width 128 --spp 64 --max-depth 6

A script without imports from this project. OUTPUT holds `a` and `b`, (H, W, 3) float32 linear
radiance of two independent renders with a box filter over the film's crop window, whose longer side
is `--width` pixels. The file's camera is used; its integrator only decides whether media count.
"""

from __future__ import annotations

import argparse

import drjit as dr
import mitsuba as mi
import numpy as np

PASS_SPP = 32  # samples per pixel of one wavefront


def main() -> None:
    """Render the scene twice and write both images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scene")
    parser.add_argument("output")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--spp", type=int, default=64)
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--variant", default="llvm_ad_rgb")
    args = parser.parse_args()
    mi.set_variant(args.variant)
    scene = mi.load_file(args.scene)
    sensor = scene.sensors()[0]
    width, height = image_size(sensor.film().crop_size(), args.width)
    kind = "volpath" if "vol" in type(scene.integrator()).__name__.lower() else "path"
    integrator = mi.load_dict({"type": kind, "max_depth": args.max_depth, "rr_depth": 1000})
    images = {}
    for name, seed in (("a", 1), ("b", 2)):
        total = np.zeros((height, width, 3))
        passes = -(-args.spp // PASS_SPP)
        for index in range(passes):
            total += render(scene, sensor, integrator, (width, height), 1000 * seed + index)
        images[name] = (total / passes).astype(np.float32)
    np.savez_compressed(args.output, **images)


def image_size(crop: mi.ScalarVector2u, longest: int) -> tuple[int, int]:
    """(width, height) in the proportion of the crop window."""
    scale = longest / max(crop[0], crop[1])
    return max(round(crop[0] * scale), 1), max(round(crop[1] * scale), 1)


def render(
    scene: mi.Scene, sensor: mi.Sensor, integrator: mi.Integrator, size: tuple[int, int], seed: int
) -> np.ndarray:
    """(H, W, 3) mean of PASS_SPP paths per pixel."""
    width, height = size
    count = width * height * PASS_SPP
    sampler = mi.load_dict({"type": "independent", "sample_count": 1})
    sampler.seed(seed, count)
    pixel = dr.arange(mi.UInt32, count) // PASS_SPP
    row = pixel // width
    corner = mi.Vector2f(mi.Float(pixel - row * width), mi.Float(row))
    position = (corner + sampler.next_2d()) / mi.Vector2f(width, height)
    ray, weight = sensor.sample_ray_differential(
        0.0, sampler.next_1d(), position, sampler.next_2d()
    )
    radiance, _, _ = integrator.sample(scene, sampler, ray)
    samples = np.array(weight * radiance).reshape(3, height, width, PASS_SPP)
    return samples.mean(axis=-1).transpose(1, 2, 0)


if __name__ == "__main__":
    main()
