"""Measures rays per second by kind (camera, bounce, shadow), without shading.

    python -m benchmarks.rays.throughput --scene living-room.xml --output rays.json

Paths start at the scene's camera and scatter diffusely at each of `--bounces` vertices, from which
a shadow ray in a random direction starts as well. The rays are recorded in the order in which
their pixels are rendered; then the rays of each kind are traced `--repeats` times on their own.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import taichi as ti

from app.base.files import write_json
from app.results.provenance import versions
from app.settings.session_settings import parse_size
from benchmarks.rays.kernels import RAY_WORDS
from benchmarks.rays.kernels import record_rays
from benchmarks.rays.kernels import trace
from renderer import backend
from renderer.integrator.camera import camera_parameters
from renderer.integrator.upload import build_scene_tables
from renderer.integrator.upload import upload
from renderer.pose import camera_pose
from scenes.loader import load_scene

KINDS = ("camera", "bounce", "shadow")


def main() -> None:
    """Record rays, trace them, print the rates and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="reading-room")
    parser.add_argument("--size", type=parse_size, default=(320, 180))
    parser.add_argument("--bounces", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    scene = load_scene(args.scene, None, args.size[0] / args.size[1])
    device = backend.start(args.device)
    tables = build_scene_tables(scene)
    result = {
        "scene": scene.name,
        "triangles": scene.triangle_count,
        "device": device.name,
        "size": list(args.size),
        "versions": versions(),
        "kinds": measure(tables, camera_parameters(camera_pose(scene.camera, args.size)), args),
    }
    if args.output is not None:
        write_json(args.output, result)


def measure(tables: object, camera: object, args: argparse.Namespace) -> dict[str, object]:
    """Ray count, M rays/s (median, minimum, maximum) and fraction of hits of each kind."""
    width, height = args.size
    slots = 2 * args.bounces
    recorded = upload(np.zeros(height * width * slots * RAY_WORDS, np.float32), ti.f32)
    record_rays(tables, camera, width, height, args.bounces, recorded)
    rays = recorded.to_numpy().reshape(height * width, slots, RAY_WORDS)
    chosen = {
        "camera": rays[:, 0],
        "bounce": rays[:, 2::2].reshape(-1, RAY_WORDS),
        "shadow": rays[:, 1::2].reshape(-1, RAY_WORDS),
    }
    result: dict[str, object] = {}
    for kind in KINDS:
        some = chosen[kind][chosen[kind][:, 6] > 0]
        buffer = upload(some.reshape(-1), ti.f32)
        found = upload(np.zeros(len(some), np.float32), ti.f32)
        trace(tables, buffer, found, int(kind == "shadow"))  # compiles
        seconds = []
        for _ in range(args.repeats):
            start = time.perf_counter()
            trace(tables, buffer, found, int(kind == "shadow"))
            ti.sync()
            seconds.append(time.perf_counter() - start)
        rates = [len(some) / second / 1e6 for second in seconds]
        result[kind] = {
            "rays": len(some),
            "mrays_per_second": statistics.median(rates),
            "min": min(rates),
            "max": max(rates),
            "hit": float((found.to_numpy() >= 0).mean()),
        }
        print(f"{kind:8} {len(some):9} rays {statistics.median(rates):7.2f} M/s", flush=True)
    return result


if __name__ == "__main__":
    main()
