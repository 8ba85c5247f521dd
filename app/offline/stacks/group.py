"""Training on one array of a stack file, and its restoration, slice by slice and resumable.

Host code.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any
from typing import NamedTuple

import torch

from app.base.interrupt import StopRequest
from app.base.progress import StartProgress
from app.offline.estimate_report import estimate_entry
from app.offline.residual_figure import write_residual_figure
from app.offline.stack_files.base import Group
from app.offline.stacks.work_folder import WorkFolder
from app.offline.stacks.work_folder import writing_to
from app.settings.offline_options import OfflineOptions
from denoiser.crops import Crop
from denoiser.errors import DataError
from denoiser.networks.residual_unet import ResidualUNet
from denoiser.restoration.single.error_estimate import ErrorEstimate
from denoiser.restoration.single.noise_correlation import CORRELATED
from denoiser.restoration.stacks.context import usable_context
from denoiser.restoration.stacks.noise import measure_noise
from denoiser.restoration.stacks.noise import plane_correlation
from denoiser.restoration.stacks.pair_kind import PairKind
from denoiser.restoration.stacks.pairs import StackPairs
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.restoration import StackRestorer
from denoiser.restoration.stacks.slices import open_stack
from denoiser.restoration.stacks.trainer import CROP
from denoiser.restoration.stacks.trainer import StackSettings
from denoiser.restoration.stacks.trainer import StackTrainer
from denoiser.training.checkpoint_file import Checkpoint
from denoiser.training.checkpoint_file import read_checkpoint
from denoiser.training.checkpoint_file import write_checkpoint

KIND = "stack"
"""Kind of the checkpoints of interrupted trainings."""
SAVE_SECONDS = 30.0  # between two savings of a training or of the slices done
DEPENDENT = 0.1
"""Correlation of the noise of two slices, or two halves, from which on they are not independent.
Measured on MRI slices with independent noise at most 0.04, with a quarter of the next slice mixed
in 0.22 to 0.28."""
MIN_DEVIATION = 0.002
"""Standard deviation of noise, relative to the range of the values, below which its correlation
is not looked at: it is that of the content."""


class StackStart(NamedTuple):
    """Where trainings begin."""

    device: torch.device
    network: ResidualUNet | None
    """Network for RGB photographs; None: random weights."""


class Interrupted(Exception):
    """Raised after Ctrl-C, when everything that was done is saved."""


class GroupRun:
    """Work on one array, or on the same array of two half-stacks."""

    def __init__(
        self,
        number: int,
        groups: tuple[Group, ...],
        offline: OfflineOptions,
        work: WorkFolder,
        start: StackStart,
    ) -> None:
        """Measure the noise, make pairs, and load what an interrupted run left."""
        self.notes: list[str] = []
        self._number, self._group, self._work = number, groups[0], work
        stacks = tuple(open_stack(group.values, group.missing) for group in groups)
        if len(stacks) > 1:  # one map of values for both halves
            stacks = tuple(
                type(stack)(stack.values, stacks[0].intensities, stack.missing) for stack in stacks
            )
        self._noise = measure_noise(stacks[0])
        context = usable_context(offline.context, stacks[0].slice_count)
        context = self._check_independence(stacks, offline.pairs, context)
        self._pairs = StackPairs(
            stacks,
            offline.pairs,
            self._noise.model,
            context,
            min(CROP, *stacks[0].size),
            offline.training.seed,
        )
        training = offline.training
        settings = StackSettings(offline.seconds, context, training.seed, training.precision)
        self._trainer = StackTrainer(self._pairs, settings, start.device, start.network)
        self._estimate: ErrorEstimate | None = None
        path = self._checkpoint
        if work.is_resumed and path.exists():
            self._trainer.load(read_checkpoint(path, KIND).tensors)

    def train(self, progress: StartProgress, stop: StopRequest) -> None:
        """Train for the rest of the time. Interrupted after Ctrl-C."""
        saved = time.monotonic()
        while self._trainer.done < 1.0:
            self._trainer.step()
            progress(f"training on {self._text}", self._trainer.done)
            if stop.is_set or time.monotonic() - saved > SAVE_SECONDS:
                self._save_training()
                saved = time.monotonic()
            if stop.is_set:
                raise Interrupted
        self._save_training()
        self._estimate = self._trainer.estimate()

    def restore(self, progress: StartProgress, stop: StopRequest) -> PlaneArray:
        """Restore the slices that are not restored yet. Interrupted after Ctrl-C."""
        values, name = self._group.values, f"array-{self._number}"
        restored = PlaneArray(
            self._work.array(f"{name}.raw", values.dtype.newbyteorder("="), values.shape)
        )
        restorer = StackRestorer(self._pairs, self._trainer, self._group.limits)
        sequences, slices = values.shape[:2]
        done, clamped = self._work.done(name) or (0, 0)
        saved = time.monotonic()
        for place in range(done, sequences * slices):
            sequence, z = divmod(place, slices)
            if self.is_gain:
                result = restorer.slice(sequence, z)
                restored.plane(sequence, z)[...] = result.values
                clamped += result.clamped_count
            else:
                restored.plane(sequence, z)[...] = values.plane(sequence, z)
            progress(f"restoring {self._text}", (place + 1) / (sequences * slices))
            is_last = place + 1 == sequences * slices
            if stop.is_set or is_last or time.monotonic() - saved > SAVE_SECONDS:
                restored.array.flush()  # type: ignore[attr-defined]
                self._work.save(**{name: (place + 1, clamped)})
                saved = time.monotonic()
            if stop.is_set and not is_last:
                raise Interrupted
        self._restored, self._clamped = restored, clamped
        return restored

    @property
    def is_gain(self) -> bool:
        """True unless the restored values are estimated to be no better than the noisy ones."""
        return self._estimate is None or self._estimate.is_better

    def report(self, target: Path) -> dict[str, Any]:
        """What can be said without a clean stack; writes the figure of the residual."""
        values, noise = self._group.values, self._noise
        scale = self._pairs.stacks[0].intensities[0].scale
        place = divmod(values.shape[0] * values.shape[1] // 2, values.shape[1])
        name = target.name + (f"-{self._number}" if self._number else "")
        noisy, restored = values.plane(*place), self._restored.plane(*place)
        correlation = write_residual_figure(target.parent, name, noisy, restored)
        notes = []
        if not self.is_gain:
            notes.append(f"{self._text}: training is estimated to gain nothing: left as it is")
        if self._clamped:
            notes.append(f"{self._text}: {self._clamped} values outside the type's range clamped")
        return {
            "name": self._group.name,
            "shape": list(values.shape),
            "type": str(values.dtype),
            "pairs": self._pairs.kind.value,
            "context": self._pairs.context,
            "steps": self._trainer.step_count,
            "sigma_at_black": math.sqrt(noise.model.read) * scale,
            "sigma_at_white": math.sqrt(noise.model.read + noise.model.gain) * scale,
            "noise_correlation": noise.pixel_correlation,
            "slice_noise_correlation": noise.slice_correlation,
            "residual_correlation": correlation,
            "clamped": self._clamped,
            **estimate_entry(self._estimate),
            "notes": self.notes,
            "notes_after": notes,
        }

    def _check_independence(self, stacks: tuple, kind: PairKind, context: int) -> int:
        """Context that can be used; adds notes on noise that is not independent.

        DataError for two equal halves, or for neighbours where there are none.
        """
        noise = self._noise
        if math.sqrt(noise.model.read + noise.model.gain) < MIN_DEVIATION:
            return context
        if kind is PairKind.HALVES:
            between = _correlation_of_halves(stacks)
            if between > 0.999:
                raise DataError("the two files hold the same noise: no independent halves")
            if between > DEPENDENT:
                self.notes.append(
                    f"{self._text}: the noise of the halves is correlated ({between:.2f}):"
                    " they are not independent, and some of it stays"
                )
            return context
        if kind is PairKind.NEIGHBOURS and context == 0:
            raise DataError(f"{self._text}: --pairs neighbours needs two slices or more")
        if noise.slice_correlation > DEPENDENT:
            text = f"the noise of neighbouring slices is correlated ({noise.slice_correlation:.2f})"
            if kind is PairKind.NEIGHBOURS:
                self.notes.append(f"{self._text}: {text}: not independent, and some of it stays")
            elif context:
                self.notes.append(f"{self._text}: {text}: slices are restored one by one")
                context = 0
        if kind is PairKind.RECORRUPTED and noise.pixel_correlation > CORRELATED:
            self.notes.append(
                f"{self._text}: the noise of neighbouring pixels is correlated"
                f" ({noise.pixel_correlation:.2f}): some of it stays; --pairs neighbours needs"
                " noise that is independent between slices only"
            )
        return context

    def _save_training(self) -> None:
        with writing_to(self._work.path):
            write_checkpoint(
                self._checkpoint,
                Checkpoint(self._trainer.state(), KIND, {}, self._trainer.step_count),
            )
        self._work.save()

    @property
    def _checkpoint(self) -> Path:
        return self._work.path / f"training-{self._number}.safetensors"

    @property
    def _text(self) -> str:
        """The array in messages."""
        return self._group.name or "the stack"


def _correlation_of_halves(stacks: tuple) -> float:
    """Correlation of the noise of two half-stacks in their middle slices."""
    place = divmod(stacks[0].values.shape[0] * stacks[0].slice_count // 2, stacks[0].slice_count)
    height, width = stacks[0].size
    whole = Crop(0, 0, height, width)
    one, other = (stack.planes(place[0], [place[1]], whole)[0] for stack in stacks)
    if torch.equal(one, other):
        return 1.0
    return plane_correlation(one, other)
