"""Studies on one camera path: entries share all frames, all files are written, runs resume."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.base.interrupt import INTERRUPTED
from app.headless.online_study import LOSS_LABELS
from app.headless.online_study import MEAN
from app.headless.online_study import NOISY
from app.main import USER_ERROR
from app.main import main
from tests.app.runs import PATIENCE_SECONDS
from tests.app.runs import interrupt

ROOT = Path(__file__).resolve().parents[3]
WORDS = (
    *("--scene", "cornell-box", "--device", "cpu", "--size", "24x24", "--spp", "2"),
    *("--crop", "24", "--train-steps", "1", "--precision", "fp32"),
)


def study(name: str, output: Path, *words: str) -> int:
    """Run the study `name` and return the exit code."""
    return main(["--study", name, *WORDS, "--quiet", "--output", str(output), *words])


def test_losses_study_has_one_curve_per_loss(tmp_path: Path) -> None:
    measured = ("--frames", "4", "--reference-every", "2", "--reference-spp", "16")
    assert study("losses", tmp_path, *measured) == 0
    assert {p.name for p in tmp_path.iterdir()} == {"study.json", "study.png", "figure.png"}
    rows = json.loads((tmp_path / "study.json").read_text())["rows"]
    assert [row["frame"] for row in rows] == [2, 4]
    labels = {name.removeprefix("psnr ") for name in rows[0] if name.startswith("psnr ")}
    assert labels == {NOISY, MEAN, *LOSS_LABELS.values()} and len(LOSS_LABELS) == 5
    assert all(row[f"psnr {NOISY}"] < row[f"psnr {MEAN}"] for row in rows)
    assert all(0.8 < row[f"brightness {MEAN}"] < 1.25 for row in rows)
    denoised = [rows[-1][f"psnr {label}"] for label in LOSS_LABELS.values()]
    assert len(set(denoised)) == 5, "two entries have the same PSNR"


def test_resumed_study_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    words = ("--frames", "30", "--reference-every", "10", "--reference-spp", "16")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "run_viewer.py"), "--study", "online", *WORDS, *words]

    def finish(folder: Path) -> list[dict[str, float]]:
        subprocess.run(
            [*command, "--output", str(folder)],
            env=environment,
            check=True,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        return json.loads((folder / "study.json").read_text())["rows"]

    whole = finish(tmp_path / "whole")
    halves = tmp_path / "halves"
    process = subprocess.Popen(
        [*command, "--output", str(halves)], env=environment, stderr=subprocess.PIPE
    )
    errors = interrupt(process, 30, 5)
    assert process.returncode == INTERRUPTED, errors
    assert len(list(halves.glob("state-0*"))) == 1
    assert finish(halves) == whole
    assert whole[-1]["psnr noisy targets"] != whole[-1]["psnr clean targets"]
    assert not list(halves.glob("state*"))


def test_invalid_study_arguments_are_one_line_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ("--study", "losses", "--offline"),
        ("--study", "losses", "--headless"),
        ("--study", "convergence"),
        ("--study", "losses", "--scene", "missing.xml"),
    ):
        assert main([*words, "--quiet", "--output", str(tmp_path / "out")]) == USER_ERROR
        error = capsys.readouterr().err
        assert error.startswith("error: ") and error.count("\n") == 1


def test_study_refuses_to_resume_from_the_state_of_another_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--frames", "2", "--reference-spp", "16")
    assert study("online", tmp_path, *words) == 0
    finished = json.loads((tmp_path / "study.json").read_text())
    state = tmp_path / "state-000001"
    state.mkdir()
    capsys.readouterr()
    for content, message in (
        ({"rows": [], "labels": []}, "is no record of a run"),
        (finished | {"labels": ["somebody else"]}, "another study"),
        (finished | {"scene": "furnace"}, "made with scene furnace, not cornell-box"),
    ):
        (state / "rows.json").write_text(json.dumps(content))
        assert study("online", tmp_path, *words) == USER_ERROR
        error = capsys.readouterr().err
        assert message in error and error.count("\n") == 1
    assert study("online", tmp_path, "--frames", "3", "--reference-spp", "16") == USER_ERROR
    assert "scene furnace" in capsys.readouterr().err, "the first difference must be named"
    (state / "rows.json").write_text(json.dumps(finished | {"labels": []}))
    assert study("online", tmp_path, "--frames", "3", "--reference-spp", "16") == USER_ERROR
    assert "made with frames 2, not 3" in capsys.readouterr().err
