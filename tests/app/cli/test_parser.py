"""The command line: defaults, the group of every flag, and one-line errors.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.base.errors import UsageError
from app.cli.parser import arguments
from app.cli.parser import build_parser
from app.cli.parser import parse_options
from app.cli.types import MAX_NUMBER
from app.settings.comparison import Comparison
from app.settings.cpu_defaults import with_cpu_defaults
from app.settings.modes import OFFLINE_MODES
from app.settings.modes import USES
from app.settings.options import Options
from app.settings.session_settings import MAX_SIDE
from denoiser.online import checkpoint
from denoiser.online.trainer import Trainer
from denoiser.restoration.settings import RestorationNetwork
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from scenes.builtin.registry import BUILT_IN
from scenes.builtin.registry import DEFAULT_SCENE

GROUPS = {
    "mode (without one: the viewer)": {"headless", "benchmark", "render", "offline"},
    "scene and frame": {
        *(
            "scene",
            "environment",
            "define",
            "variant",
            "strict",
            "size",
            "spp",
            "max-depth",
            "rr-depth",
            "seed",
        ),
    },
    "online denoiser": {
        *("network", "init", "no-history", "loss", "learning-rate", "train-steps"),
        *("crop", "precision", "comparison"),
    },
    "every mode": {"device", "quiet"},
    "run": {
        *("frames", "path", "output", "reference-every", "reference-spp", "budget-ms"),
        *("resume", "save"),
    },
    "offline": {
        *("task", "stage", "targets", "train-data", "test-data", "iterations", "batch", "clip"),
        *("views", "channels", "input", "checkpoint", "baseline", "round", "level", "study"),
        *("seconds", "pairs", "aligned", "context"),
    },
}


VIEWS_TASK = ("--offline", "--task", "montecarlo")
OF_OTHER_TASKS = [("--level", "0"), ("--input", "a.png"), ("--channels", "1"), ("--clip", "0")]


def test_no_flags_give_default_options_and_the_default_scene() -> None:
    options = parse_options([])
    assert options == Options() and options.scene == DEFAULT_SCENE
    denoiser = options.session.denoiser
    assert (denoiser.network, denoiser.learning_rate) == (NetworkName.BEST, 1e-3)


def test_unet_defaults_are_those_of_the_paper() -> None:
    options = parse_options(["--network", "unet"])
    render, denoiser = options.session.render, options.session.denoiser
    assert (render.size, render.spp, options.session.device) == ((512, 512), 8, "auto")
    assert (denoiser.train_steps, denoiser.crop, denoiser.learning_rate) == (8, 256, 3e-4)
    assert denoiser.loss is LossName.HDR_TONED_INPUT and denoiser.network is NetworkName.UNET


def test_viewer_on_cpu_has_smaller_defaults_unless_flags_are_given() -> None:
    session = with_cpu_defaults(parse_options(["--device", "cpu"])).session
    assert session.render.size == (256, 160) and session.render.spp == 8
    assert (session.denoiser.train_steps, session.denoiser.crop) == (2, 128)
    given = with_cpu_defaults(parse_options("--device cpu --size 512x512 --train-steps 8".split()))
    assert given.session.render.size == (512, 512) and given.session.denoiser.train_steps == 8
    assert given.session.denoiser.crop == 128


def test_offline_training_on_cpu_has_smaller_defaults_unless_flags_are_given() -> None:
    offline = with_cpu_defaults(parse_options(["--offline", "--device", "cpu"])).offline
    assert offline is not None and offline.training.task == "gaussian"
    work = (offline.training.crop, offline.training.iterations, offline.training.batch)
    assert work == (64, 3000, 4)
    words = "--offline --device cpu --crop 256 --iterations 300000".split()
    given = with_cpu_defaults(parse_options(words)).offline
    assert given is not None
    assert (given.training.crop, given.training.iterations) == (256, 300_000)


@pytest.mark.parametrize(
    ("words", "network", "work", "rate"),
    [
        ("--network unet", RestorationNetwork.UNET, (128, 1500, 1), 1e-3),
        ("--network unet --batch 2", RestorationNetwork.UNET, (128, 1500, 2), 1e-3),
        ("--task mri", RestorationNetwork.RESIDUAL, (64, 1500, 1), 2e-3),
        ("--study brown", RestorationNetwork.UNET, (128, 1500, 1), 1e-3),
        ("--study brown --learning-rate 3e-4", RestorationNetwork.UNET, (128, 1500, 1), 3e-4),
        ("--study brown --network residual", RestorationNetwork.RESIDUAL, (64, 3000, 4), 2e-3),
    ],
)
def test_offline_defaults_depend_on_network_and_task(
    words: str, network: RestorationNetwork, work: tuple[int, int, int], rate: float
) -> None:
    options = with_cpu_defaults(parse_options(["--offline", "--device", "cpu", *words.split()]))
    assert options.offline is not None
    training = options.offline.training
    assert (training.network, training.learning_rate) == (network, rate)
    assert (training.crop, training.iterations, training.batch) == work


def test_montecarlo_task_parses_scenes_views_and_training_flags() -> None:
    words = "--offline --task montecarlo --device cpu --scene a b c --views 5 --loss hdr-linear"
    options = with_cpu_defaults(parse_options([*words.split(), "--iterations", "7"]))
    assert options.offline is not None and options.offline.views is not None
    training, per_scene = options.offline.views, options.offline.views_per_scene
    assert (options.scenes, per_scene, options.session.render.spp) == (("a", "b", "c"), 5, 64)
    assert (training.iterations, training.batch) == (7, 1)
    assert training.denoiser.loss is LossName.HDR_LINEAR_INPUT
    assert training.denoiser.crop == 128
    assert training.denoiser.learning_rate == 3e-4


@pytest.mark.parametrize(
    ("mode", "spp", "frames"),
    [("viewer", 8, 300), ("headless", 8, 300), ("benchmark", 8, 30), ("render", 64, 300)],
)
def test_defaults_of_each_mode(mode: str, spp: int, frames: int) -> None:
    options = parse_options([] if mode == "viewer" else [f"--{mode}"])
    assert (options.mode, options.session.render.spp, options.frames) == (mode, spp, frames)
    given = parse_options([*([] if mode == "viewer" else [f"--{mode}"]), "--spp", "3"])
    assert given.session.render.spp == 3


def test_render_denoiser_and_run_flags_set_their_options() -> None:
    text = (
        "--headless --scene s.xml --environment e.exr --size 40X30 --spp 2 --max-depth 3 "
        "--rr-depth 2 --device cpu --seed 5 --quiet "
        "--network unet --loss l2-toned --learning-rate 1e-3 "
        "--train-steps 0 --crop 64 --precision fp32 --comparison oidn --no-history "
        "--resume r --save s --frames 7 --path p.json "
        "--output o --reference-every 2 --reference-spp 16"
    )
    options = parse_options(text.split())
    render, denoiser = options.session.render, options.session.denoiser
    assert (render.size, render.spp, render.max_depth, render.seed) == ((40, 30), 2, 3, 5)
    assert render.rr_depth == 2
    assert (denoiser.learning_rate, denoiser.train_steps, denoiser.crop) == (1e-3, 0, 64)
    assert (denoiser.loss, denoiser.seed) == (LossName.L2_TONED_TARGET, 5)
    assert denoiser.precision is Precision.FP32 and options.session.device == "cpu"
    paths = (options.environment, options.resume, options.save, options.path, options.output)
    assert paths == tuple(map(Path, ("e.exr", "r", "s", "p.json", "o")))
    assert (options.scene, options.frames, options.is_quiet) == ("s.xml", 7, True)
    assert options.session.comparison is Comparison.OIDN and not denoiser.has_history
    assert (options.reference_every, options.reference_spp) == (2, 16)
    assert parse_options(["--benchmark", "--budget-ms", "16.5"]).budget_ms == 16.5


@pytest.mark.parametrize("size", [(1, 1), (512, 384), (MAX_SIDE, 1)])
def test_size_flag_accepts_1x1_up_to_the_maximum_side(size: tuple[int, int]) -> None:
    text = f"{size[0]}x{size[1]}"
    assert parse_options(["--size", text]).session.render.size == size


@pytest.mark.parametrize(
    "arguments",
    [
        ["--size", "0x0"],
        ["--size", "512"],
        ["--size", "-5x5"],
        ["--size", "5x5x5"],
        ["--size", "x"],
        ["--size", "\u00b2x\u00b2"],
        ["--size", f"{MAX_SIDE + 1}x1"],
        ["--spp", "0"],
        ["--spp", "many"],
        ["--spp", "1.5"],
        ["--spp", str(MAX_NUMBER + 1)],
        ["--max-depth", "0"],
        ["--rr-depth", "0"],
        ["--seed", "-1"],
        ["--seed", str(2**40)],
        ["--learning-rate", "0"],
        ["--learning-rate", "nan"],
        ["--learning-rate", "inf"],
        ["--train-steps", "-1"],
        ["--crop", "0"],
        ["--frames", "0"],
        ["--reference-every", "-1"],
        ["--reference-spp", "0"],
        ["--budget-ms", "0"],
        ["--device", "tpu"],
        ["--network", "gan"],
        ["--loss", "l3"],
        ["--precision", "int8"],
        ["--scene"],
        ["--no-such-flag"],
        ["--head"],
        ["word"],
        ["--headless", "--render"],
        ["--save", "end.safetensors", "--render"],
        ["--task", "mri"],
        ["--input", "picture.png"],
        ["--comparison", "gan"],
        ["--comparison", "oidn", "--benchmark"],
        ["--views", "3", "--offline"],
        *([flag, value, *VIEWS_TASK] for flag, value in OF_OTHER_TASKS),
        ["--baseline", *VIEWS_TASK],
        ["--clip", "0", "--headless"],
        ["--test-data", "x=pictures", "--study", "losses"],
        ["--save", "end.safetensors", "--offline"],
        ["--resume", "start.safetensors", "--study", "online"],
        ["--frames", "3", "--render"],
        ["--frames", "3", "--offline"],
        ["--crop", "64", "--render"],
        ["--no-history", "--render"],
        ["--reference-every", "5", "--benchmark"],
        ["--reference-spp", "5", "--render"],
        ["--budget-ms", "5", "--headless"],
        ["--budget-ms", "5", "--study", "online"],
        ["--loss", "l2", "--study", "losses"],
        ["--comparison", "best"],
        ["--comparison", "unet", "--headless", "--network", "unet"],
        ["--scene", "cornell-box", "--offline"],
        *([flag, "3", "--offline"] for flag in ("--spp", "--max-depth", "--train-steps")),
        ["--task", "mri", "--offline", "--study", "brown"],
        ["--resume", "start.safetensors", "--offline", "--study", "brown"],
        ["--input", "photo.png", "--offline"],
        ["--input", "photo.png", "--offline", "--stage", "evaluate"],
        ["--checkpoint", "end.safetensors", "--offline"],
        ["--checkpoint", "end.safetensors", "--stage", "train", *VIEWS_TASK],
    ],
    ids=" ".join,
)
def test_invalid_argument_is_named_in_a_one_line_error(arguments: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(arguments)
    message = str(caught.value)
    assert "\n" not in message and arguments[0] in message


def test_help_lists_each_flag_in_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    sections = [text.index(f"\n{title}:\n") for title in GROUPS]
    assert sections == sorted(sections)
    for (title, flags), start, end in zip(GROUPS.items(), sections, [*sections[1:], len(text)]):
        words = text[start:end].replace(",", " ").split()
        assert {f"--{flag}" for flag in flags} <= set(words), title
    assert all(name in "".join(text.split()) for name in BUILT_IN)


@pytest.mark.parametrize("flag", sorted(GROUPS["offline"] - {"study"}))
def test_offline_flags_are_read_only_by_offline_modes(flag: str) -> None:
    """--study is excepted, since it also compares denoisers along a camera path."""
    same = arguments()[flag]
    assert {mode for argument in same for mode in argument.modes} <= set(OFFLINE_MODES)


@pytest.mark.parametrize("mode", [*USES])
def test_every_mode_reads_a_flag_and_every_flag_has_a_mode(mode: str) -> None:
    known = [argument for same in arguments().values() for argument in same]
    assert any(mode in argument.modes for argument in known)
    assert all(set(argument.modes) <= set(USES) and argument.modes for argument in known)


def test_options_that_share_a_flag_agree_on_list_and_switch_syntax() -> None:
    for same in arguments().values():
        assert len({(known.option.takes_list, known.kind is bool) for known in same}) == 1


def test_parser_has_exactly_the_listed_flags() -> None:
    known = {f"--{flag}" for flags in GROUPS.values() for flag in flags} | {"-h", "--help", "-D"}
    known |= {"--start", "--rival"}  # old spellings, still accepted
    assert {word for action in build_parser()._actions for word in action.option_strings} == known


def test_resumed_checkpoint_sets_the_network_unless_a_flag_is_given(tmp_path: Path) -> None:
    path = tmp_path / "fast.safetensors"
    fast = DenoiserSettings(network=NetworkName.FAST)
    checkpoint.save(path, Trainer(fast, "cpu"))
    options = parse_options(["--headless", "--resume", str(path)])
    assert options.session.denoiser.network is NetworkName.FAST
    named = parse_options(["--headless", "--resume", str(path), "--network", "unet"])
    assert named.session.denoiser.network is NetworkName.UNET
