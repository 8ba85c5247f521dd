"""Settings of offline training.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from denoiser.option import option
from denoiser.settings import TrainingSettings

PAIRS = "pairs"
"""Name of the task on the user's own noisy images."""
TASK_NAMES = (
    *("gaussian", "brown", "poisson", "bernoulli", "text", "impulse", "mri"),  # the paper's
    *("photo", PAIRS),
)
"""Names of all tasks in `denoiser.restoration.tasks`."""
SINGLE = "single"
"""Name of the task that restores each noisy image by itself (`denoiser.restoration.single`)."""
STACK = "stack"
"""Name of the task that restores volumes, movies and series of slices from themselves
(`denoiser.restoration.stacks`)."""
UNTRAINED_TASKS = (SINGLE, STACK)
"""Names of the tasks that learn from the very files that they restore."""
MONTECARLO = "montecarlo"
"""Name of the task that restores rendered views (`denoiser.rendered`)."""


class RestorationLoss(Enum):
    """Loss of offline training."""

    L2 = "l2"
    """Squared error; its minimiser is the mean."""
    L1 = "l1"
    """Absolute error; its minimiser is the median."""
    L0 = "l0"
    """(|f - y| + 1e-8)^gamma; gamma falls linearly from 2 to 0, where the minimiser is the mode."""


class RestorationNetwork(Enum):
    """Networks of the offline tasks."""

    UNET = "unet"
    """The paper's U-Net, table 2."""
    RED30 = "red30"
    """Residual network of the paper's first test: 0.2 dB better than U-Net, about 10x slower."""
    RESIDUAL = "residual"
    """Residual U-Net at half the resolution: better than the paper's U-Net at less cost."""
    RESIDUAL_SMALL = "residual-small"
    """The same with three quarters of the weights, as shipped for the paper's other tasks."""


LEARNING_RATES = {
    RestorationNetwork.UNET: 1e-3,
    RestorationNetwork.RED30: 1e-3,
    RestorationNetwork.RESIDUAL: 2e-3,
    RestorationNetwork.RESIDUAL_SMALL: 2e-3,
}
"""Default learning rates of Adam; those of the paper's networks are the paper's (appendix A.1)."""


PRETRAINED_RATE = 5e-4
"""Default learning rate of Adam for a training that starts from shipped weights."""


def _of_the_paper(value: int) -> dict[str, int]:
    """Default of the paper's networks on a CPU, for `Option.uses`."""
    paper = (RestorationNetwork.UNET, RestorationNetwork.RED30)
    return {f"cpu {network.value}": value for network in paper}


class TargetKind(Enum):
    """Kind of training targets; training does not differ otherwise."""

    NOISY = "noisy"
    """Another corruption of the same image."""
    CLEAN = "clean"
    """The clean image."""


@dataclass(frozen=True, kw_only=True)
class OfflineTraining:
    """TargetKind and length of offline training."""

    targets: TargetKind = TargetKind.NOISY
    iterations: int = option(
        100_000,
        "optimiser steps of the training (the authors' code: 300,000)",
        low=1,
        uses={"cpu": 1500},
    )
    batch: int = option(
        4, "examples per optimiser step, over all processes", low=1, uses={"cpu": 1}
    )
    ramp_down: float = 0.3
    """Fraction of the training, at its end, over which the learning rate falls to 0."""


@dataclass(frozen=True, kw_only=True)
class RestorationSettings(OfflineTraining, TrainingSettings):
    """Settings of the training of a restoration network."""

    task: str = TASK_NAMES[0]
    """Name of the task."""
    iterations: int = option(
        100_000,
        "optimiser steps of the training (the authors' code: 300,000)",
        low=1,
        # As long on two cores as 1,500 steps of the U-Net; see docs/experiments.md.
        uses={"cpu": 3000, "cpu mri": 1500, **_of_the_paper(1500)},
    )
    batch: int = option(
        4,
        "examples per optimiser step, over all processes",
        low=1,
        uses={"cpu": 4, "cpu mri": 1, **_of_the_paper(1)},
    )
    crop: int = option(
        256,
        "side of the random training crop, limited to the frame",
        unit="pixels",
        low=1,
        # Smaller crops leave the U-Net's coarsest level few pixels; see docs/experiments.md.
        uses={"cpu": 64, **_of_the_paper(128)},
        must_match=True,
    )
    network: RestorationNetwork = option(
        RestorationNetwork.RESIDUAL,
        "offline: residual, residual-small, unet (paper) or red30 (paper)",
    )
    channels: int = option(3, "1: grey, 3: RGB", choices=("1", "3"), default_text="3; mri: 1")
    loss: RestorationLoss = option(
        RestorationLoss.L2, "offline: l2, l1 or l0", default_text="the task's"
    )
    learning_rate: float = option(
        None,
        "Adam's learning rate before its ramp-down",
        low=0,
        is_open=True,
        default_text="offline 2e-3; unet and red30 1e-3",
    )
    # At the paper's learning rate one unusual batch can cost a network tens of decibels.
    clip: float | None = option(
        2.0,
        "limit gradients to this factor times the running mean of their norm; 0: never (paper)",
        low=0,
    )
    level: float | None = None
    """Noise level of all training images; None: drawn for each input and target (blind)."""

    def __post_init__(self) -> None:
        """Set the network's default learning rate if none is given; replace a `clip` of 0 by None,
        which means no clipping; check the ranges.
        """
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", LEARNING_RATES[self.network])
        if self.clip == 0:
            object.__setattr__(self, "clip", None)
        super().__post_init__()
