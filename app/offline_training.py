"""The loop of an offline training: batches in, steps, looks at the test, checkpoints.

Host code. Ctrl-C ends it cleanly; a killed run loses what came after its last checkpoint.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

import torch

from app.interrupt import StopRequest
from app.offline_data import OfflineData
from app.offline_distributed import Processes
from app.offline_evaluation import quick_psnr
from app.progress import iterations_bar
from app.training_curves import draw_training
from app.training_log import LogRow
from app.training_log import read_log
from app.training_log import write_log
from denoiser.checkpoint_file import CheckpointError
from denoiser.restoration_checkpoint import load_restoration
from denoiser.restoration_checkpoint import save_restoration
from denoiser.restoration_settings import RestorationSettings
from denoiser.restoration_settings import Targets
from denoiser.restoration_trainer import RestorationTrainer

LOOKS = 20  # at the test, over a training
CHECKPOINT_SECONDS = 120.0  # of work that a killed run may lose
STOP_EVERY = 10  # iterations between two questions to other processes whether to stop
TIMED = 20  # iterations that the input pipeline is timed over, on a CPU

Trainers = dict[Targets, RestorationTrainer]


@dataclass(eq=False)
class TrainingRun:
    """What a training leaves behind."""

    trainers: Trainers
    rows: list[LogRow] = field(default_factory=list)
    seconds: float = 0.0
    """Spent on steps in this process."""
    batch_seconds: list[float] = field(default_factory=list)
    """Of single batches, where they were timed."""
    step_seconds: list[float] = field(default_factory=list)
    """Of single steps on them."""
    is_interrupted: bool = False

    @property
    def step_count(self) -> int:
        """Iterations done."""
        return next(iter(self.trainers.values())).step_count


def checkpoint_path(folder: Path, targets: Targets, is_alone: bool) -> Path:
    """Where the network of these targets is saved."""
    return folder / f"checkpoint{'' if is_alone else f'-{targets.value}'}.safetensors"


def start_run(
    settings: RestorationSettings,
    targets: tuple[Targets, ...],
    device: torch.device,
    folder: Path,
    resume: Path | None,
) -> TrainingRun:
    """Networks from scratch, or as `resume` and, for both targets, its neighbour hold them."""
    is_alone = len(targets) == 1
    trainers: Trainers = {}
    for kind in targets:
        wanted = replace(settings, targets=kind)
        if resume is None:
            trainers[kind] = RestorationTrainer(wanted, device)
            continue
        path = resume if is_alone else checkpoint_path(resume.parent, kind, False)
        trainer = load_restoration(path, device, settings.task)
        if replace(trainer.settings, iterations=wanted.iterations) != wanted:
            raise CheckpointError(f"{path}: {_difference(trainer.settings, wanted)}")
        trainer.settings = wanted
        trainers[kind] = trainer
    counts = {trainer.step_count for trainer in trainers.values()}
    if len(counts) > 1:
        raise CheckpointError(f"{resume}: noisy and clean targets stand at different iterations")
    run = TrainingRun(trainers)
    if resume is not None and resume.resolve().parent == folder.resolve():
        run.rows = read_log(folder / "training.csv", run.step_count)
    return run


def train(
    run: TrainingRun, data: OfflineData, folder: Path, processes: Processes, is_quiet: bool
) -> None:
    """Go on until all iterations are done or the user stops it, and save."""
    assert data.source is not None
    settings = next(iter(run.trainers.values())).settings
    device = next(iter(run.trainers.values())).device
    first, count = processes.share(settings.batch)
    look_every = max(settings.iterations // LOOKS, 1)
    saved_at = time.monotonic()
    bar = iterations_bar(settings.iterations, run.step_count, is_quiet or not processes.is_first)
    with StopRequest() as stop, bar:
        while run.step_count < settings.iterations:
            begin = time.perf_counter()
            batch = data.source.batch(run.step_count, first, count)
            drawn = time.perf_counter()
            losses = {kind: trainer.step(batch) for kind, trainer in run.trainers.items()}
            _add_times(run, begin, drawn, device)
            bar.update()
            done = run.step_count
            if done % look_every == 0 or done == settings.iterations:
                _look(run, data, {k: processes.mean(v) for k, v in losses.items()})
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


def save_run(run: TrainingRun, folder: Path) -> None:
    """Log, curves and checkpoints."""
    if run.rows:
        write_log(folder / "training.csv", run.rows)
        draw_training(folder / "curves.png", run.rows)
    for kind, trainer in run.trainers.items():
        save_restoration(checkpoint_path(folder, kind, len(run.trainers) == 1), trainer)


def _look(run: TrainingRun, data: OfflineData, losses: dict[Targets, torch.Tensor]) -> None:
    """Add a row: the last losses, and how a few test pictures fare."""
    row: LogRow = {"iteration": run.step_count}
    for kind, trainer in run.trainers.items():
        row[f"loss_{kind.value}"] = float(losses[kind])
        row[f"psnr_{kind.value}"] = quick_psnr(trainer, data)
    run.rows.append(row)


def _add_times(run: TrainingRun, begin: float, drawn: float, device: torch.device) -> None:
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


def _difference(found: RestorationSettings, wanted: RestorationSettings) -> str:
    """The first setting that a checkpoint was trained with and the command line has otherwise."""
    saved, asked = found.to_json(), wanted.to_json()
    name = next(n for n in saved if n != "iterations" and saved[n] != asked[n])
    return f"trained with {name} {saved[name]}, not {asked[name]}"
