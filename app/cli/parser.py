"""Command line: one flat list of flags, derived from the fields of `Options`.

Host code.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import NoReturn

from app.base.errors import UsageError
from app.cli.arguments import Argument
from app.cli.arguments import add_argument
from app.cli.arguments import arguments_of
from app.cli.checks import check_offline
from app.cli.checks import check_unread
from app.cli.checks import refuse
from app.settings.modes import ALL_MODES
from app.settings.modes import BENCHMARK
from app.settings.modes import HEADLESS
from app.settings.modes import OFFLINE_MODES
from app.settings.modes import RENDER
from app.settings.modes import RENDERED_VIEWS
from app.settings.modes import RESTORATION
from app.settings.modes import STUDY
from app.settings.modes import USES
from app.settings.modes import VIEWER
from app.settings.offline_options import OfflineOptions
from app.settings.offline_options import Stage
from app.settings.options import OnlineStudy
from app.settings.options import Options
from denoiser.option import group_of
from denoiser.option import option_of
from denoiser.option import types_of
from denoiser.option import without_none
from denoiser.restoration.settings import LEARNING_RATES
from denoiser.restoration.settings import MONTECARLO
from denoiser.restoration.settings import PRETRAINED_RATE
from denoiser.restoration.settings import UNTRAINED_TASKS
from denoiser.restoration.settings import RestorationNetwork
from denoiser.settings import Init

DESCRIPTION = "Hush: a path tracer that learns to denoise while you fly through the scene."
OFFLINE, RESTORE = "offline", "restore"
EPILOG = "restore FILE ... is short for --offline --stage denoise --input FILE ..."
MODE_FLAGS = {
    HEADLESS: "follow a camera path without a window",
    BENCHMARK: "measure milliseconds per frame and stage",
    RENDER: "render one image without the denoiser",
    OFFLINE: "restore photographs or scans, without clean data",
}


class OneLineParser(argparse.ArgumentParser):
    """Argument parser that reports a bad command line in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing the usage."""
        raise UsageError(message)


def build_parser(program: str = "run_viewer.py") -> argparse.ArgumentParser:
    """Parser of all flags; a flag that was not given is None."""
    parser = OneLineParser(program, description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False)
    mode_group = parser.add_argument_group("mode (without one: the viewer)")
    modes = mode_group.add_mutually_exclusive_group()
    for mode, text in MODE_FLAGS.items():
        modes.add_argument(f"--{mode}", action="store_true", help=text)
    groups: dict[str, argparse._ArgumentGroup] = {}
    for same in arguments().values():
        title = same[0].title
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        add_argument(groups[title], same)
    return parser


def arguments() -> dict[str, list[Argument]]:
    """All options by flag; options of several records may share a flag."""
    found: dict[str, list[Argument]] = {}
    for argument in arguments_of(Options, ALL_MODES, "run"):
        found.setdefault(argument.flag, []).append(argument)
    return found


def parse_options(texts: Sequence[str], program: str = "run_viewer.py") -> Options:
    """Parse a command line into options.

    Raises:
        UsageError: one line naming the flag and what is wrong with it.
    """
    args = build_parser(program).parse_args(_expanded(texts))
    given = {flag for flag, same in arguments().items() if getattr(args, same[0].name) is not None}
    mode = _mode(args)
    check_unread(args, arguments(), mode)
    _take_network_of_checkpoint(args, mode)
    values = _record(Options, args, mode, ALL_MODES)
    options = replace(
        values, mode=OFFLINE if mode in OFFLINE_MODES else mode, given=frozenset(given)
    )
    if (
        hint := options.session.comparison.conflict_with(options.session.denoiser.network)
    ) is not None:
        raise UsageError(f"argument --comparison: {hint}")
    if len(options.scenes) > 1 and mode != RENDERED_VIEWS:
        raise UsageError("argument --scene: several are for --offline --task montecarlo")
    return replace(options, offline=_offline(options, args, mode))


def _expanded(texts: Sequence[str]) -> list[str]:
    """The command line with `restore FILE ...` replaced by flags of the offline mode."""
    if not texts or texts[0] != RESTORE:
        return list(texts)
    return ["--offline", "--stage", Stage.DENOISE.value, "--input", *texts[1:]]


def _mode(args: argparse.Namespace) -> str:
    """The mode whose flag is given; a study without --offline is a mode of its own."""
    mode = next((name for name in MODE_FLAGS if getattr(args, name)), VIEWER)
    if mode == OFFLINE:
        return RENDERED_VIEWS if args.task == MONTECARLO else RESTORATION
    if args.study is None:
        return mode
    if mode != VIEWER:
        raise UsageError(f"argument --study: not together with --{mode}")
    if args.study not in [study.value for study in OnlineStudy]:
        raise UsageError(f"argument --study: {args.study} needs --offline")
    if args.study == OnlineStudy.LOSSES.value:
        refuse(args, ("loss",), f"--study {args.study} compares all five")
    return STUDY


def _take_network_of_checkpoint(args: argparse.Namespace, mode: str) -> None:
    """Without --network, use the network of the --resume checkpoint. Raises CheckpointError."""
    if args.network is None and args.resume is not None and mode not in OFFLINE_MODES:
        from denoiser.online.checkpoint import load_settings  # imports torch

        args.network = load_settings(Path(args.resume)).network.value


def _record(record: type, args: argparse.Namespace, mode: str, modes: tuple[str, ...]) -> Any:
    """Build a record from the given flags and the mode's defaults for the others."""
    kinds, values = types_of(record), {}
    for each in fields(record):
        kind, known, inner = without_none(kinds[each.name]), option_of(each), group_of(each)
        if known is not None:
            argument = Argument(each, known, kind, known.modes or modes)
            found = getattr(args, argument.name)
            if found is not None and mode in argument.modes:
                values[each.name] = _value(argument, found)
            else:
                uses = [use for use in USES[mode] if use in known.uses and use != "cpu"]
                if uses:
                    values[each.name] = known.uses[uses[-1]]
        elif inner is not None and mode in inner.modes:
            values[each.name] = _record(kind, args, mode, inner.modes)
    return record(**values)


def _value(argument: Argument, found: Any) -> Any:
    """Value of a flag. UsageError if it is invalid or belongs to another mode."""
    for other in arguments()[argument.flag]:
        if found not in (argument.choices or (found,)) and found in (other.choices or ()):
            relation = "for" if set(other.modes) <= set(OFFLINE_MODES) else "not for"
            choices = ", ".join(argument.choices or ())
            hint = f"{found} is {relation} --offline, choose from {choices}"
            raise UsageError(f"argument --{argument.flag}: {hint}")
    try:
        return argument.value_of(found)
    except ValueError as error:
        raise UsageError(f"argument --{argument.flag}: {error}") from error


def _offline(options: Options, args: argparse.Namespace, mode: str) -> OfflineOptions | None:
    """Check offline options and fill in what depends on the task; None in other modes."""
    offline = options.offline
    if offline is None:
        return None
    check_offline(args, mode, offline)
    targets = offline.targets[0]
    if offline.views is not None:
        views = replace(offline.views, targets=targets, denoiser=options.session.denoiser)
        return replace(offline, training=replace(offline.training, task=MONTECARLO), views=views)
    if offline.task in UNTRAINED_TASKS:
        return offline
    from denoiser.restoration.tasks import TASKS  # imports torch

    task = TASKS[offline.task]
    training = replace(
        offline.training,
        task=task.name,
        targets=targets,
        channels=task.channels if args.channels is None else offline.training.channels,
        loss=task.loss if args.loss is None else offline.training.loss,
    )
    if offline.init is Init.PRETRAINED and args.learning_rate is None:
        training = replace(training, learning_rate=PRETRAINED_RATE)
    if offline.study is not None and args.network is None:  # experiments of the paper
        unet = RestorationNetwork.UNET
        rate = LEARNING_RATES[unet] if args.learning_rate is None else training.learning_rate
        training = replace(training, network=unet, learning_rate=rate)
    return replace(offline, training=training)
