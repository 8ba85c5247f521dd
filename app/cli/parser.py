"""The command line: one flat list of flags, grouped by mode in `--help`.

Host code.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from app.base.errors import UsageError
from app.cli.denoiser_flags import add_denoiser_flags
from app.cli.denoiser_flags import denoiser_settings
from app.cli.mode_flags import refuse
from app.cli.mode_flags import refuse_unread
from app.cli.offline_flags import add_offline_flags
from app.cli.offline_flags import offline_options
from app.cli.types import number
from app.settings import cpu_defaults
from app.settings.comparison import Rival
from app.settings.offline_options import OfflineOptions
from app.settings.options import OnlineStudy
from app.settings.options import Options
from app.settings.session_settings import MAX_SIDE
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from scenes.builtin.registry import BUILT_IN
from scenes.builtin.registry import DEFAULT_SCENE

DESCRIPTION = "Hush: a path tracer that learns to denoise while you fly through the scene."
MODES = ("headless", "benchmark", "render", "offline")
WORK = (
    "size",
    "crop",
    "train_steps",
    "iterations",
    "batch",
    "budget_ms",
)  # flags whose default hangs on mode and device
MANY_SPP = 64  # of a picture nobody waits for (Lehtinen et al. 2018, section 3.3, offline)


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


def build_parser() -> argparse.ArgumentParser:
    """All flags."""
    parser = OneLineParser("run_viewer.py", description=DESCRIPTION, allow_abbrev=False)
    mode = parser.add_argument_group(
        "mode (without one: the viewer)"
    ).add_mutually_exclusive_group()
    mode.add_argument("--headless", action="store_true", help="fly a camera path without a window")
    mode.add_argument("--benchmark", action="store_true", help="milliseconds per frame and stage")
    mode.add_argument("--render", action="store_true", help="one image without the denoiser")
    mode.add_argument(
        "--offline", action="store_true", help="restore photographs or scans, without clean data"
    )
    _add_common(parser)
    add_denoiser_flags(parser)
    _add_modes(parser)
    add_offline_flags(parser)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    """Flags of every mode."""
    group = parser.add_argument_group("every mode")
    names = ", ".join(BUILT_IN)
    default = RenderSettings()
    group.add_argument(
        "--scene",
        nargs="+",
        metavar="NAME|FILE",
        help=f"built in: {names}; or a file .xml (Mitsuba), .gltf, .glb, .obj, .ply;"
        " several for --task montecarlo",
    )
    group.add_argument(
        "--environment", type=Path, metavar="FILE", help="environment map, .hdr or .exr"
    )
    group.add_argument(
        "--size",
        type=parse_size,
        metavar="WxH",
        help="render size (512x512; in the window on a CPU {}x{})".format(*cpu_defaults.SIZE),
    )
    group.add_argument(
        "--spp",
        type=number(int, 1),
        help="samples per pixel, of each half (8; --render and montecarlo: 64)",
    )
    group.add_argument(
        "--max-depth", type=number(int, 1), help=f"segments of a path ({default.max_depth})"
    )
    group.add_argument(
        "--rr-depth",
        type=number(int, 1),
        help=f"segments before Russian roulette may end a path ({default.rr_depth})",
    )
    group.add_argument(
        "--device",
        choices=("auto", "cuda", "cpu"),
        default="auto",
        help="what renders and learns (auto: a CUDA GPU where torch sees one)",
    )
    group.add_argument(
        "--seed", type=number(int, 0), default=0, help="of the noise and of the weights (0)"
    )
    group.add_argument("--quiet", action="store_true", help="no progress bars")


def _add_modes(parser: argparse.ArgumentParser) -> None:
    """Flags of single modes."""
    group = parser.add_argument_group("--headless, --benchmark, --render")
    group.add_argument(
        "--frames", type=number(int, 1), help="frames to do (headless 300, benchmark 30)"
    )
    group.add_argument(
        "--path",
        type=Path,
        metavar="FILE.json",
        help="camera path (the scene's own); --render: the view it begins with",
    )
    group.add_argument(
        "--output", type=Path, help="folder (out), or with --render a picture .exr or .png"
    )
    group.add_argument(
        "--reference-every",
        type=number(int, 0),
        metavar="N",
        help="headless: measure every N frames",
    )
    group.add_argument(
        "--reference-spp",
        type=number(int, 1),
        metavar="M",
        help=f"samples of a reference ({Options().reference_spp})",
    )
    group.add_argument(
        "--budget-ms",
        type=number(float, 0, True),
        help="benchmark, viewer: goal per frame ({:g}; viewer on a CPU {:g})".format(
            Options().budget_ms, cpu_defaults.BUDGET_MS
        ),
    )


def parse_options(arguments: Sequence[str]) -> Options:
    """Options from the command line.

    Raises:
        UsageError: one line naming the flag and what is wrong with it.
    """
    args = build_parser().parse_args(arguments)
    mode = _mode(args)
    refuse_unread(args, mode)
    offline = offline_options(args) if mode == "offline" else None
    is_many = mode == "render" or (offline is not None and offline.views is not None)
    spp = args.spp or (MANY_SPP if is_many else RenderSettings().spp)
    render = _render_settings(args, spp)
    denoiser = DenoiserSettings() if offline else denoiser_settings(args)
    rival = _rival(args, denoiser.network)
    return Options(
        mode=mode,
        scene=_scene(args, offline),
        environment=args.environment,
        session=SessionSettings(render, denoiser, args.device, rival),
        chosen=frozenset(name for name in WORK if getattr(args, name) is not None),
        study=OnlineStudy(args.study) if mode == "study" else None,
        offline=offline,
        frames=args.frames or (30 if mode == "benchmark" else 300),
        path=args.path,
        output=args.output,
        reference_every=args.reference_every or Options().reference_every,
        reference_spp=args.reference_spp or Options().reference_spp,
        budget_ms=Options().budget_ms if args.budget_ms is None else args.budget_ms,
        resume=args.resume,
        save=args.save,
        is_quiet=args.quiet,
    )


def _mode(args: argparse.Namespace) -> str:
    """The mode whose flag is given; a study without --offline is a mode of its own."""
    mode = next((name for name in MODES if getattr(args, name)), "viewer")
    if args.study is None or mode == "offline":
        return mode
    if mode != "viewer":
        raise UsageError(f"argument --study: not together with --{mode}")
    if args.study not in [study.value for study in OnlineStudy]:
        raise UsageError(f"argument --study: {args.study} needs --offline")
    if args.study == OnlineStudy.LOSSES.value:
        refuse(args, ("loss",), f"--study {args.study} flies with all five")
    return "study"


def _render_settings(args: argparse.Namespace, spp: int) -> RenderSettings:
    """What is asked for; the rest as usual."""
    usual = RenderSettings()
    return RenderSettings(
        size=args.size or usual.size,
        spp=spp,
        max_depth=args.max_depth or usual.max_depth,
        rr_depth=args.rr_depth or usual.rr_depth,
        seed=args.seed,
    )


def _rival(args: argparse.Namespace, network: NetworkName) -> Rival:
    """Another than the denoiser itself, or UsageError."""
    rival = Rival(args.rival or Rival.NONE.value)
    if (hint := rival.hint_beside(network)) is not None:
        raise UsageError(f"argument --rival: {hint}")
    return rival


def _scene(args: argparse.Namespace, offline: OfflineOptions | None) -> str:
    """The scene of every mode but the task that renders several."""
    scenes = args.scene or [DEFAULT_SCENE]
    if len(scenes) > 1 and (offline is None or offline.views is None):
        raise UsageError("argument --scene: several are for --offline --task montecarlo")
    return str(scenes[0])
