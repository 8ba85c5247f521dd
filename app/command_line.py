"""The command line: one flat list of flags, grouped by mode in `--help`.

Host code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from app import cpu_start
from app.errors import UsageError
from app.options import Options
from app.settings import RenderSettings
from app.settings import SessionSettings
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from scenes.builtin import BUILT_IN
from scenes.builtin import DEFAULT_SCENE

DESCRIPTION = "Hush: a path tracer that learns to denoise while you fly through the scene."
MODES = ("headless", "benchmark", "render")
WORK = ("size", "crop", "train_steps")  # flags whose default hangs on mode and device
MAX_SIDE = 16384  # pixels; beyond it a frame does not fit into memory anyway
MAX_NUMBER = 2**30 - 1  # kernels count in 31 bits, and two streams go with each seed


class OneLineParser(argparse.ArgumentParser):
    """Reports a bad command line in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise UsageError(message)


def parse_size(text: str) -> tuple[int, int]:
    """'WIDTHxHEIGHT' in pixels."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, for example 512x512")
    width, height = int(parts[0]), int(parts[1])
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise argparse.ArgumentTypeError(f"{text!r}: each side must be 1 to {MAX_SIDE} pixels")
    return width, height


def number(kind: type, low: float, is_open: bool = False) -> Callable[[str], float]:
    """Parser of a number that is at least (or, open, above) `low`, and at most MAX_NUMBER."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not (value > low or (value == low and not is_open)):
            relation = "above" if is_open else "at least"
            raise argparse.ArgumentTypeError(f"{text!r} must be {relation} {low}")
        if value > MAX_NUMBER:
            raise argparse.ArgumentTypeError(f"{text!r} must be at most {MAX_NUMBER}")
        return value

    return parse


def build_parser() -> argparse.ArgumentParser:
    """All flags."""
    parser = OneLineParser("run_viewer.py", description=DESCRIPTION, allow_abbrev=False)
    mode = parser.add_argument_group(
        "mode (without one: the viewer)"
    ).add_mutually_exclusive_group()
    mode.add_argument("--headless", action="store_true", help="fly a camera path without a window")
    mode.add_argument("--benchmark", action="store_true", help="milliseconds per frame and stage")
    mode.add_argument("--render", action="store_true", help="one image without the denoiser")
    _add_common(parser)
    _add_denoiser(parser)
    _add_modes(parser)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    """Flags of every mode."""
    group = parser.add_argument_group("every mode")
    names = ", ".join(BUILT_IN)
    default = RenderSettings()
    group.add_argument(
        "--scene",
        default=DEFAULT_SCENE,
        metavar="NAME|FILE",
        help=f"built in: {names}; or a file .xml (Mitsuba), .gltf, .glb, .obj, .ply",
    )
    group.add_argument(
        "--environment", type=Path, metavar="FILE", help="environment map, .hdr or .exr"
    )
    group.add_argument(
        "--size",
        type=parse_size,
        metavar="WxH",
        help="render size (512x512; in the window on a CPU {}x{})".format(*cpu_start.SIZE),
    )
    group.add_argument(
        "--spp", type=number(int, 1), help="samples per pixel, of each half (8; --render: 64)"
    )
    group.add_argument(
        "--max-depth", type=number(int, 1), default=default.max_depth, help="segments of a path (6)"
    )
    group.add_argument("--device", choices=("auto", "cuda", "cpu"), default="auto")
    group.add_argument(
        "--seed", type=number(int, 0), default=0, help="of the noise and of the weights (0)"
    )
    group.add_argument("--quiet", action="store_true", help="no progress bars")


def _add_denoiser(parser: argparse.ArgumentParser) -> None:
    """Flags of the denoiser."""
    group = parser.add_argument_group("denoiser (viewer, --headless, --benchmark)")
    default = DenoiserSettings()
    group.add_argument(
        "--network", choices=[n.value for n in NetworkName], default=default.network.value
    )
    group.add_argument(
        "--loss",
        choices=[n.value for n in LossName],
        default=default.loss.value,
        help="loss and tone map of the paper's figure 6 (hdr)",
    )
    group.add_argument(
        "--learning-rate",
        type=number(float, 0, True),
        default=default.learning_rate,
        help="of Adam (3e-4)",
    )
    group.add_argument(
        "--train-steps",
        type=number(int, 0),
        help=f"per displayed frame (8; in the window on a CPU {cpu_start.TRAIN_STEPS})",
    )
    group.add_argument(
        "--crop",
        type=number(int, 1),
        help=f"side of a training crop (256; in the window on a CPU {cpu_start.CROP})",
    )
    group.add_argument(
        "--precision",
        choices=[n.value for n in Precision],
        default=default.precision.value,
        help="of convolutions",
    )
    group.add_argument("--resume", type=Path, metavar="FILE", help="checkpoint to go on from")
    group.add_argument(
        "--save", type=Path, metavar="FILE", help="write the checkpoint here at the end"
    )


def _add_modes(parser: argparse.ArgumentParser) -> None:
    """Flags of single modes."""
    group = parser.add_argument_group("--headless, --benchmark, --render")
    group.add_argument(
        "--frames", type=number(int, 1), help="frames to do (headless 300, benchmark 30)"
    )
    group.add_argument(
        "--path", type=Path, metavar="FILE.json", help="camera path (the scene's own)"
    )
    group.add_argument(
        "--output", type=Path, help="folder (out), or with --render a picture .exr or .png"
    )
    group.add_argument(
        "--reference-every",
        type=number(int, 0),
        default=0,
        metavar="N",
        help="headless: measure every N frames",
    )
    group.add_argument(
        "--reference-spp",
        type=number(int, 1),
        default=1024,
        metavar="M",
        help="samples of a reference (1024)",
    )
    group.add_argument(
        "--budget-ms",
        type=number(float, 0, True),
        default=33.0,
        help="benchmark: goal per frame (33)",
    )


def parse_options(arguments: Sequence[str]) -> Options:
    """Options from the command line.

    Raises:
        UsageError: one line naming the flag and what is wrong with it.
    """
    args = build_parser().parse_args(arguments)
    mode = next((name for name in MODES if getattr(args, name)), "viewer")
    spp = args.spp or (64 if mode == "render" else RenderSettings().spp)
    size = args.size or RenderSettings().size
    render = RenderSettings(size=size, spp=spp, max_depth=args.max_depth, seed=args.seed)
    default = DenoiserSettings()
    denoiser = DenoiserSettings(
        network=NetworkName(args.network),
        loss=LossName(args.loss),
        learning_rate=args.learning_rate,
        train_steps=default.train_steps if args.train_steps is None else args.train_steps,
        crop=args.crop or default.crop,
        seed=args.seed,
        precision=Precision(args.precision),
    )
    return Options(
        mode=mode,
        scene=args.scene,
        environment=args.environment,
        session=SessionSettings(render, denoiser, args.device),
        chosen=frozenset(name for name in WORK if getattr(args, name) is not None),
        frames=args.frames or (30 if mode == "benchmark" else 300),
        path=args.path,
        output=args.output,
        reference_every=args.reference_every,
        reference_spp=args.reference_spp,
        budget_ms=args.budget_ms,
        resume=args.resume,
        save=args.save,
        is_quiet=args.quiet,
    )
