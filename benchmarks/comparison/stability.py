"""Tests a denoiser for divergence: many seeds from scratch on the same short camera paths.

    python -m benchmarks.comparison.stability --scene reading-room cornell-box veach-mis --seeds 20

For every scene a camera path is rendered once, with references at every N-th frame. Each seed then
trains a new network on it. Two counts are reported: measured frames after frame 30 whose PSNR on T
is below that of the mean of both halves, and values of the denoised images that are not finite.
Results already in the output file are kept: the same command continues an interrupted run.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from app.base.files import write_json
from app.camera_path.default import flythrough_cameras
from app.results.provenance import versions
from app.session.loaded_scene import LoadedScene
from app.session.session import REFERENCE_SEED
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.settings.session_settings import parse_size
from denoiser.metrics import psnr
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.settings import NetworkName
from renderer.frame import FramePair
from scenes.loader import load_scene

SETTLED = 30  # frames after which nothing may be worse than the mean of halves


@dataclass(frozen=True, eq=False)
class RenderedPath:
    """Rendered frames of a camera path, and references of some of them by frame number."""

    scene: str
    pairs: list[FramePair]
    references: dict[int, torch.Tensor]


def render_path(args: argparse.Namespace, source: str) -> RenderedPath:
    """Render a scene's camera path, with references at every N-th frame."""
    scene = load_scene(source, None, args.size[0] / args.size[1])
    render = RenderSettings(size=args.size, spp=args.spp)
    session = Session(
        LoadedScene.of(scene), SessionSettings(render, DenoiserSettings(train_steps=0), args.device)
    )
    cameras = flythrough_cameras(scene, source, None, args.frames)
    pairs, references = [], {}
    for frame, camera in enumerate(tqdm(cameras, desc=scene.name), 1):
        pairs.append(session.step(camera).pair)
        if frame % args.measure_every == 0:
            references[frame] = session.reference(camera, args.reference_spp, REFERENCE_SEED)
    return RenderedPath(scene.name, pairs, references)


def train_along(rendered: RenderedPath, settings: DenoiserSettings) -> dict[str, Any]:
    """Train one seed: PSNR gains over the mean of halves in dB, and counts of failures."""
    trainer = Trainer(settings, rendered.pairs[0].a.color.device)
    gains: dict[int, float] = {}
    broken = 0
    for frame, pair in enumerate(rendered.pairs, 1):
        for _ in trainer.train(pair):
            pass
        denoised = trainer.denoiser.denoise(pair)
        broken += int((~torch.isfinite(denoised)).sum())
        reference = rendered.references.get(frame)
        if reference is not None:
            gain = psnr(denoised, reference) - psnr(pair.mean_color(), reference)
            gains[frame] = round(float(gain), 3)
    settled = [gain for frame, gain in gains.items() if frame > SETTLED]
    return {
        "gains": gains,
        "worst": min(settled),
        "below": sum(not gain >= 0 for gain in settled),  # NaN counts as below
        "broken_values": broken,
        "skipped_steps": int(trainer.skipped_count),
    }


def main() -> None:
    """Run all scenes and seeds; print a summary and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", nargs="+", default=["reading-room", "cornell-box", "veach-mis"])
    parser.add_argument("--network", default="best", choices=[name.value for name in NetworkName])
    parser.add_argument("--size", type=parse_size, default=(96, 64))
    parser.add_argument("--spp", type=int, default=8)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--train-steps", type=int, default=8)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--measure-every", type=int, default=10)
    parser.add_argument("--reference-spp", type=int, default=1024)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    plain = {n: str(v) if isinstance(v, Path) else v for n, v in vars(args).items()}
    origin = {"settings": plain, "versions": versions()}
    results = earlier_results(args.output, origin)
    report = origin | {"results": results}
    for source in args.scene:
        known = results.setdefault(source, [])
        missing = range(len(known), args.seeds)
        rendered = render_path(args, source) if missing else None
        for seed in missing:
            assert rendered is not None
            known.append(train_along(rendered, settings_of(args, seed)))
            last = known[-1]
            print(f"{source}, seed {seed}: worst gain {last['worst']} dB, {last['below']} below")
            if args.output is not None:
                write_json(args.output, report)
    for source, runs in results.items():
        worst, below = (min(run["worst"] for run in runs), sum(run["below"] for run in runs))
        broken = sum(run["broken_values"] for run in runs)
        skipped = sum(run["skipped_steps"] for run in runs)
        print(
            f"{source}: {len(runs)} seeds, worst gain {worst:.2f} dB, {below} below,"
            f" {broken} values not finite, {skipped} steps skipped"
        )


def earlier_results(path: Path | None, wanted: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Results by scene that are in the output file already.

    Raises:
        SystemExit: the file was recorded with other settings or versions.
    """
    if path is None or not path.exists():
        return {}
    report, plain = json.loads(path.read_text()), json.loads(json.dumps(wanted))
    for part in ("settings", "versions"):
        for name in plain[part].keys() - {"scene", "seeds", "output"}:
            if report[part].get(name) != plain[part][name]:
                raise SystemExit(f"{path}: recorded with another {name}; use another file")
    return dict(report["results"])


def settings_of(args: argparse.Namespace, seed: int) -> DenoiserSettings:
    """Settings of a run from random weights, so that runs differ in the seed only."""
    network = NetworkName(args.network)
    return DenoiserSettings(
        network=network,
        train_steps=args.train_steps,
        crop=args.crop,
        seed=seed,
        init=Init.RANDOM,
    )


if __name__ == "__main__":
    main()
