"""Loop of every offline training: batches, optimiser steps, measurements, checkpoints.

Host code. Ctrl-C stops and saves; a killed run loses the work since its last checkpoint.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from typing import Generic
from typing import Protocol
from typing import TypeVar

import torch

from app.base.interrupt import INTERRUPTED
from app.base.interrupt import StopRequest
from app.base.progress import iterations_bar
from app.offline.curves import draw_training
from app.offline.distributed import Processes
from app.offline.log import LogRow
from app.offline.log import write_log
from denoiser.errors import CheckpointError
from denoiser.restoration.settings import TargetKind

MEASUREMENTS_PER_TRAINING = 20  # measurements on test data per training
CHECKPOINT_SECONDS = 120.0  # between checkpoints; a killed run loses the work since the last one
STOP_CHECK_EVERY = 10  # iterations between checks whether any process was asked to stop
TIMED_ITERATIONS = 20  # first iterations whose batch and step are timed, on a CPU only


class TrainingSettings(Protocol):
    """Settings of a trainer that the loop reads."""

    @property
    def iterations(self) -> int:
        """Optimiser updates."""

    @property
    def batch(self) -> int:
        """Examples per update, over all processes."""


class OfflineTrainer(Protocol):
    """Interface of a trainer to the loop."""

    @property
    def settings(self) -> TrainingSettings:
        """Number of iterations and batch size."""

    @property
    def device(self) -> torch.device:
        """Device of the network."""

    @property
    def step_count(self) -> int:
        """Updates done."""

    def step(self, batch: Any) -> torch.Tensor:
        """Do one update on a batch of the source; return the loss, a scalar."""


class Source(Protocol):
    """Source of batches."""

    def batch(self, index: int, first: int, count: int) -> object:
        """Examples `first` to `first + count` of batch `index`."""


Kind = TypeVar("Kind", bound=OfflineTrainer)


@dataclass(eq=False)
class TrainingRun(Generic[Kind]):
    """One or two trainings side by side on the same batches, with their log and timings."""

    trainers: dict[TargetKind, Kind]
    save: Callable[[Path, Kind], None]
    """Writes a trainer's checkpoint."""
    look: Callable[[Kind], float]
    """Returns the PSNR of a trainer on some of the test data, in dB."""
    rows: list[LogRow] = field(default_factory=list)
    seconds: float = 0.0
    """Time spent on batches and steps in this process, without measurements."""
    batch_seconds: list[float] = field(default_factory=list)
    """Time to draw each timed batch; see `TIMED_ITERATIONS`."""
    step_seconds: list[float] = field(default_factory=list)
    """Time of the steps of all trainers on each timed batch."""
    is_interrupted: bool = False

    @property
    def first(self) -> Kind:
        """First trainer; all have its device, step count, iterations and batch size."""
        return next(iter(self.trainers.values()))

    @property
    def step_count(self) -> int:
        """Iterations done."""
        return self.first.step_count


def checkpoint_path(folder: Path, targets: TargetKind, is_only_network: bool) -> Path:
    """Checkpoint file of the network with these targets; `is_only_network`: it is the only one."""
    return folder / f"checkpoint{'' if is_only_network else f'-{targets.value}'}.safetensors"


def create_trainers(
    targets: tuple[TargetKind, ...],
    resume: Path | None,
    create: Callable[[TargetKind, Path | None], Kind],
) -> dict[TargetKind, Kind]:
    """Create one trainer per kind of targets, or load them from checkpoints.

    Args:
        resume: checkpoint; with two kinds of targets both files are read from its folder. None:
            start from scratch.
        create: returns the trainer of a kind, loaded from the checkpoint if one is given.

    Raises:
        CheckpointError: a checkpoint does not match, or the two are at different iterations.
    """
    trainers: dict[TargetKind, Kind] = {}
    for kind in targets:
        path = resume
        if resume is not None and len(targets) > 1:
            path = checkpoint_path(resume.parent, kind, False)
        trainers[kind] = create(kind, path)
    if len({trainer.step_count for trainer in trainers.values()}) > 1:
        raise CheckpointError(f"{resume}: noisy and clean targets are at different iterations")
    return trainers


def train(
    run: TrainingRun[Kind], source: Source, folder: Path, processes: Processes, is_quiet: bool
) -> None:
    """Train until all iterations are done or the user interrupts, then save."""
    settings, device = run.first.settings, run.first.device
    first, count = processes.part_of(settings.batch)
    look_every = max(settings.iterations // MEASUREMENTS_PER_TRAINING, 1)
    saved_at = time.monotonic()
    bar = iterations_bar(settings.iterations, run.step_count, is_quiet or not processes.is_first)
    with StopRequest() as stop, bar:
        while run.step_count < settings.iterations:
            begin = time.perf_counter()
            batch = source.batch(run.step_count, first, count)
            drawn = time.perf_counter()
            losses = {kind: trainer.step(batch) for kind, trainer in run.trainers.items()}
            _add_times(run, begin, drawn, device)
            bar.update()
            done = run.step_count
            if done % look_every == 0 or done == settings.iterations:
                _look(run, {k: processes.mean(v) for k, v in losses.items()})
                bar.set_postfix_str(_postfix(run.rows[-1]), refresh=False)
            if processes.is_first and time.monotonic() - saved_at > CHECKPOINT_SECONDS:
                save_run(run, folder)
                saved_at = time.monotonic()
            if done % STOP_CHECK_EVERY == 0 or processes.count == 1:
                if processes.any(stop.is_set, device):
                    run.is_interrupted = done < settings.iterations
                    break
    if processes.is_first:
        save_run(run, folder)


def save_run(run: TrainingRun[Kind], folder: Path) -> None:
    """Write the log, the curves and the checkpoints."""
    if run.rows:
        write_log(folder / "training.csv", run.rows)
        draw_training(folder / "curves.png", run.rows)
    for kind, trainer in run.trainers.items():
        run.save(checkpoint_path(folder, kind, len(run.trainers) == 1), trainer)


def report_interruption(run: TrainingRun[Kind], folder: Path, processes: Processes) -> int:
    """Print how to resume; return the exit code."""
    if processes.is_first:
        saved = checkpoint_path(folder, next(iter(run.trainers)), len(run.trainers) == 1)
        print(
            f"interrupted after iteration {run.step_count}; continue with --resume {saved}",
            file=sys.stderr,
        )
    return INTERRUPTED


def _look(run: TrainingRun[Kind], losses: dict[TargetKind, torch.Tensor]) -> None:
    """Add a log row: the last losses, and the PSNR on some of the test data."""
    row: LogRow = {"iteration": run.step_count}
    for kind, trainer in run.trainers.items():
        row[f"loss_{kind.value}"] = float(losses[kind])
        row[f"psnr_{kind.value}"] = run.look(trainer)
    run.rows.append(row)


def _add_times(run: TrainingRun[Kind], begin: float, drawn: float, device: torch.device) -> None:
    """Add the times of batch and step; on a GPU only their sum is known without synchronising."""
    end = time.perf_counter()
    run.seconds += end - begin
    if device.type == "cpu" and len(run.step_seconds) < TIMED_ITERATIONS:
        run.batch_seconds.append(drawn - begin)
        run.step_seconds.append(end - drawn)


def _postfix(row: LogRow) -> str:
    """Text for the progress bar: losses and PSNR."""
    kinds = [name.removeprefix("loss_") for name in row if name.startswith("loss_")]
    losses = " / ".join(f"{row[f'loss_{kind}']:.4g}" for kind in kinds)
    psnrs = " / ".join(f"{row[f'psnr_{kind}']:.2f}" for kind in kinds)
    return f"loss {losses}, test {psnrs} dB"
