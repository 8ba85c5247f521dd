"""Compares design choices of the online denoiser on the same frames of one camera path.

    python -m benchmarks.comparison.denoiser_defaults --scene reading-room --output defaults.json

Renders a camera path once, trains every variant on it from scratch and reports the mean PSNR of the
last frames against references. Variants: output functions of the network under L_HDR, learning
rates, and one crop per step against both directions of a crop in one batch. Also reports the time
of a step in fp32 and bf16.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from app.base.files import write_json
from app.camera_path.default import flythrough_cameras
from app.results.provenance import versions
from app.session.loaded_scene import LoadedScene
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.settings.session_settings import parse_size
from denoiser.metrics import psnr
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from denoiser.temporal.examples import joined
from denoiser.training import losses
from renderer.frame import FramePair
from scenes.loader import load_scene

MEASURED = 5  # frames at the end of the camera path
REFERENCE_SEED = 999
TIMED_STEPS = 10

Output = Callable[[torch.Tensor], torch.Tensor]
OUTPUTS: dict[str, Output] = {
    "linear": losses.identity_output,
    "relu": functional.relu,
    "abs": torch.abs,
    "square": torch.square,
    "elu + 1": lambda x: functional.elu(x) + 1.0,
    "exp": lambda x: torch.exp(x.clamp(max=10.0)),
    "softplus": losses.softplus_output,
}


class BothDirectionsTrainer(Trainer):
    """Trainer that uses both directions of a crop in one step."""

    def step(self, pair: FramePair, clean: torch.Tensor | None = None) -> torch.Tensor:
        """One step on both directions; half as many steps cost about the same. Returns the loss."""
        examples = self.denoiser.begin_frame(pair)
        crop = self._crops.draw(pair.a.size, self.settings.crop)
        return self.step_on(joined([examples.cut(index, crop) for index in range(2)]))


def render_path(
    scene: str, settings: SessionSettings, frames: int, reference_spp: int
) -> tuple[list[FramePair], list[torch.Tensor]]:
    """Render the camera path: pairs of all frames, (H, W, 3) references of the last MEASURED."""
    description = load_scene(scene)
    idle = replace(settings, denoiser=replace(settings.denoiser, train_steps=0))
    session = Session(LoadedScene.of(description), idle)
    cameras = flythrough_cameras(description, scene, None, frames)
    pairs = [session.step(camera).pair for camera in cameras]
    references = [
        session.reference(camera, reference_spp, REFERENCE_SEED) for camera in cameras[-MEASURED:]
    ]
    return pairs, references


def fly(
    trainer: Trainer, pairs: list[FramePair], references: list[torch.Tensor]
) -> tuple[float, float]:
    """Train on all frames: mean PSNR in dB of the last ones, and seconds per step."""
    values, seconds = [], 0.0
    for index, pair in enumerate(pairs):
        begin = time.perf_counter()
        for _ in trainer.train(pair):
            pass
        seconds += time.perf_counter() - begin
        if index >= len(pairs) - MEASURED:
            reference = references[index - len(pairs) + MEASURED]
            values.append(float(psnr(trainer.denoiser.denoise(pair), reference)))
    return statistics.fmean(values), seconds / max(trainer.step_count, 1)


def step_milliseconds(settings: DenoiserSettings, device: torch.device, pair: FramePair) -> float:
    """Median time of a training step in ms."""
    trainer = Trainer(settings, device)
    times = []
    for _ in range(TIMED_STEPS):
        begin = time.perf_counter()
        float(trainer.step(pair))
        times.append((time.perf_counter() - begin) * 1e3)
    return float(np.median(times[2:]))


def main() -> None:
    """Run every variant, print its results and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="reading-room")
    parser.add_argument("--size", type=parse_size, default=(96, 96))
    parser.add_argument("--spp", type=int, default=8)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--train-steps", type=int, default=4)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--reference-spp", type=int, default=512)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    denoiser = DenoiserSettings(
        network=NetworkName.UNET, train_steps=args.train_steps, crop=args.crop
    )
    settings = SessionSettings(RenderSettings(size=args.size, spp=args.spp), denoiser)
    pairs, references = render_path(args.scene, settings, args.frames, args.reference_spp)
    device = pairs[0].a.color.device
    shown = {name: value for name, value in vars(args).items() if name != "output"}
    result: dict[str, object] = {"settings": shown, "versions": versions()}
    ends = list(zip(pairs[-MEASURED:], references))
    result["psnr_mean"] = statistics.fmean(float(psnr(p.mean_color(), r)) for p, r in ends)

    def tell(name: str, values: object) -> None:
        result[name] = values
        print(f"{name}: {values}", flush=True)
        if args.output is not None:
            write_json(args.output, result)

    def over_seeds(kind: type[Trainer], wanted: DenoiserSettings) -> list[float]:
        return [
            round(fly(kind(replace(wanted, seed=seed), device), pairs, references)[0], 2)
            for seed in range(args.seeds)
        ]

    for name, output in OUTPUTS.items():
        kept = losses.OBJECTIVES[denoiser.loss]
        losses.OBJECTIVES[denoiser.loss] = replace(kept, estimate=output)
        tell(f"output {name}", over_seeds(Trainer, denoiser))
        losses.OBJECTIVES[denoiser.loss] = kept
    for rate in (1e-4, 1e-3, 3e-3):
        tell(f"learning rate {rate:g}", over_seeds(Trainer, replace(denoiser, learning_rate=rate)))
    halved = replace(denoiser, train_steps=max(args.train_steps // 2, 1))
    tell("both directions in a batch, half the steps", over_seeds(BothDirectionsTrainer, halved))
    for precision in (Precision.FP32, Precision.BF16):
        wanted = replace(denoiser, precision=precision)
        milliseconds = step_milliseconds(wanted, device, pairs[0])
        tell(f"milliseconds a step, {precision.value}", round(milliseconds, 1))


if __name__ == "__main__":
    main()
