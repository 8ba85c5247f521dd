"""The loop of every offline training: batches in, steps, looks at the test, checkpoints.

Host code. Ctrl-C ends it cleanly; a killed run loses what came after its last checkpoint.
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
from denoiser.restoration.settings import Targets

LOOKS = 20  # at the test, over a training
CHECKPOINT_SECONDS = 120.0  # of work that a killed run may lose
STOP_EVERY = 10  # iterations between two questions to other processes whether to stop
TIMED = 20  # iterations that the input pipeline is timed over, on a CPU


class TrainingSettings(Protocol):
    """What the loop asks of a trainer's settings."""

    @property
    def iterations(self) -> int:
        """Optimiser updates."""

    @property
    def batch(self) -> int:
        """Examples an update sees, over all processes."""


class OfflineTrainer(Protocol):
    """What the loop asks of a trainer."""

    @property
    def settings(self) -> TrainingSettings:
        """How long, and on how much at a time."""

    @property
    def device(self) -> torch.device:
        """Where the network lives."""

    @property
    def step_count(self) -> int:
        """Updates done."""

    def step(self, batch: Any) -> torch.Tensor:
        """One update on what the source drew; the loss, a scalar."""


class Source(Protocol):
    """Where batches come from."""

    def batch(self, index: int, first: int, count: int) -> object:
        """Examples `first` to `first + count` of batch `index`."""


Kind = TypeVar("Kind", bound=OfflineTrainer)


@dataclass(eq=False)
class TrainingRun(Generic[Kind]):
    """One or two trainings side by side on the same batches, and what they leave behind."""

    trainers: dict[Targets, Kind]
    save: Callable[[Path, Kind], None]
    """Writes a trainer's checkpoint."""
    look: Callable[[Kind], float]
    """PSNR of some of the test in dB."""
    rows: list[LogRow] = field(default_factory=list)
    seconds: float = 0.0
    """Spent on steps in this process."""
    batch_seconds: list[float] = field(default_factory=list)
    """Of single batches, where they were timed."""
    step_seconds: list[float] = field(default_factory=list)
    """Of single steps on them."""
    is_interrupted: bool = False

    @property
    def first(self) -> Kind:
        """The trainer that speaks for all."""
        return next(iter(self.trainers.values()))

    @property
    def step_count(self) -> int:
        """Iterations done."""
        return self.first.step_count


def checkpoint_path(folder: Path, targets: Targets, is_alone: bool) -> Path:
    """Where the network of these targets is saved."""
    return folder / f"checkpoint{'' if is_alone else f'-{targets.value}'}.safetensors"


def train(
    run: TrainingRun[Kind], source: Source, folder: Path, processes: Processes, is_quiet: bool
) -> None:
    """Go on until all iterations are done or the user stops it, and save."""
    settings, device = run.first.settings, run.first.device
    first, count = processes.share(settings.batch)
    look_every = max(settings.iterations // LOOKS, 1)
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
            if done % STOP_EVERY == 0 or processes.count == 1:
                if processes.any(stop.is_set, device):
                    run.is_interrupted = done < settings.iterations
                    break
    if processes.is_first:
        save_run(run, folder)


def save_run(run: TrainingRun[Kind], folder: Path) -> None:
    """Log, curves and checkpoints."""
    if run.rows:
        write_log(folder / "training.csv", run.rows)
        draw_training(folder / "curves.png", run.rows)
    for kind, trainer in run.trainers.items():
        run.save(checkpoint_path(folder, kind, len(run.trainers) == 1), trainer)


def tell_interrupted(run: TrainingRun[Kind], folder: Path, processes: Processes) -> int:
    """Say how to go on; the exit code."""
    if processes.is_first:
        saved = checkpoint_path(folder, next(iter(run.trainers)), len(run.trainers) == 1)
        print(
            f"interrupted after iteration {run.step_count}; go on with --resume {saved}",
            file=sys.stderr,
        )
    return INTERRUPTED


def _look(run: TrainingRun[Kind], losses: dict[Targets, torch.Tensor]) -> None:
    """Add a row: the last losses, and how some of the test fares."""
    row: LogRow = {"iteration": run.step_count}
    for kind, trainer in run.trainers.items():
        row[f"loss_{kind.value}"] = float(losses[kind])
        row[f"psnr_{kind.value}"] = run.look(trainer)
    run.rows.append(row)


def _add_times(run: TrainingRun[Kind], begin: float, drawn: float, device: torch.device) -> None:
    """Time the pipeline and the step; on a GPU only their sum is known without waiting."""
    end = time.perf_counter()
    run.seconds += end - begin
    if device.type == "cpu" and len(run.step_seconds) < TIMED:
        run.batch_seconds.append(drawn - begin)
        run.step_seconds.append(end - drawn)


def _postfix(row: LogRow) -> str:
    """What the bar says."""
    kinds = [name.removeprefix("loss_") for name in row if name.startswith("loss_")]
    losses = " / ".join(f"{row[f'loss_{kind}']:.4g}" for kind in kinds)
    psnrs = " / ".join(f"{row[f'psnr_{kind}']:.2f}" for kind in kinds)
    return f"loss {losses}, test {psnrs} dB"
