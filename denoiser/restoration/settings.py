"""Settings of an offline training.

Host code.
"""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
from enum import Enum
from typing import Any

from denoiser.settings import Precision

TASK_NAMES = ("gaussian", "brown", "poisson", "bernoulli", "text", "impulse", "mri", "pairs")
"""Of all tasks, in `denoiser.restoration.tasks`."""


class RestorationLoss(Enum):
    """What an estimate is compared by."""

    L2 = "l2"
    """Squared error; its minimiser is the mean."""
    L1 = "l1"
    """Absolute error; its minimiser is the median."""
    L0 = "l0"
    """(|f - y| + 1e-8)^gamma with gamma from 2 to 0; in the end its minimiser is the mode."""


class RestorationNetwork(Enum):
    """Networks of the offline tasks."""

    UNET = "unet"
    """The paper's U-Net, table 2."""
    RED30 = "red30"
    """The residual network of the paper's first test: 0.2 dB better, about ten times slower."""


class Targets(Enum):
    """What training compares with; nothing else differs."""

    NOISY = "noisy"
    """Another corruption of the same picture."""
    CLEAN = "clean"
    """The picture itself."""


@dataclass(frozen=True)
class RestorationSettings:
    """How a network is trained offline."""

    task: str
    """Name of the task, as `--task` has it."""
    network: RestorationNetwork = RestorationNetwork.UNET
    channels: int = 3
    """1 (grey) or 3 (RGB)."""
    loss: RestorationLoss = RestorationLoss.L2
    targets: Targets = Targets.NOISY
    iterations: int = 100_000
    """Optimiser updates, >= 1 (the authors' code: 300,000)."""
    batch: int = 4
    """Examples an update sees, over all processes (paper, appendix A.1)."""
    crop: int = 256
    """Side of a training crop in pixels (paper)."""
    learning_rate: float = 1e-3
    """Adam's step size before the ramp-down (paper; the authors' code has 3e-4)."""
    ramp_down: float = 0.3
    """Share of the training, at its end, over which the step size falls to 0 (authors' code)."""
    clip: float | None = 2.0
    """Gradients are limited to so many times the running mean of their norm; None: never (paper).

    At the paper's step size one unusual batch can throw a network back by tens of decibels."""
    level: float | None = None
    """The corruption's level in every example; None: drawn for each of them (blind)."""
    seed: int = 0
    """Seeds weights, crops and noise."""
    precision: Precision = Precision.AUTO
    """Number format of the convolutions."""

    def to_json(self) -> dict[str, str | int | float | None]:
        """The settings as plain values by field name."""
        values = asdict(self)
        return {n: v.value if isinstance(v, Enum) else v for n, v in values.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> RestorationSettings:
        """What `to_json` gave. KeyError, TypeError or ValueError if a value is not usable."""
        return cls(
            task=str(values["task"]),
            network=RestorationNetwork(values["network"]),
            channels=int(values["channels"]),
            loss=RestorationLoss(values["loss"]),
            targets=Targets(values["targets"]),
            iterations=int(values["iterations"]),
            batch=int(values["batch"]),
            crop=int(values["crop"]),
            learning_rate=float(values["learning_rate"]),
            ramp_down=float(values["ramp_down"]),
            clip=None if values["clip"] is None else float(values["clip"]),
            level=None if values["level"] is None else float(values["level"]),
            seed=int(values["seed"]),
            precision=Precision(values["precision"]),
        )
