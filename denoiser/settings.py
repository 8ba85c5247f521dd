"""Settings of the denoiser and its online training.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from denoiser.option import Option
from denoiser.option import check_ranges
from denoiser.option import option

SEED = Option("seed of the noise and of the weights", low=0)
"""Option of all records with a seed: one flag sets all of them."""


class LossName(Enum):
    """The five combinations of loss and tone map of Lehtinen et al. 2018, figure 6.

    T is the transfer function, x the noisy input, y the noisy target.
    """

    HDR_TONED_INPUT = "hdr"
    """L_HDR, input T(x), target y: the paper's choice. Kernel-predicting networks use
    the relative loss of `online/history_loss.py` instead of L_HDR."""
    HDR_LINEAR_INPUT = "hdr-linear"
    """L_HDR, input x, target y."""
    L2_TONED_INPUT = "l2"
    """L2, input T(x), target y."""
    L2_LINEAR_INPUT = "l2-linear"
    """L2, input x, target y."""
    L2_TONED_TARGET = "l2-toned"
    """L2, input T(x), target T(y); the output is T of radiance. Biased dark; kept to show that."""


class NetworkName(Enum):
    """Networks that can be trained online."""

    UNET = "unet"
    """The paper's U-Net, table 2: 997,251 parameters with 9 input and 3 output channels."""
    FAST = "fast"
    """Small network that predicts filter kernels over the accumulated history of each half."""
    BEST = "best"
    """Larger network of the same kind as `FAST`."""


LEARNING_RATES = {NetworkName.UNET: 3e-4, NetworkName.FAST: 1e-3, NetworkName.BEST: 1e-3}
"""Default learning rates of Adam; the U-Net's is the paper's (appendix A.1)."""


class Init(Enum):
    """Initial weights of a network."""

    PRETRAINED = "pretrained"
    """Trained on noisy frames of other scenes; random where no such weights exist."""
    RANDOM = "random"

    @classmethod
    def _missing_(cls, value: object) -> Init | None:
        """Accept the former names of the values."""
        known = {"warm": cls.PRETRAINED, "scratch": cls.RANDOM}
        return known.get(value) if isinstance(value, str) else None


class Precision(Enum):
    """Number format of the network's convolutions; weights and losses are always float32."""

    AUTO = "auto"
    """bf16 on devices with native support, else fp32."""
    BF16 = "bf16"
    """bfloat16 by autocast; 7 to 10 times slower than fp32 on a CPU that emulates it."""
    FP32 = "fp32"
    """float32."""


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Settings common to all trainings."""

    crop: int = option(
        256,
        "side of the random training crop, limited to the frame",
        unit="pixels",
        low=1,
        panel=(16, 512),
        # Smaller crops leave the U-Net's coarsest level few pixels; see docs/experiments.md.
        uses={"cpu": 128},
        must_match=True,
    )
    precision: Precision = option(
        Precision.AUTO,
        "number format of convolutions; auto: bf16 with native support, else fp32",
    )
    seed: int = option(0, **vars(SEED))

    def __post_init__(self) -> None:
        """Raise ValueError if a number is out of range."""
        check_ranges(self)


@dataclass(frozen=True, kw_only=True)
class DenoiserSettings(TrainingSettings):
    """Settings of the online denoiser: network, initial weights, loss and training."""

    network: NetworkName = option(
        NetworkName.BEST,
        "best, fast: predict filter kernels over accumulated frames; unet: the paper's U-Net",
        uses={"paper": NetworkName.UNET},
        must_match=True,
    )
    init: Init = option(
        Init.PRETRAINED,
        "initial weights of best and fast: pretrained on other scenes, or random",
        parse=Init,
        choices=("pretrained", "random", "warm", "scratch"),
        metavar="{pretrained,random}",
        old_names=("start",),
        must_match=True,
        may_be_missing=True,
    )
    has_history: bool = option(
        True,
        "best and fast denoise without history, except for the mean with a static camera",
        flag="no-history",
        must_match=True,
        may_be_missing=True,
    )
    loss: LossName = option(
        LossName.HDR_TONED_INPUT,
        "loss and tone map, one of the five in the paper's figure 6",
        must_match=True,
    )
    learning_rate: float = option(
        None,
        "Adam's learning rate",
        low=0,
        is_open=True,
        panel=(1e-5, 1e-2),
        default_text="best and fast 1e-3, decreasing with pretrained weights; unet 3e-4",
        must_match=True,
    )
    train_steps: int = option(
        8,
        "optimiser steps per displayed frame",
        low=0,
        panel=(0, 64),
        uses={"cpu": 2},
        must_match=True,
    )

    def __post_init__(self) -> None:
        """Set the network's default learning rate if none is given."""
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", LEARNING_RATES[self.network])
        super().__post_init__()
