"""Runs all benchmarks of a device with one command, without network access.

    python -m benchmarks.device_run --output results --scenes living-room.xml classroom.xml

Each part is a command of its own with a time limit; its printed output and its files are kept. A
part that fails or exceeds its limit does not stop the others. `summary.json` has the exit code of
each part.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from app.base.files import write_json
from app.results.provenance import versions
from benchmarks.scene_names import scene_names

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_SCENE = "reading-room"
PATH_DEPTH = 6


@dataclass(frozen=True)
class Part:
    """One command of the run."""

    name: str
    words: list[str]
    limit: float
    """Time limit in seconds."""


def parts(args: argparse.Namespace) -> list[Part]:
    """All parts, the most important first."""
    scenes = [str(Path(scene).resolve()) for scene in args.scenes]
    hush, frames = [sys.executable, "run_viewer.py"], str(args.frames)
    common = ["--device", args.device, "--quiet"]
    tiny = ["--benchmark", "--frames", "1", "--size", "64x64", "--crop", "64"]
    found = [Part("compile", [*hush, *tiny, *common], 240.0)]
    names = scene_names([DEFAULT_SCENE, *scenes])
    for scene, name in names.items():
        for size in args.sizes:
            words = ["--benchmark", "--scene", scene, "--size", size, "--frames", frames]
            found.append(Part(f"benchmark-{name}-{size}", [*hush, *words, *common], 120.0))
        rays = ["-m", "benchmarks.rays.throughput", "--scene", scene, "--size", args.sizes[0]]
        rays = [sys.executable, *rays, "--device", args.device]
        found.append(Part(f"rays-{name}", rays, 90.0))
    step = [sys.executable, "-m", "benchmarks.training_step", "--crop", str(args.crop)]
    found.append(Part("training-step", [*step, "--device", args.device], 90.0))
    paper = ["--benchmark", "--network", "unet", "--size", args.sizes[0], "--frames", frames]
    found.append(Part("benchmark-paper", [*hush, *paper, *common], 120.0))
    for scene in scenes if args.mitsuba else ():
        peer = [*args.mitsuba.split(), scene, "--size", args.sizes[0], "--spp", "8"]
        peer += ["--max-depth", str(PATH_DEPTH)]
        found.append(Part(f"mitsuba-{names[scene]}", peer, 90.0))
    tests = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests"]
    found.append(Part("tests", tests, 180.0))
    return found


def run_part(part: Part, folder: Path, seconds: float) -> dict[str, object]:
    """Run one command for at most `seconds`; its command line, exit code and duration in s."""
    own = folder / part.name
    own.mkdir(parents=True, exist_ok=True)
    words = list(part.words)
    if "--benchmark" in words:
        words += ["--output", str(own)]
    elif part.name.startswith(("rays", "training")):
        words += ["--output", str(own / "result.json")]
    begin = time.perf_counter()
    with (own / "output.txt").open("w") as log:
        try:
            done = subprocess.run(
                words, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, timeout=seconds, check=False
            )
            code: int | str = done.returncode
        except subprocess.TimeoutExpired:
            code = "cut off"
    passed = time.perf_counter() - begin
    print(f"{part.name}: {code}, {passed:.0f} s", flush=True)
    return {"command": words, "code": code, "seconds": round(passed, 1)}


def main() -> None:
    """Run the parts in order until the time is used up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--scenes", nargs="*", default=[], help="files besides the default scene")
    parser.add_argument("--sizes", nargs="+", default=["512x512", "1920x1080"])
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--mitsuba", default="", help="Mitsuba command to compare with")
    parser.add_argument("--seconds", type=float, default=570.0, help="limit for all parts together")
    args = parser.parse_args()
    folder = args.output.resolve()  # absolute: the parts run in ROOT
    folder.mkdir(parents=True, exist_ok=True)
    end = time.perf_counter() + args.seconds
    results: dict[str, object] = {}
    report = {"device": args.device, "versions": versions(), "parts": results}
    for part in parts(args):
        left = end - time.perf_counter()
        if left < 1.0:
            results[part.name] = {"code": "no time left"}
        else:
            results[part.name] = run_part(part, folder, min(part.limit, left))
        write_json(folder / "summary.json", report)


if __name__ == "__main__":
    main()
