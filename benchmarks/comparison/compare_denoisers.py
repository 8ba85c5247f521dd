"""Compares denoisers, including Open Image Denoise, on the same frames of one camera path.

    python -m benchmarks.comparison.compare_denoisers --scene living-room.xml --output out.json

Every network trains online on the frames, `best:scratch` from random weights, `best:alone` without
history. At the frames of `--measure`, and at those before the late ones, independent references
are rendered, and for each denoiser these are measured: PSNR on T, relMSE, HDR-FLIP (package
flip-evaluator), the ratio of mean radiance, and flicker: the root mean square change of the error
of T between two frames, over the pixels visible in both. A squared error is the product of the
differences to two independent halves of the references, so that their residual noise does not bias
it; FLIP is against the mean of the references. Open Image Denoise (package pyoidn) gets the mean
of both halves and of their features, noisy or prefiltered. Means are over the last 100 frames. At
the end the camera is static, and flicker is measured over `--rest` frames with the denoisers'
history, and over as many without it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from functools import partial
from pathlib import Path

import torch

from app.base.files import write_json
from app.base.image_files import write_exr
from app.camera_path.default import flythrough_cameras
from app.results.provenance import versions
from app.session.loaded_scene import LoadedScene
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.settings.session_settings import parse_size
from benchmarks.comparison.entry import Entry
from benchmarks.comparison.entry import file_name
from benchmarks.comparison.entry import measure
from benchmarks.comparison.entry import measure_at_rest
from benchmarks.comparison.references import References
from denoiser.oidn import has_oidn
from denoiser.oidn import oidn_denoise
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from renderer.frame import FramePair
from scenes.loader import load_scene

MEASURED = [10, 20, 30, 50, 100, 150, 220, 240, 260, 280, 300]  # frames
AVERAGED_FRAMES = 100  # frames at the end over which measures are averaged
ALONE = "alone"  # suffix of a network: without history
PREFILTERED = "prefiltered"  # suffix of an Open Image Denoise quality: features denoised first
MEASURES = ("psnr", "relmse", "flip", "mean_radiance", "flicker")


def entries(args: argparse.Namespace, device: torch.device) -> list[Entry]:
    """All entries: the noisy images, the networks and Open Image Denoise."""
    found = [
        Entry("noisy half", lambda pair: pair.a.color),
        Entry("mean of halves", lambda pair: pair.mean_color()),
    ]
    for name in args.networks:
        text, *more = name.split(":")
        network = NetworkName(text)
        start = next((word for word in more if word != ALONE), Init.PRETRAINED.value)
        settings = DenoiserSettings(
            network=network,
            train_steps=args.train_steps,
            crop=args.crop,
            seed=args.seed,
            init=Init(start),
            has_history=ALONE not in more,
            precision=Precision(args.precision),
        )
        trainer = Trainer(settings, device)
        found.append(Entry(name, trainer.denoiser.denoise, trainer))
    if has_oidn():
        for name in args.oidn:
            quality, _, more = name.partition(":")
            is_prefiltered = more == PREFILTERED
            denoise = partial(oidn_denoise, quality=quality, is_prefiltered=is_prefiltered)
            found.append(Entry(f"oidn {name}", denoise))
    return found


def mean_of(rows: list[dict[str, float]], name: str) -> float:
    """Mean of measure `name` over the rows that have it, NaN if none has."""
    values = [row[name] for row in rows if name in row]
    return statistics.fmean(values) if values else float("nan")


def result_of(entry: Entry, frames: int) -> dict[str, object]:
    """Means over the last frames, static flicker, times in ms, and the rows of all frames."""
    late = [row for row in entry.rows if row["frame"] > frames - AVERAGED_FRAMES]
    return {
        **{name: mean_of(late, name) for name in MEASURES},
        **entry.rest,
        "train_ms": statistics.median(entry.train_ms),
        "denoise_ms": statistics.median(entry.denoise_ms),
        "rows": entry.rows,
    }


def fly(args: argparse.Namespace) -> dict[str, object]:
    """Run the camera path; the results so far are written after every measured frame."""
    size = args.size
    scene = load_scene(args.scene, None, size[0] / size[1])
    render = RenderSettings(size=size, spp=args.spp, max_depth=args.max_depth, seed=args.seed)
    session = Session(
        LoadedScene.of(scene), SessionSettings(render, DenoiserSettings(train_steps=0), args.device)
    )
    references = References(session, args.reference_spp, args.references)
    all_entries = entries(args, session.backend.device)
    cameras = flythrough_cameras(scene, args.scene, args.path, args.frames)
    # Flicker needs two frames: measure the one before each late frame as well.
    late = {frame for frame in args.measure if frame > args.frames - AVERAGED_FRAMES}
    wanted = set(args.measure) | {frame - 1 for frame in late}
    before: FramePair | None = None
    for frame, camera in enumerate(cameras, 1):
        pair = session.step(camera).pair
        for entry in all_entries:
            entry.process(pair)
        if frame in wanted:
            truth = references.truth(camera)
            for entry in all_entries:
                measure(entry, frame, pair, before if frame in late else None, truth)
            print_progress(frame, all_entries)
            write(args, session, all_entries)
        before = pair
    if args.images is not None:
        args.images.mkdir(parents=True, exist_ok=True)
        layers = {entry.name: entry.image for entry in all_entries}
        layers["reference"] = references.truth(camera).mean()
        for name, image in layers.items():
            assert image is not None
            write_exr(args.images / f"{scene.name}-{file_name(name)}.exr", {"c": image})
    if args.rest > 1:  # flicker needs two frames
        resting = [session.step(camera).pair for _ in range(2 * args.rest)]
        for entry in all_entries:
            measure_at_rest(entry, resting)
    return write(args, session, all_entries)


def write(
    args: argparse.Namespace, session: Session, all_entries: list[Entry]
) -> dict[str, object]:
    """Collect the results so far, and write them to `args.output` if given."""
    result: dict[str, object] = {
        "scene": session.scene.name,
        "device": session.backend.name,
        "settings": {n: str(v) if isinstance(v, Path) else v for n, v in vars(args).items()},
        "versions": versions(),
        "results": {entry.name: result_of(entry, args.frames) for entry in all_entries},
    }
    if args.output is not None:
        write_json(args.output, result)
    return result


def print_progress(frame: int, all_entries: list[Entry]) -> None:
    """Print the PSNR of all entries at a frame in one line, to stderr."""
    parts = [f"{entry.name} {entry.rows[-1]['psnr']:.2f}" for entry in all_entries]
    print(f"{frame}: {', '.join(parts)}", file=sys.stderr, flush=True)


def main() -> None:
    """Run the comparison, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="reading-room")
    parser.add_argument("--path", type=Path)
    parser.add_argument("--size", type=parse_size, default=(192, 128))
    parser.add_argument("--spp", type=int, default=8)
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--networks", nargs="*", default=["unet", "fast", "best", "best:scratch"])
    parser.add_argument("--oidn", nargs="*", default=["high", "high:prefiltered"])
    parser.add_argument("--train-steps", type=int, default=8)
    parser.add_argument("--crop", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto", choices=[each.value for each in Precision])
    parser.add_argument("--rest", type=int, default=32, help="static frames, run twice")
    parser.add_argument("--measure", type=int, nargs="+", default=MEASURED)
    parser.add_argument("--reference-spp", type=int, default=512)
    parser.add_argument("--references", type=Path, help="cache folder of references")
    parser.add_argument("--images", type=Path)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    result = fly(args)
    results = result["results"]
    assert isinstance(results, dict)
    columns = [name for name in next(iter(results.values())) if name != "rows"]
    print(f"{'':16}" + "".join(f"{name:>22}" for name in columns))
    for name, values in results.items():
        print(f"{name:16}" + "".join(f"{values[column]:22.4f}" for column in columns))


if __name__ == "__main__":
    main()
