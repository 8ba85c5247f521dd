"""Measures whether memory and time per frame stay constant over thousands of frames.

    python -m benchmarks.endurance --frames 3000 --output endurance.json --plot endurance.png

Repeats the scene's camera path, trains and denoises as the headless mode does, and records for
every frame the resident memory of the process, the wall-clock time and the processor time, which
depends less on other processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

from tqdm import tqdm

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.base.files import write_json
from app.camera_path.default import flythrough_cameras
from app.results.provenance import versions
from app.session.loaded_scene import LoadedScene
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.settings.session_settings import parse_size
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from scenes.loader import load_scene

PATH_FRAMES = 300  # frames of the camera path, which is then repeated
PARTS = 3  # equal parts of the run, each with its own median


def main() -> None:
    """Run, print the medians of each third of the run, write JSON and a plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="reading-room")
    parser.add_argument("--network", default="best", choices=[name.value for name in NetworkName])
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--size", type=parse_size, default=(128, 128))
    parser.add_argument("--spp", type=int, default=8)
    parser.add_argument("--train-steps", type=int, default=8)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    memory, milliseconds, processor = run_frames(args)
    report = {
        "settings": {n: str(v) if isinstance(v, Path) else v for n, v in vars(args).items()},
        "versions": versions(),
        "mib": thirds(memory),
        "milliseconds": thirds(milliseconds),
        "processor_milliseconds": thirds(processor),
    }
    for name in ("mib", "milliseconds", "processor_milliseconds"):
        print(name, " ".join(f"{value:.1f}" for value in report[name]))
    if args.output is not None:
        write_json(args.output, report)
    if args.plot is not None:
        draw(memory, processor, args.plot)


def run_frames(args: argparse.Namespace) -> tuple[list[float], list[float], list[float]]:
    """Resident MiB, wall-clock ms, and processor ms summed over all cores, of every frame."""
    scene = load_scene(args.scene, None, args.size[0] / args.size[1])
    network = NetworkName(args.network)
    denoiser = DenoiserSettings(
        network=network,
        train_steps=args.train_steps,
        crop=args.crop,
    )
    render = RenderSettings(size=args.size, spp=args.spp)
    session = Session(LoadedScene.of(scene), SessionSettings(render, denoiser, args.device))
    cameras = flythrough_cameras(scene, args.scene, None, PATH_FRAMES)
    memory, milliseconds, processor = [], [], []
    for frame in tqdm(range(args.frames)):
        begin, begin_processor = time.perf_counter(), time.process_time()
        session.step(cameras[frame % PATH_FRAMES])
        milliseconds.append((time.perf_counter() - begin) * 1e3)
        processor.append((time.process_time() - begin_processor) * 1e3)
        memory.append(resident_mib())
    return memory, milliseconds, processor


def resident_mib() -> float:
    """Resident memory of this process in MiB, without swapped-out pages (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def thirds(values: list[float]) -> list[float]:
    """Medians of the first, second and last third of the values."""
    size = len(values) // PARTS
    return [statistics.median(values[part * size : (part + 1) * size]) for part in range(PARTS)]


def draw(memory: list[float], processor: list[float], path: Path) -> None:
    """Plot memory and processor time over the frames, one panel above the other."""
    figure = new_figure(9.0, 6.0)
    axes = figure.subplots(2, 1, sharex=True)
    for axis, values, label in zip(axes, (memory, processor), ("MiB", "processor ms per frame")):
        axis.plot(values, linewidth=0.8)
        axis.set_ylim(0, 1.1 * max(values))
        axis.set_ylabel(label)
    axes[-1].set_xlabel("frame")
    save_figure(figure, path)


if __name__ == "__main__":
    main()
