"""Two torchrun processes train as one with the whole batch does, and share files to restore."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from app.base.errors import UsageError
from app.main import main
from app.offline.distributed import Processes
from app.offline.log import read_log
from denoiser.restoration.checkpoint import RESTORATION
from denoiser.restoration.sample_images import default_training
from denoiser.training.checkpoint_file import read_checkpoint
from tests.denoiser.restoration.bursts.moved import with_noise

ROOT = Path(__file__).resolve().parents[3]
TRAINING = (
    *("--stage", "train", "--precision", "fp32"),
    *("--crop", "32", "--batch", "4", "--iterations", "12"),
)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def run(output: Path, words: tuple[str, ...], *launcher: str) -> subprocess.CompletedProcess[str]:
    """Run an offline task in the processes that `launcher` starts."""
    command = [sys.executable, *launcher, str(ROOT / "run_viewer.py"), "--offline", *words]
    return subprocess.run(
        [*command, "--device", "cpu", "--quiet", "--output", str(output)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def run_here(output: Path, words: tuple[str, ...]) -> None:
    """Run an offline task in this process."""
    command = ["--offline", *words, "--device", "cpu", "--quiet", "--output", str(output)]
    assert main(command) == 0


def launcher(count: int) -> tuple[str, ...]:
    """Arguments that start `count` processes by torchrun on this machine."""
    return ("-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}")


@pytest.fixture(scope="module")
def bursts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bursts of two noisy frames; the second frame of the first one is shifted."""
    folder = tmp_path_factory.mktemp("bursts")
    photographs = [pixels.numpy()[:120, :140] / 255.0 for pixels in default_training(3).pixels[:2]]
    for number, clean in enumerate(photographs):
        for frame in range(2):
            shift = 5 * frame * (1 - number)
            path = folder / f"{number}" / f"{frame}.tif"
            path.parent.mkdir(exist_ok=True)
            noisy = with_noise(clean[shift : shift + 100, :120], 2 * number + frame)
            tifffile.imwrite(path, noisy.astype(np.float32), photometric="rgb")
    return folder


def test_two_process_training_equals_one_process_with_the_same_batch(
    bursts: Path, tmp_path: Path
) -> None:
    alone, together = tmp_path / "one", tmp_path / "two"
    words = ("--task", "pairs", "--train-data", str(bursts), *TRAINING)
    run_here(alone, words)
    done = run(together, words, *launcher(2))
    assert done.returncode == 0, done.stderr
    logs = [read_log(folder / "training.csv", 12) for folder in (alone, together)]
    losses = [[row["loss_noisy"] for row in log] for log in logs]
    np.testing.assert_allclose(losses[1], losses[0], rtol=2e-4)
    weights = [
        read_checkpoint(folder / "checkpoint.safetensors", RESTORATION).tensors
        for folder in (alone, together)
    ]
    for name, value in weights[0].items():
        if name.startswith("weights."):  # each moves by about 0.005
            np.testing.assert_allclose(weights[1][name], value, atol=1e-3, err_msg=name)
    # Only the first process writes files.
    assert {p.name for p in together.iterdir()} == {p.name for p in alone.iterdir()}


def test_batch_not_divisible_by_the_process_count_is_rejected() -> None:
    assert [Processes(rank, 2).part_of(4) for rank in range(2)] == [(0, 2), (2, 2)]
    with pytest.raises(UsageError, match="--batch 4 cannot be shared by 3 processes"):
        Processes(0, 3).part_of(4)


def test_every_item_is_the_share_of_one_process() -> None:
    assert [Processes(rank, 3).share_of("abcd") for rank in range(3)] == [["a", "d"], ["b"], ["c"]]


def test_processes_share_the_files_and_report_in_the_order_of_the_inputs(tmp_path: Path) -> None:
    inputs = [str(tmp_path / f"{name}.tif") for name in "cab"]
    for number, name in enumerate(inputs):
        noisy = with_noise(np.full((4, 40 + 8 * number, 48), 0.5), number).astype(np.float32)
        tifffile.imwrite(name, noisy, photometric="minisblack")
    words = ("--task", "stack", "--seconds", "0.5", "--input", *inputs)
    done = run(tmp_path / "out", words, *launcher(2))
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [each["file"] for each in report["files"]] == ["c.tif", "a.tif", "b.tif"]
    shapes = [each["arrays"][0]["shape"] for each in report["files"]]
    assert shapes == [[1, 4, 40 + 8 * number, 48] for number in range(3)]
    for name in inputs:
        old, new = (tifffile.imread(path) for path in (name, tmp_path / "out" / Path(name).name))
        assert new.shape == old.shape and new.std() < 0.8 * old.std()


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes communicate over the loopback interface only."""
    monkeypatch.setitem(ENVIRONMENT, "GLOO_SOCKET_IFNAME", "lo")
