"""Measures time and memory over the number of triangles, pixels, samples, and path depth.

    python -m benchmarks.scaling.scene_size --output growth.json --plot growth.png

The triangles are those of a grid of bumpy spheres, tessellated more and more finely; the image
stays the same. For each triangle count a PLY file is written, and loaded, built and rendered in a
separate process, so that peak memory is measured for each count.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.base.files import write_json
from app.results.provenance import versions
from app.settings.session_settings import parse_size
from benchmarks.scaling.bumpy_balls import BALL_COUNT
from benchmarks.scaling.bumpy_balls import bumpy_balls
from benchmarks.scaling.plot import draw_scaling
from renderer import backend
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from renderer.tables.bvh_build import build_tree
from renderer.tables.bvh_wide import widen
from renderer.tables.geometry import build_geometry
from scenes.loader import load_scene
from scenes.model.description import Camera
from scenes.model.description import SceneDescription

COUNTS = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
SIDES = (64, 128, 256, 512, 1024)
SAMPLES = (1, 2, 4, 8, 16, 32)
DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16)


def main() -> None:
    """Measure all curves; with `--file` (internal) only the PLY file given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--triangles", type=int, nargs="*", default=COUNTS)
    parser.add_argument("--scene", default="reading-room", help="for all curves but triangles")
    parser.add_argument("--size", type=parse_size, default=(320, 180))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    if args.file is not None:
        print(json.dumps(measure_file(args.file, args)))
        return
    report = {
        "device": backend.start(args.device).name,
        "size": list(args.size),
        "scene": args.scene,
        "versions": versions(),
        "triangles": [in_process(count, args) for count in args.triangles],
        **sweeps(args),
    }
    if args.output is not None:
        write_json(args.output, report)
    if args.plot is not None:
        draw_scaling(report, args.plot)


def in_process(count: int, args: argparse.Namespace) -> dict[str, float]:
    """Write a PLY file of about `count` triangles, and measure it in another process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "balls.ply"
        bumpy_balls(path, count)
        size = "x".join(str(side) for side in args.size)
        words = ["--file", str(path), "--size", size, "--repeats", str(args.repeats)]
        command = [
            sys.executable,
            "-m",
            "benchmarks.scaling.scene_size",
            *words,
            "--device",
            args.device,
        ]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        result: dict[str, float] = json.loads(output.splitlines()[-1])
    print(" ".join(f"{name} {value:.4g}" for name, value in result.items()), flush=True)
    return result


def measure_file(path: Path, args: argparse.Namespace) -> dict[str, float]:
    """Seconds of load and build, bytes per triangle, ns per path, and peak memory in MiB."""
    # Load compiled kernels from the cache first: their time does not depend on the triangle count.
    warm = load_scene("cornell-box")
    device = backend.start(args.device)
    Renderer(warm, device)
    begin = time.perf_counter()
    scene = with_camera(load_scene(str(path), None, args.size[0] / args.size[1]))
    loaded = time.perf_counter()
    table = build_geometry(scene)
    flattened = time.perf_counter()
    tree = build_tree(table.lower, table.upper)
    built = time.perf_counter()
    wide = widen(tree, table.geometry, table.kind != 0)
    widened = time.perf_counter()
    arrays = (wide.nodes, wide.blocks, table.geometry, table.shading)
    state = sum(array.nbytes for array in arrays)
    del table, tree, wide, arrays
    begin_all = time.perf_counter()
    renderer = Renderer(scene, device)
    ready = time.perf_counter()
    return {
        "triangles": scene.triangle_count,
        "load_s": loaded - begin,
        "flatten_s": flattened - loaded,
        "build_s": built - flattened,
        "widen_s": widened - built,
        "tables_s": ready - begin_all,
        "state_bytes": state / scene.triangle_count,
        "ns_per_path": path_ns(renderer, scene.camera, args.size, IntegratorSettings(), args),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def with_camera(scene: SceneDescription) -> SceneDescription:
    """The scene with a camera that looks along the grid; its image is the same for all counts."""
    side = round(BALL_COUNT ** (1 / 3))
    to_world = np.eye(4)
    to_world[:3, 3] = (side / 2 - 0.5, side / 2 - 0.5, -1.5)
    return replace(scene, camera=Camera(to_world, 60.0))


def path_ns(
    renderer: Renderer,
    camera: Camera,
    size: tuple[int, int],
    settings: IntegratorSettings,
    args: argparse.Namespace,
) -> float:
    """Median nanoseconds per path."""
    renderer.render_half(camera, size, 0, 0, settings).color.sum().item()
    seconds = []
    for frame in range(args.repeats):
        begin = time.perf_counter()
        renderer.render_half(camera, size, frame, 0, settings).color.sum().item()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds) / (size[0] * size[1] * settings.spp) * 1e9


def sweeps(args: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """Nanoseconds per path over pixels, samples and depth."""
    scene = load_scene(args.scene, None, 1.0)
    renderer = Renderer(scene, backend.start(args.device))
    plain = IntegratorSettings(rr_depth=1000)
    few = (128, 128)
    result: dict[str, list[dict[str, float]]] = {"pixels": [], "spp": [], "depth": []}
    for side in SIDES:
        ns = path_ns(renderer, scene.camera, (side, side), replace(plain, spp=2), args)
        result["pixels"].append({"pixels": side * side, "ns_per_path": ns})
    for spp in SAMPLES:
        ns = path_ns(renderer, scene.camera, few, replace(plain, spp=spp), args)
        result["spp"].append({"spp": spp, "ns_per_path": ns})
    for depth in DEPTHS:
        ns = path_ns(renderer, scene.camera, few, replace(plain, max_depth=depth), args)
        result["depth"].append({"depth": depth, "ns_per_path": ns})
    for name, rows in result.items():
        print(name, " ".join(f"{row[name]:g}: {row['ns_per_path']:.0f}" for row in rows))
    return result


if __name__ == "__main__":
    main()
