"""Flags of the offline mode.

Host code.
"""

from __future__ import annotations

import argparse
from enum import Enum
from pathlib import Path
from typing import TypeVar

from app.base.errors import UsageError
from app.cli.denoiser_flags import denoiser_settings
from app.cli.mode_flags import SCENE_FLAGS
from app.cli.mode_flags import refuse
from app.cli.types import number
from app.settings.montecarlo_options import DEFAULT_SCENES
from app.settings.montecarlo_options import DEFAULT_VIEWS
from app.settings.montecarlo_options import MONTECARLO
from app.settings.montecarlo_options import ViewOptions
from app.settings.offline_options import TARGETS
from app.settings.offline_options import OfflineOptions
from app.settings.offline_options import Stage
from app.settings.offline_options import Study
from app.settings.options import OnlineStudy
from denoiser.rendered.settings import ViewTraining
from denoiser.restoration.settings import TASK_NAMES
from denoiser.restoration.settings import RestorationLoss
from denoiser.restoration.settings import RestorationNetwork
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import Targets
from denoiser.settings import Precision

CHANNELS = (1, 3)
NOT_OF_VIEWS = ("study", "level", "input", "channels", "baseline", "round", "clip")
"""Flags that the task on rendered views does not read."""

Member = TypeVar("Member", bound=Enum)


def add_offline_flags(parser: argparse.ArgumentParser) -> None:
    """Flags that only the offline mode reads."""
    group = parser.add_argument_group("--offline (also --crop, --learning-rate, --loss, --network)")
    group.add_argument(
        "--task", choices=[*TASK_NAMES, MONTECARLO], help="what is restored (gaussian)"
    )
    group.add_argument(
        "--stage",
        choices=[stage.value for stage in Stage],
        help="part of the task (all: train, then evaluate; montecarlo: render before)",
    )
    group.add_argument(
        "--targets", choices=TARGETS, help="what training compares with; both: side by side (noisy)"
    )
    group.add_argument(
        "--train-data",
        type=Path,
        metavar="PATH",
        help="folder of pictures, pairs, bursts or scans (photographs of scikit-image)",
    )
    group.add_argument(
        "--test-data",
        nargs="+",
        default=[],
        metavar="NAME=DIR",
        help="test sets (two photographs of scikit-image; scans: every fifth subject)",
    )
    group.add_argument(
        "--views",
        type=number(int, 1),
        help=f"montecarlo: viewpoints rendered of each scene ({DEFAULT_VIEWS})",
    )
    _add_training(group)
    _add_measuring(group)


def _add_training(group: argparse._ArgumentGroup) -> None:
    """How a network is trained."""
    group.add_argument(
        "--iterations", type=number(int, 1), help="optimiser updates (100,000; on a CPU 1,500)"
    )
    group.add_argument(
        "--clip",
        type=number(float, 0),
        help="limit gradients to so many times their usual norm; 0: never, as the paper (2)",
    )
    group.add_argument(
        "--batch", type=number(int, 1), help="examples an update sees (4; on a CPU 1)"
    )
    group.add_argument("--channels", type=int, choices=CHANNELS, help="1: grey, 3: RGB (3; mri: 1)")


def _add_measuring(group: argparse._ArgumentGroup) -> None:
    """What trained networks are used for."""
    group.add_argument(
        "--input",
        nargs="+",
        type=Path,
        default=[],
        metavar="PATH",
        help="denoise: files or folders",
    )
    group.add_argument(
        "--checkpoint",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="denoise, evaluate: trained networks",
    )
    group.add_argument(
        "--baseline",
        action="store_true",
        help="also measure BM3D, Anscombe + BM3D or the deep image prior (slow)",
    )
    group.add_argument(
        "--round", action="store_true", help="measure 8-bit pictures, as the authors' code does"
    )
    group.add_argument(
        "--level", type=number(float, 0), help="test with this level of noise (the paper's)"
    )
    group.add_argument(
        "--study",
        choices=[study.value for study in (*Study, *OnlineStudy)],
        help="several trainings: the paper's figures 1a, 1b, 1c, 5 (--offline), 6, 8 (a scene)",
    )


def offline_options(args: argparse.Namespace) -> OfflineOptions:
    """What the flags say. UsageError where they do not fit together."""
    _refuse_of_other_stages(args)
    if args.task == MONTECARLO:
        return _view_task(args)
    from denoiser.restoration.tasks import TASKS  # by way of torch, which --help need not wait for

    task = TASKS[args.task or "gaussian"]
    refuse(args, ("views", *SCENE_FLAGS), f"not for --task {task.name}")
    defaults = RestorationSettings(task.name)
    if args.stage == Stage.RENDER.value:
        raise UsageError(f"argument --stage: --task {task.name} renders nothing")
    if args.study is not None:
        if args.study not in [study.value for study in Study]:
            raise UsageError(
                f"argument --study: {args.study} flies through a scene, without --offline"
            )
        refuse(
            args, ("task", "stage", "level", "resume"), f"not together with --study {args.study}"
        )
    limits = None if task.corruption is None else task.corruption.limits
    _check_level(args.level, task.name, limits)
    targets = _targets(args.targets)
    if task.corruption is None and targets != (Targets.NOISY,):
        raise UsageError(f"--task {task.name} has no clean targets")
    settings = RestorationSettings(
        task=task.name,
        network=_choice(RestorationNetwork, "network", args.network) or defaults.network,
        channels=args.channels or task.channels,
        loss=_choice(RestorationLoss, "loss", args.loss) or task.loss,
        targets=targets[0],
        iterations=args.iterations or defaults.iterations,
        batch=args.batch or defaults.batch,
        crop=args.crop or defaults.crop,
        learning_rate=args.learning_rate or defaults.learning_rate,
        clip=defaults.clip if args.clip is None else args.clip or None,
        seed=args.seed,
        precision=Precision(args.precision),
    )
    return OfflineOptions(
        training=settings,
        stage=Stage(args.stage or Stage.ALL.value),
        study=Study(args.study) if args.study else None,
        targets=targets,
        train_data=args.train_data,
        test_data=_test_sets(args.test_data),
        inputs=tuple(args.input),
        checkpoints=tuple(args.checkpoint),
        has_baseline=args.baseline,
        is_rounded=args.round,
        level=args.level,
    )


def _refuse_of_other_stages(args: argparse.Namespace) -> None:
    """Raise UsageError for files that the stage would not open: it would train instead."""
    stages = (Stage.DENOISE.value, Stage.EVALUATE.value)
    if args.stage not in stages:
        refuse(args, ("checkpoint",), "needs --stage {} or {}".format(*stages))
    if args.stage != Stage.DENOISE.value:
        refuse(args, ("input",), f"needs --stage {Stage.DENOISE.value}")


def _view_task(args: argparse.Namespace) -> OfflineOptions:
    """Options of the task that restores rendered scenes."""
    refuse(args, NOT_OF_VIEWS, f"not for --task {MONTECARLO}")
    defaults, targets = ViewTraining(), _targets(args.targets)
    training = ViewTraining(
        denoiser=denoiser_settings(args),
        targets=targets[0],
        iterations=args.iterations or defaults.iterations,
        batch=args.batch or defaults.batch,
    )
    scenes = tuple(args.scene) if args.scene else DEFAULT_SCENES
    return OfflineOptions(
        training=RestorationSettings(
            MONTECARLO,
            iterations=training.iterations,
            batch=training.batch,
            crop=training.denoiser.crop,
        ),
        views=ViewOptions(training, scenes, args.views or DEFAULT_VIEWS),
        stage=Stage(args.stage or Stage.ALL.value),
        targets=targets,
        train_data=args.train_data,
        test_data=_test_sets(args.test_data),
        checkpoints=tuple(args.checkpoint),
    )


def _targets(text: str | None) -> tuple[Targets, ...]:
    if text == "both":
        return (Targets.NOISY, Targets.CLEAN)
    return (Targets(text or Targets.NOISY.value),)


def _check_level(level: float | None, task: str, limits: tuple[float, float] | None) -> None:
    """Raise where the task has no such level of noise; `limits` are None if it adds none."""
    if level is None:
        return
    if limits is None:
        raise UsageError(f"argument --level: --task {task} adds no noise")
    if not limits[0] <= level <= limits[1]:
        ends = "{:g} to {:g}".format(*limits)
        raise UsageError(f"argument --level: {level:g}, of --task {task} it is {ends}")


def _choice(kind: type[Member], flag: str, text: str | None) -> Member | None:
    """The member of an enumeration that a flag shared with the other modes names."""
    known = [member.value for member in kind]
    if text is not None and text not in known:
        raise UsageError(f"argument --{flag}: offline it is one of {', '.join(known)}, not {text}")
    return None if text is None else kind(text)


def _test_sets(texts: list[str]) -> dict[str, Path]:
    """Test sets by name; a path alone is named by its last part."""
    sets: dict[str, Path] = {}
    for text in texts:
        name, separator, path = text.partition("=")
        if not separator:
            name, path = Path(text).name, text
        if not name or not path or name in sets:
            raise UsageError(f"argument --test-data: {text!r} is not NAME=DIR with a new name")
        sets[name] = Path(path)
    return sets
