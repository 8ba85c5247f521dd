"""Flags of the online denoiser.

Host code.
"""

from __future__ import annotations

import argparse
from enum import Enum
from pathlib import Path

from app.base.errors import UsageError
from app.cli.types import number
from app.settings import cpu_defaults
from app.settings.comparison import Rival
from denoiser.presets import PRESETS
from denoiser.restoration.settings import RestorationLoss
from denoiser.restoration.settings import RestorationNetwork
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from denoiser.settings import Start

DEFAULT_NETWORK = NetworkName.BEST


def add_denoiser_flags(parser: argparse.ArgumentParser) -> None:
    """Flags of the denoiser."""
    group = parser.add_argument_group("denoiser (viewer, --headless, --benchmark)")
    default = DenoiserSettings()
    group.add_argument(
        "--network",
        choices=_values(NetworkName, RestorationNetwork),
        help="best, fast: kernels over each half's own history; unet: the paper's, default with"
        " --study and --offline; offline also red30",
    )
    group.add_argument(
        "--start",
        choices=_values(Start),
        default=default.start.value,
        help="first weights of fast and best: learned from other scenes, or random (warm)",
    )
    group.add_argument(
        "--no-history",
        action="store_true",
        help="fast and best take every frame for itself, but for the mean at rest",
    )
    group.add_argument(
        "--loss",
        choices=_values(LossName, RestorationLoss),
        help="the paper's figure 6: hdr .. l2-toned (hdr); offline: l2, l1, l0 (the task's)",
    )
    group.add_argument(
        "--learning-rate",
        type=number(float, 0, True),
        help="of Adam (best and fast 1e-3, falling after a warm start; unet 3e-4; offline 1e-3)",
    )
    group.add_argument(
        "--train-steps",
        type=number(int, 0),
        help=f"per displayed frame (8; in the window on a CPU {cpu_defaults.TRAIN_STEPS})",
    )
    group.add_argument(
        "--crop",
        type=number(int, 1),
        help=f"side of a training crop (256; window and --offline on a CPU: {cpu_defaults.CROP})",
    )
    group.add_argument(
        "--precision",
        choices=[n.value for n in Precision],
        default=default.precision.value,
        help="of convolutions (auto: bf16 where the device computes with it, else fp32)",
    )
    group.add_argument(
        "--rival",
        choices=_values(Rival),
        help="viewer, --headless: another that runs beside it on the same frames (none)",
    )
    group.add_argument("--resume", type=Path, metavar="FILE", help="checkpoint to go on from")
    group.add_argument(
        "--save", type=Path, metavar="FILE", help="write the checkpoint here at the end"
    )


def denoiser_settings(args: argparse.Namespace) -> DenoiserSettings:
    """Settings of the online denoiser. UsageError for a choice that is of the offline mode only."""
    default = DenoiserSettings()
    for flag, kind in (("network", NetworkName), ("loss", LossName)):
        text, known = getattr(args, flag), _values(kind)
        if text is not None and text not in known:
            raise UsageError(f"argument --{flag}: {text} is for --offline, choose from {known}")
    network = _network(args)
    return DenoiserSettings(
        network=network,
        loss=LossName(args.loss or default.loss),
        learning_rate=args.learning_rate or PRESETS[network].learning_rate,
        train_steps=default.train_steps if args.train_steps is None else args.train_steps,
        crop=args.crop or default.crop,
        seed=args.seed,
        precision=Precision(args.precision),
        start=Start(args.start),
        has_history=not args.no_history,
    )


def _network(args: argparse.Namespace) -> NetworkName:
    """The one asked for, else that of the checkpoint to go on from. Or CheckpointError."""
    if args.network is not None:
        return NetworkName(args.network)
    if args.resume is not None:
        from denoiser.online.checkpoint import load_settings  # by way of torch

        return load_settings(args.resume).network
    is_of_the_paper = args.offline or args.study is not None
    return NetworkName.UNET if is_of_the_paper else DEFAULT_NETWORK


def _values(*kinds: type[Enum]) -> list[str]:
    """Values of several enumerations, each once."""
    return list(dict.fromkeys(member.value for kind in kinds for member in kind))
