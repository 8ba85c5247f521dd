"""Training by two torchrun processes equals training by one with the whole batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.offline.log import read_log
from denoiser.restoration.checkpoint import RESTORATION
from denoiser.training.checkpoint_file import read_checkpoint

ROOT = Path(__file__).resolve().parents[3]
WORDS = (
    *("--offline", "--task", "bernoulli", "--stage", "train", "--device", "cpu", "--quiet"),
    *("--crop", "32", "--batch", "4", "--iterations", "12", "--precision", "fp32"),
)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def train(output: Path, *launcher: str) -> subprocess.CompletedProcess[str]:
    """Run the training in one process, or in those that `launcher` starts."""
    command = [sys.executable, *launcher, str(ROOT / "run_viewer.py"), *WORDS]
    return subprocess.run(
        [*command, "--output", str(output)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def launcher(count: int) -> tuple[str, ...]:
    """Arguments that start `count` processes by torchrun on this machine."""
    return ("-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}")


def test_two_process_training_equals_one_process_with_the_same_batch(tmp_path: Path) -> None:
    alone, together = tmp_path / "one", tmp_path / "two"
    for done in (train(alone), train(together, *launcher(2))):
        assert done.returncode == 0, done.stderr
    logs = [read_log(folder / "training.csv", 12) for folder in (alone, together)]
    losses = [[row["loss_noisy"] for row in log] for log in logs]
    np.testing.assert_allclose(losses[1], losses[0], rtol=2e-4)
    weights = [
        read_checkpoint(folder / "checkpoint.safetensors", RESTORATION).tensors
        for folder in (alone, together)
    ]
    for name, value in weights[0].items():
        if name.startswith("weights."):
            np.testing.assert_allclose(weights[1][name], value, atol=2e-4, err_msg=name)
    # Only the first process writes files.
    assert {p.name for p in together.iterdir()} == {p.name for p in alone.iterdir()}


def test_batch_not_divisible_by_the_process_count_is_rejected(tmp_path: Path) -> None:
    done = train(tmp_path / "three", *launcher(3))
    assert done.returncode != 0
    assert "--batch 4 cannot be shared by 3 processes" in done.stderr


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes communicate over the loopback interface only."""
    monkeypatch.setitem(ENVIRONMENT, "GLOO_SOCKET_IFNAME", "lo")
