"""Pretrains the networks with history on noisy frames of random rooms, without clean targets.

    python -m benchmarks.pretraining.train render --rooms 60 --data frames
    python -m benchmarks.pretraining.train train --network best --data frames \\
        --output denoiser/weights/best.safetensors

`render` renders consecutive frames of a camera path through each room and stores them; complete
files are kept, so that it can be interrupted, and split over several processes (`--first`). `train`
reads the frames of the rooms in random order, keeps their examples in a pool, and trains on
augmented random crops of the pool.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from safetensors.torch import save_file
from tqdm import tqdm

from app.camera_path.default import path_through
from app.session.loaded_scene import LoadedScene
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.settings.session_settings import parse_size
from benchmarks.pretraining.augmentation import augmented
from benchmarks.pretraining.random_rooms import FOV_X
from benchmarks.pretraining.random_rooms import generated_room
from benchmarks.pretraining.random_rooms import generated_tour
from denoiser.crops import CropSampler
from denoiser.files import atomic_path
from denoiser.online.denoiser import AVERAGE
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.settings import NetworkName
from denoiser.temporal.examples import Examples
from denoiser.temporal.examples import joined
from denoiser.tensors import strip_prefix
from denoiser.training.schedule import ramped_down
from renderer.frame import CameraPose
from renderer.frame import FramePair
from renderer.frame import Half

TOUR_FRAMES = (100, 200, 400)  # frames of a whole camera path; fewer mean a faster camera
TOUR_SEED = 77  # added to the room's seed to draw the number of frames and the first frame
MAX_STORED = 6e4  # maximum of stored values, which half precision can hold
IMAGES = tuple(field.name for field in fields(Half))
RAMP_DOWN = 0.4  # fraction of the training over which the learning rate falls to 0
CROP = 96  # pixels; side of a training crop


def render(args: argparse.Namespace) -> None:
    """Render all requested rooms whose file does not exist yet."""
    args.data.mkdir(parents=True, exist_ok=True)
    for seed in tqdm(range(args.first, args.first + args.rooms), unit="room"):
        path = args.data / f"room-{seed}.safetensors"
        if not path.exists():
            write_frames(path, render_frames(seed, args))


def render_frames(seed: int, args: argparse.Namespace) -> list[FramePair]:
    """Render `args.frames` consecutive frames from a random part of a room's camera path."""
    scene = generated_room(seed)
    render = RenderSettings(size=args.size, spp=args.spp, seed=seed)
    session = Session(
        LoadedScene.of(scene), SessionSettings(render, DenoiserSettings(train_steps=0), args.device)
    )
    path = path_through([(eye, target, FOV_X) for eye, target in generated_tour(seed)])
    rng = np.random.default_rng(seed + TOUR_SEED)
    count = int(rng.choice(TOUR_FRAMES))
    begin = int(rng.integers(count - args.frames))
    cameras = list(path.cameras(count, scene.camera))
    return [session.step(camera).pair for camera in cameras[begin : begin + args.frames]]


def write_frames(path: Path, pairs: list[FramePair]) -> None:
    """Write the frames atomically; colour, albedo and normals in half precision."""
    tensors = {
        name: torch.stack(
            [torch.stack([getattr(half, name) for half in (pair.a, pair.b)]) for pair in pairs]
        ).cpu()
        for name in IMAGES
    }
    for name in ("color", "albedo", "normal"):
        tensors[name] = tensors[name].clamp(max=MAX_STORED).half()
    views = [asdict(pair.pose) for pair in pairs if pair.pose is not None]
    with atomic_path(path) as partial:
        save_file(tensors, partial, {"viewpoints": json.dumps(views), "spp": str(pairs[0].spp)})


def read_frames(path: Path, device: torch.device) -> list[FramePair]:
    """Read frames that `write_frames` wrote, as float32 on `device`."""
    with safe_open(path, "pt") as file:
        images = [file.get_tensor(name).float().to(device) for name in IMAGES]
        notes = file.metadata()
    pairs = []
    for index, view in enumerate(json.loads(notes["viewpoints"])):
        known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in view.items()}
        a, b = (Half(*(image[index, half] for image in images)) for half in range(2))
        pairs.append(FramePair(a, b, int(notes["spp"]), index, CameraPose(**known)))
    return pairs


def write_weights(path: Path, weights: dict[str, torch.Tensor]) -> None:
    """Write weights by name in half precision, atomically."""
    with atomic_path(path) as partial:
        save_file({name: value.half().contiguous() for name, value in weights.items()}, partial)


class Pool:
    """Training examples of past frames; if full, a new one replaces a random one."""

    def __init__(self, capacity: int, seed: int) -> None:
        self._capacity = capacity
        self._examples: list[Examples] = []
        self._random = random.Random(seed)
        self._crops = CropSampler(seed)
        self._generator = torch.Generator().manual_seed(seed)

    def add(self, examples: Examples) -> None:
        """Add the examples of a frame, which are both of its directions."""
        if len(self._examples) < self._capacity:
            self._examples.append(examples)
        else:
            self._examples[self._random.randrange(self._capacity)] = examples

    def draw(self, count: int) -> Examples:
        """Draw `count` augmented random crops of random frames as one batch."""
        return joined([self._one() for _ in range(count)])

    def _one(self) -> Examples:
        chosen = self._random.choice(self._examples)
        height, width = chosen.inputs.shape[2:]
        side = min(CROP, height, width)  # square, because augmentation may transpose it
        crop = self._crops.draw((width, height), side)
        return augmented(chosen.cut(self._random.randrange(2), crop), self._generator)


def train(args: argparse.Namespace) -> None:
    """Train for `args.steps` steps; write the averaged weights after every camera path."""
    network = NetworkName(args.network)
    settings = DenoiserSettings(
        network=network,
        seed=args.seed,
        init=Init.RANDOM,
    )
    device = torch.device(args.device)
    trainer, pool = Trainer(settings, device), Pool(args.pool, args.seed)
    if args.init is not None:
        trainer.denoiser.network.load_state_dict(load_file(args.init))
    paths = sorted(args.data.glob("*.safetensors"))
    choice = random.Random(args.seed)
    bar = tqdm(total=args.steps, unit="step")
    while trainer.step_count < args.steps:
        pairs = read_frames(choice.choice(paths), device)
        trainer.denoiser.forget_history()
        for pair in pairs[choice.randrange(len(pairs) // 2) :]:
            if choice.random() < args.forget:
                trainer.denoiser.forget_history()
            pool.add(trainer.denoiser.begin_frame(pair))
            for _ in range(args.steps_per_frame):
                rate = ramped_down(min(trainer.step_count / args.steps, 1.0), RAMP_DOWN)
                loss = trainer.step_on(pool.draw(args.batch), rate)
                bar.update()
            trainer.denoiser.denoise(pair)  # its result is history for the next frame
        bar.set_postfix(loss=f"{float(loss):.4f}")
        write_weights(args.output, strip_prefix(trainer.state(), AVERAGE))
    bar.close()


def main() -> None:
    """Run the command `render` or `train`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    rendering = commands.add_parser("render")
    rendering.set_defaults(run=render)
    rendering.add_argument("--rooms", type=int, default=60)
    rendering.add_argument("--first", type=int, default=0)
    rendering.add_argument("--frames", type=int, default=24)
    rendering.add_argument("--size", type=parse_size, default=(128, 96))
    rendering.add_argument("--spp", type=int, default=8)
    training = commands.add_parser("train")
    training.set_defaults(run=train)
    training.add_argument("--network", default="best", choices=["fast", "best"])
    training.add_argument("--steps", type=int, default=12_000)
    training.add_argument("--steps-per-frame", type=int, default=8)
    training.add_argument("--batch", type=int, default=2)
    training.add_argument(
        "--forget", type=float, default=0.15, help="probability that a frame starts without history"
    )
    training.add_argument("--pool", type=int, default=400)
    training.add_argument("--seed", type=int, default=0)
    training.add_argument("--init", type=Path, help="weights to start from")
    training.add_argument("--output", type=Path, required=True)
    for command in (rendering, training):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--device", default="cpu")
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
