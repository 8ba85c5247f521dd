"""The task stack from the command line: files, report, notes, interruption, full disk."""

from __future__ import annotations

import json
import math
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import tifffile

from app.base.interrupt import INTERRUPTED
from app.main import USER_ERROR
from app.main import main
from tests.denoiser.restoration.stacks.phantom import clean_volume
from tests.denoiser.restoration.stacks.phantom import with_noise

SHAPE = (8, 64, 64)
ROOT = Path(__file__).resolve().parents[4]


def stack(output: Path, *words: str) -> int:
    """Run the task and return the exit code."""
    command = ["--offline", "--task", "stack", "--device", "cpu", "--quiet"]
    return main([*command, "--output", str(output), *words])


def report_of(folder: Path) -> list[dict[str, Any]]:
    """Entries of the report."""
    report = json.loads((folder / "report.json").read_text())
    assert report["task"] == "stack"
    return list(report["files"])


@pytest.fixture
def noisy() -> np.ndarray:
    """(8, 64, 64) float32 volume with independent noise of sigma 25."""
    return with_noise(clean_volume(SHAPE), 25.0)


def test_files_of_several_formats_are_restored_and_reported(
    noisy: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "volume.npy", noisy)
    scan = np.rint(noisy * 10).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(scan.T, np.diag([1, 1, 2, 1])), tmp_path / "scan.nii.gz")
    inputs = [str(tmp_path / name) for name in ("volume.npy", "scan.nii.gz")]
    assert stack(tmp_path / "out", "--seconds", "3", "--input", *inputs) == 0
    assert "2 stacks restored" in capsys.readouterr().out
    entries = report_of(tmp_path / "out")
    assert [entry["file"] for entry in entries] == ["volume.npy", "scan.nii.gz"]
    array = entries[0]["arrays"][0]
    assert array["shape"] == [1, *SHAPE] and array["context"] == 2 and array["steps"] > 0
    assert array["sigma_at_white"] == pytest.approx(25.0, rel=0.3)
    assert abs(array["slice_noise_correlation"]) < 0.1 and not array["notes"]
    assert math.isfinite(array["estimated_psnr_input"])
    restored = np.load(tmp_path / "out" / "volume.npy")
    assert restored.dtype == np.float32
    assert restored.mean() == pytest.approx(noisy.mean(), rel=1e-3)
    new = nibabel.load(tmp_path / "out" / "scan.nii.gz")
    assert new.get_data_dtype() == np.int16
    assert np.asarray(new.dataobj).mean() == pytest.approx(scan.mean(), rel=1e-3)
    kept = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert kept == ["report.json", "residuals", "scan.nii.gz", "volume.npy"]
    figures = sorted(path.name for path in (tmp_path / "out" / "residuals").iterdir())
    assert figures == ["scan.nii.gz.png", "volume.npy.png"]


def test_slices_whose_noise_is_not_independent_are_noted_and_restored_one_by_one(
    noisy: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed = 0.6 * noisy[:-1] + 0.4 * noisy[1:]
    tifffile.imwrite(tmp_path / "mixed.tif", mixed, photometric="minisblack")
    words = ("--seconds", "0.5", "--input", str(tmp_path / "mixed.tif"))
    assert stack(tmp_path / "out", *words) == 0
    assert "noise of neighbouring slices is correlated" in capsys.readouterr().err
    assert report_of(tmp_path / "out")[0]["arrays"][0]["context"] == 0
    assert stack(tmp_path / "out", "--pairs", "neighbours", *words) == 0
    assert "not independent, and some of it stays" in capsys.readouterr().err


def test_two_halves_become_one_stack_and_equal_ones_are_refused(
    noisy: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = with_noise(clean_volume(SHAPE), 25.0, 7)
    paths = [tmp_path / name for name in ("half1.npy", "half2.npy", "small.npy")]
    for path, values in zip(paths, (noisy, other, noisy[:4])):
        np.save(path, values)
    one, two, small = map(str, paths)
    words = ("--pairs", "halves", "--seconds", "1", "--input")
    assert stack(tmp_path / "out", *words, one, two) == 0
    restored = np.load(tmp_path / "out" / "half1.npy")
    assert restored.mean() == pytest.approx((noisy.mean() + other.mean()) / 2, rel=1e-3)
    for wrong, reason in (
        ((one,), "--pairs halves needs two files"),
        ((one, small), "small.npy: arrays"),
        ((one, one), "the two files hold the same noise"),
    ):
        capsys.readouterr()
        assert stack(tmp_path / "wrong", *words, *wrong) == USER_ERROR
        assert reason in capsys.readouterr().err


def test_an_interrupted_run_goes_on_with_the_same_command(
    noisy: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "volume.npy", noisy)
    words = ["--seconds", "6", "--input", str(tmp_path / "volume.npy")]
    command = [sys.executable, str(ROOT / "run_viewer.py"), "--offline", "--task", "stack"]
    command += ["--device", "cpu", "--quiet", "--output", str(tmp_path / "out"), *words]
    work = tmp_path / "out" / ".volume.npy.work"
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 120.0
    while not (work / "progress.json").exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode == INTERRUPTED, error
    assert "the same command goes on" in error and not (tmp_path / "out" / "volume.npy").exists()
    assert (work / "training-0.safetensors").exists()
    assert stack(tmp_path / "out", *words) == 0
    assert "going on where the last run stopped" in capsys.readouterr().err
    assert (tmp_path / "out" / "volume.npy").exists() and not work.exists()


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(
    noisy: np.ndarray, tmp_path: Path
) -> None:
    np.save(tmp_path / "volume.npy", noisy)
    command = [sys.executable, str(ROOT / "run_viewer.py"), "--offline", "--task", "stack"]
    command += ["--device", "cpu", "--quiet", "--output", str(tmp_path / "out")]
    command += ["--init", "random", "--seconds", "0.1", "--input", str(tmp_path / "volume.npy")]

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (noisy.nbytes // 2,) * 2)

    found = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit_files)
    assert found.returncode == USER_ERROR, found.stderr
    assert found.stderr.count("\n") == 1 and "cannot be written" in found.stderr
    assert not (tmp_path / "out" / "volume.npy").exists()


@pytest.mark.parametrize(
    "words, reason",
    [
        ((), "--task stack needs --input"),
        (("--input", "missing.npy"), "missing.npy: no such file"),
        (("--input", "notes.txt"), "notes.txt: unknown format"),
        (("--checkpoint", "a.safetensors", "--input", "a.npy"), "not for --task stack"),
        (("--context", "-1", "--input", "a.npy"), "argument --context"),
    ],
)
def test_wrong_use_is_one_line(
    words: tuple[str, ...],
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("no stack")
    assert stack(tmp_path / "out", *words) == USER_ERROR
    error = capsys.readouterr().err
    assert reason in error and error.count("\n") == 1


def test_flags_of_the_task_are_refused_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--offline", "--pairs", "halves"]) == USER_ERROR
    assert "argument --pairs: needs --task stack" in capsys.readouterr().err


def test_a_result_may_not_overwrite_its_source(
    noisy: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "volume.npy", noisy)
    assert stack(tmp_path, "--input", str(tmp_path / "volume.npy")) == USER_ERROR
    assert "would be overwritten" in capsys.readouterr().err
