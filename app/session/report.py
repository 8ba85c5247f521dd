"""Records exchanged with a session: the report of a frame, and edits for the next one.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

import torch

from app.settings.session_settings import SessionSettings
from renderer.frame import FramePair


@dataclass(frozen=True)
class Edits:
    """Changes for the next frame; None or False: no change."""

    settings: SessionSettings | None = None
    """Settings from the next frame on; the device stays."""
    training_paused: bool | None = None
    reset_training: bool = False
    """Start again from the initial weights."""
    save_checkpoint: Path | None = None
    load_checkpoint: Path | None = None

    def merged(self, later: Edits) -> Edits:
        """Both edits in one; where they conflict `later` wins."""
        changes = {name: value for name, value in vars(later).items() if value not in (None, False)}
        if later.training_paused is not None:
            changes["training_paused"] = later.training_paused
        return replace(self, **changes)


NO_EDITS = Edits()


@dataclass(frozen=True, eq=False)
class FrameReport:
    """One finished frame: images, timings and measures."""

    pair: FramePair
    """The two noisy halves with their features."""
    denoised: torch.Tensor
    """(H, W, 3) linear radiance, denoised from both halves."""
    reference: torch.Tensor
    """(H, W, 3) mean radiance accumulated since the last change, this frame included."""
    reference_spp: int
    """Samples per pixel in `reference`."""
    milliseconds: dict[str, float]
    """Wall-clock per stage: render, train, denoise, comparison; total of the whole frame."""
    losses: list[float]
    """Loss of each training step of this frame; empty when training is paused."""
    step_count: int
    """Optimiser updates since training was last reset."""
    effective_learning_rate: float
    """Adam's learning rate in the next step: the one set, or less with pretrained weights."""
    nonfinite_count: int
    """Pixels of this frame with a NaN or infinite value in either half; kept out of training."""
    is_training: bool
    psnr_mean: float | None = None
    """PSNR in dB on T(v) of the mean of both halves against the frames held out so far, or, without
    hold-out, the frames accumulated BEFORE this one; None where there are none."""
    measure_spp: int = 0
    """Samples per pixel of the frames that PSNR is measured against."""
    is_held_out: bool = False
    """True: this frame was only held out; `pair` and images are those of the frame before."""
    psnr_denoised: float | None = None
    """PSNR in dB on T(v) of `denoised` against the same frames as `psnr_mean`."""
    comparison: torch.Tensor | None = None
    """(H, W, 3) linear radiance of the comparison, None without one."""
    psnr_comparison: float | None = None
    """PSNR in dB on T(v) of `comparison` against the same frames as `psnr_mean`."""
    messages: tuple[str, ...] = field(default=())
    """One line each for the user: 'saved checkpoint ...', 'cannot read ...: reason'."""

    @property
    def has_rested(self) -> bool:
        """True if the reference holds more than this frame."""
        return self.reference_spp > 2 * self.pair.spp
