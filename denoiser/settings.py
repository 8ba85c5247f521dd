"""Settings of the denoiser and its online training.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum


class LossName(Enum):
    """The five combinations of loss and tone map of Lehtinen et al. 2018, figure 6.

    T is the transfer function, x the noisy input, y the noisy target.
    """

    HDR_TONED_INPUT = "hdr"
    """L_HDR, input T(x), target y: the paper's choice. The networks with history have a relative
    loss of their own in its place."""
    HDR_LINEAR_INPUT = "hdr-linear"
    """L_HDR, input x, target y."""
    L2_TONED_INPUT = "l2"
    """L2, input T(x), target y."""
    L2_LINEAR_INPUT = "l2-linear"
    """L2, input x, target y."""
    L2_TONED_TARGET = "l2-toned"
    """L2, input T(x), target T(y); the output is T of radiance. Biased dark, kept to show it."""


class NetworkName(Enum):
    """Networks that can be trained online."""

    UNET = "unet"
    """The paper's U-Net, table 2: 997,251 parameters with 9 input and 3 output channels."""
    FAST = "fast"
    """Predicts kernels over each half's own history; small."""
    BEST = "best"
    """The same, larger."""


class Start(Enum):
    """What a network's first weights are."""

    WARM = "warm"
    """Learned beforehand from noisy frames of other scenes, where there are such weights."""
    SCRATCH = "scratch"
    """Random."""


class Precision(Enum):
    """Number format of the network's convolutions; weights and losses are always float32."""

    AUTO = "auto"
    """bf16 where the device computes with it natively, else fp32."""
    BF16 = "bf16"
    """bfloat16 by autocast. On a CPU that has to emulate it 7 to 10 times slower than fp32."""
    FP32 = "fp32"
    """float32."""


@dataclass(frozen=True)
class DenoiserSettings:
    """How the denoiser is built and trained."""

    network: NetworkName = NetworkName.UNET
    loss: LossName = LossName.HDR_TONED_INPUT
    learning_rate: float = 3e-4
    """Adam's step size, > 0; the paper's for Monte Carlo (appendix A.1)."""
    train_steps: int = 8
    """Optimiser updates per displayed frame, >= 0 (paper, section 3.3)."""
    crop: int = 256
    """Side of the random training crop in pixels, >= 1, clamped to the frame (paper: 256)."""
    seed: int = 0
    """Seeds the weights and the choice of crops."""
    precision: Precision = Precision.AUTO
    """Number format of the convolutions."""
    start: Start = Start.WARM
    """First weights; the paper's network has only random ones."""
    has_history: bool = True
    """False: networks that could carry the past along are shown every frame for itself; only the
    plain mean at rest goes on."""

    def __post_init__(self) -> None:
        """ValueError where a number is out of range."""
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate {self.learning_rate} is not > 0 and finite")
        for name, least in (("train_steps", 0), ("crop", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} {getattr(self, name)} is less than {least}")

    def to_json(self) -> dict[str, str | int | float | bool]:
        """The settings as plain values by field name."""
        return {
            "network": self.network.value,
            "loss": self.loss.value,
            "learning_rate": self.learning_rate,
            "train_steps": self.train_steps,
            "crop": self.crop,
            "seed": self.seed,
            "precision": self.precision.value,
            "start": self.start.value,
            "has_history": self.has_history,
        }

    @classmethod
    def from_json(cls, values: dict[str, str | int | float | bool]) -> DenoiserSettings:
        """What `to_json` gave. KeyError, TypeError or ValueError if a value is not usable."""
        return cls(
            network=NetworkName(values["network"]),
            loss=LossName(values["loss"]),
            learning_rate=float(values["learning_rate"]),
            train_steps=int(values["train_steps"]),
            crop=int(values["crop"]),
            seed=int(values["seed"]),
            precision=Precision(values["precision"]),
            # Files from before there was a choice have none: they hold the paper's network, for
            # which it makes no difference.
            start=Start(values.get("start", cls.start.value)),
            has_history=_bool(values.get("has_history", cls.has_history)),
        )


def _bool(value: object) -> bool:
    """Itself. Or TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value
