"""A headless run resumes after its last frame, with the same settings or not at all.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.main import USER_ERROR
from app.results.frame_log import read_rows
from denoiser.online import checkpoint
from denoiser.online.trainer import Trainer
from denoiser.settings import NetworkName
from tests.app.headless_runs import FRAMES
from tests.app.headless_runs import MEASURED
from tests.app.headless_runs import layers_of
from tests.app.headless_runs import run_headless
from tests.app.headless_runs import video_frames
from tests.app.runs import run


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a finished run."""
    return run_headless(tmp_path_factory.mktemp("headless") / "out")


def stopped(finished_run: Path, folder: Path) -> dict[str, bytes]:
    """Copy a finished run as if stopped two frames before its end; return its files by name."""
    content = {file.name: file.read_bytes() for file in finished_run.iterdir()}
    report = json.loads(content["report.json"])
    report["settings"]["frames"] += 2
    content["report.json"] = json.dumps(report).encode()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return content


def test_resume_continues_after_the_last_frame(finished_run: Path, tmp_path: Path) -> None:
    stopped(finished_run, tmp_path)
    before = (tmp_path / "frames.csv").read_text().splitlines()
    saved = tmp_path / "end.safetensors"
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"), "--save", str(saved))
    assert run("--headless", tmp_path, "--frames", str(FRAMES + 2), *resume, *MEASURED) == 0
    after = (tmp_path / "frames.csv").read_text().splitlines()
    assert after[: len(before)] == before and len(after) == len(before) + 2
    rows = read_rows(tmp_path / "frames.csv")
    assert [row.frame for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1].step_count == 6 and len(video_frames(tmp_path)) == 6
    trainer = Trainer(checkpoint.load_settings(saved), "cpu")
    checkpoint.load(saved, trainer)
    assert trainer.step_count == 6 and trainer.settings.crop == 32


def test_resume_in_another_folder_keeps_training_and_restarts_frames(
    finished_run: Path, tmp_path: Path
) -> None:
    resume = ("--resume", str(finished_run / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", "1", *resume) == 0
    rows = read_rows(tmp_path / "frames.csv")
    assert [(row.frame, row.step_count) for row in rows] == [(1, FRAMES + 1)]
    assert "reference" not in layers_of(tmp_path), "no reference was rendered"


def test_resume_restores_comparison_networks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun, folder = tmp_path / "begun", tmp_path / "out"
    folder.mkdir()
    assert run("--headless", begun, "--frames", "1", "--comparison", "fast") == 0
    stopped(begun, folder)
    words = ("--comparison", "fast", "--resume", str(folder / "checkpoint.safetensors"))
    assert run("--headless", folder, "--frames", "3", *words) == 0
    saved = folder / "checkpoint-comparison.safetensors"
    comparison = Trainer(checkpoint.load_settings(saved), "cpu")
    checkpoint.load(saved, comparison)
    assert comparison.settings.network is NetworkName.FAST and comparison.step_count == 3
    stopped(begun, folder)
    saved.unlink()
    capsys.readouterr()
    assert run("--headless", folder, "--frames", "3", *words) == USER_ERROR
    assert "checkpoint-comparison.safetensors: no such file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["frames.csv", "flythrough.mp4"])
def test_resume_with_corrupt_log_or_video_is_a_one_line_error(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    stopped(finished_run, tmp_path)
    (tmp_path / name).write_bytes(b"frame\nnever\n")
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", "6", *resume) == USER_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and name in error


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--size", "48x32"), "size"),
        (("--spp", "2"), "spp"),
        (("--max-depth", "3"), "max_depth"),
        (("--frames", "7"), "frames 6, not 7"),
        (("--crop", "16"), "crop 32, not 16"),
        (("--learning-rate", "0.5"), "learning_rate"),
        (("--seed", "1"), "seed"),
        (("--comparison", "fast"), "comparison none, not fast"),
    ],
)
def test_resume_rejects_changed_settings_and_keeps_all_files(
    finished_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, str],
    name: str,
) -> None:
    before = stopped(finished_run, tmp_path)
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", "6", *resume, *words) == USER_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "report.json" in error and name in error
    assert all((tmp_path / each).read_bytes() == before[each] for each in before)


def test_resume_rejects_another_scene(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped(finished_run, tmp_path)
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, *resume, scene="veach-mis") == USER_ERROR
    assert "cornell-box, not veach-mis" in capsys.readouterr().err
