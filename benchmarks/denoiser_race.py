"""Denoisers side by side on the same frames of one flight, Open Image Denoise among them.

    python benchmarks/denoiser_race.py --scene living-room.xml --output race.json

Every network trains from scratch on the frames as they come. At every N-th frame and the one after
it two independent references are rendered, and for each denoiser measured: PSNR on T, relMSE,
HDR-FLIP (package flip-evaluator), the ratio of mean radiance, and flicker, the root mean square
over the pixels in view in both frames of the change of the error of T. Squared errors are products
of the differences to the one and to the other reference, so that the noise these have left adds
nothing to them; FLIP is against their mean. Open Image Denoise (package pyoidn) gets the mean of
both halves and of their features. Means are over the last 100 frames.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.command_line import parse_size  # noqa: E402
from app.flythrough import flythrough_cameras  # noqa: E402
from app.headless import REFERENCE_SEED  # noqa: E402
from app.picture_files import write_exr  # noqa: E402
from app.provenance import versions  # noqa: E402
from app.session import Session  # noqa: E402
from app.settings import RenderSettings  # noqa: E402
from app.settings import SessionSettings  # noqa: E402
from denoiser.metrics import RELATIVE_EPSILON  # noqa: E402
from denoiser.oidn import has_oidn  # noqa: E402
from denoiser.oidn import oidn_denoise  # noqa: E402
from denoiser.presets import PRESETS  # noqa: E402
from denoiser.reprojection import match  # noqa: E402
from denoiser.settings import DenoiserSettings  # noqa: E402
from denoiser.settings import NetworkName  # noqa: E402
from denoiser.trainer import Trainer  # noqa: E402
from denoiser.transfer import tone  # noqa: E402
from renderer.frame import FramePair  # noqa: E402
from scenes.loader import load_scene  # noqa: E402

LATE = 100  # frames at the end that means are taken over
MEASURES = ("psnr", "relmse", "flip", "mean_radiance", "flicker")


@dataclass(eq=False)
class Racer:
    """One denoiser, what it made of the last frame, and how it did."""

    name: str
    denoise: Callable[[FramePair], torch.Tensor]
    trainer: Trainer | None = None
    train_ms: list[float] = field(default_factory=list)
    denoise_ms: list[float] = field(default_factory=list)
    errors: list[torch.Tensor] = field(default_factory=list)
    """(1, 3, H, W) of T in the frame before, against both references, where that was measured."""
    rows: list[dict[str, float]] = field(default_factory=list)
    picture: torch.Tensor | None = None

    def fly(self, pair: FramePair) -> None:
        """Train on a frame and denoise it."""
        begin = time.perf_counter()
        if self.trainer is not None:
            for loss in self.trainer.train(pair):
                float(loss)
        trained = time.perf_counter()
        self.picture = self.denoise(pair)
        if self.picture.is_cuda:
            torch.cuda.synchronize()
        self.train_ms.append((trained - begin) * 1e3)
        self.denoise_ms.append((time.perf_counter() - trained) * 1e3)


def racers(args: argparse.Namespace, device: torch.device) -> list[Racer]:
    """All that fly."""
    found = [
        Racer("noisy half", lambda pair: pair.a.color),
        Racer("mean of halves", lambda pair: pair.mean_color()),
    ]
    for name in args.networks:
        network = NetworkName(name)
        settings = DenoiserSettings(
            network=network,
            learning_rate=PRESETS[network].learning_rate,
            train_steps=args.train_steps,
            crop=args.crop,
            seed=args.seed,
        )
        trainer = Trainer(settings, device)
        found.append(Racer(name, trainer.denoise, trainer))
    if has_oidn():
        for quality in args.oidn:
            found.append(Racer(f"oidn {quality}", lambda p, q=quality: oidn_denoise(p, q)))
    return found


def hdr_flip(picture: torch.Tensor, reference: torch.Tensor) -> float:
    """Mean HDR-FLIP, NaN without its package."""
    try:
        import flip_evaluator
    except ImportError:
        return float("nan")
    images = [np.ascontiguousarray(image.cpu().numpy()) for image in (reference, picture)]
    return float(flip_evaluator.evaluate(*images, "HDR", applyMagma=False)[1])


def measure(
    racer: Racer,
    frame: int,
    pair: FramePair,
    before: FramePair | None,
    references: list[torch.Tensor],
) -> None:
    """Add a row; with the frame before measured too, its flicker is known."""
    picture = racer.picture
    assert picture is not None
    reference = (references[0] + references[1]) / 2
    errors = [(tone(picture) - tone(r)).permute(2, 0, 1)[None] for r in references]
    products = (picture - references[0]) * (picture - references[1])
    row = {
        "frame": frame,
        "psnr": decibels(errors[0] * errors[1]),
        "relmse": float((products / (reference.square() + RELATIVE_EPSILON)).mean()),
        "flip": hdr_flip(picture.clamp(min=0), reference),
        "mean_radiance": float(picture.mean() / reference.mean()),
    }
    if racer.errors and before is not None:
        assert pair.viewpoint is not None and before.viewpoint is not None
        matches = match(pair.a, pair.viewpoint, before.a, before.viewpoint)
        seen = matches.found(*errors[0].shape[2:]).bool().expand_as(errors[0])
        changes = [(now - matches.carried(old))[seen] for now, old in zip(errors, racer.errors)]
        row["flicker"] = float((changes[0] * changes[1]).mean().clamp(min=0).sqrt())
    racer.errors = errors
    racer.rows.append(row)


def decibels(squares: torch.Tensor) -> float:
    """PSNR of T from squared errors, or unbiased estimates of them."""
    return float(-10 * squares.mean().clamp(min=1e-12).log10())


def mean_of(rows: list[dict[str, float]], name: str) -> float:
    """Over the rows that have it."""
    values = [row[name] for row in rows if name in row]
    return statistics.fmean(values) if values else float("nan")


def result_of(racer: Racer, frames: int) -> dict[str, object]:
    """Means over the last frames, and everything else."""
    late = [row for row in racer.rows if row["frame"] > frames - LATE]
    return {
        **{name: mean_of(late, name) for name in MEASURES},
        "train_ms": statistics.median(racer.train_ms),
        "denoise_ms": statistics.median(racer.denoise_ms),
        "rows": racer.rows,
    }


def fly(args: argparse.Namespace) -> dict[str, object]:
    """The whole flight."""
    size = args.size
    scene = load_scene(args.scene, None, size[0] / size[1])
    render = RenderSettings(size=size, spp=args.spp, max_depth=args.max_depth, seed=args.seed)
    session = Session(scene, SessionSettings(render, DenoiserSettings(train_steps=0), args.device))
    flying = racers(args, session.backend.device)
    cameras = flythrough_cameras(scene, args.scene, args.path, args.frames)
    before: FramePair | None = None
    for frame, camera in enumerate(cameras, 1):
        pair = session.step(camera).pair
        for racer in flying:
            racer.fly(pair)
        is_first, is_second = frame % args.measure_every == 0, frame % args.measure_every == 1
        if is_first or (is_second and frame > 1):
            references = [
                session.reference(camera, args.reference_spp, REFERENCE_SEED + index)
                for index in range(2)
            ]
            for racer in flying:
                measure(racer, frame, pair, before if is_second else None, references)
            if is_first:
                tell(frame, flying)
        before = pair
    if args.pictures is not None:
        args.pictures.mkdir(parents=True, exist_ok=True)
        layers = {racer.name: racer.picture for racer in flying}
        layers |= {"reference": session.reference(camera, args.reference_spp, REFERENCE_SEED)}
        for name, picture in layers.items():
            assert picture is not None
            write_exr(args.pictures / f"{scene.name}-{name.replace(' ', '-')}.exr", {"c": picture})
    return {
        "scene": scene.name,
        "device": session.backend.name,
        "settings": {n: str(v) if isinstance(v, Path) else v for n, v in vars(args).items()},
        "versions": versions(),
        "results": {racer.name: result_of(racer, args.frames) for racer in flying},
    }


def tell(frame: int, flying: list[Racer]) -> None:
    """One line of PSNR on the way."""
    parts = [f"{racer.name} {racer.rows[-1]['psnr']:.2f}" for racer in flying]
    print(f"{frame}: {', '.join(parts)}", file=sys.stderr, flush=True)


def main() -> None:
    """Fly, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="reading-room")
    parser.add_argument("--path", type=Path)
    parser.add_argument("--size", type=parse_size, default=(192, 128))
    parser.add_argument("--spp", type=int, default=8)
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--networks", nargs="*", default=["unet", "fast", "best"])
    parser.add_argument("--oidn", nargs="*", default=["high"])
    parser.add_argument("--train-steps", type=int, default=8)
    parser.add_argument("--crop", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--measure-every", type=int, default=10)
    parser.add_argument("--reference-spp", type=int, default=512)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    result = fly(args)
    results = result["results"]
    assert isinstance(results, dict)
    print(f"{'':16}" + "".join(f"{name:>14}" for name in (*MEASURES, "train_ms", "denoise_ms")))
    for name, values in results.items():
        columns = (values[measure] for measure in (*MEASURES, "train_ms", "denoise_ms"))
        print(f"{name:16}" + "".join(f"{value:14.4f}" for value in columns))
    if args.output is not None:
        args.output.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
