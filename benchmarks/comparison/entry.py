"""Entry of a comparison: one denoiser and its measures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from denoiser.features import stacked
from denoiser.metrics import RELATIVE_EPSILON
from denoiser.online.trainer import Trainer
from denoiser.temporal.gbuffer import GBuffer
from denoiser.temporal.reprojection import match
from denoiser.transfer import tone
from renderer.frame import FramePair


@dataclass(frozen=True, eq=False)
class Truth:
    """Two independent, unbiased estimates of a frame without noise."""

    radiance: list[torch.Tensor]
    """(H, W, 3) each."""
    toned: list[torch.Tensor]
    """(H, W, 3) each, of T(radiance)."""

    @classmethod
    def of(cls, references: list[torch.Tensor]) -> Truth:
        """Make both estimates from four independent references of equal sample counts.

        T is concave, so T of a noisy reference is biased low, on veach-ajar at 192 spp by as much
        as an error of 32 dB. To first order in the variance, 2 T(mean) - mean of T (the jackknife)
        is free of this bias.
        """
        pairs = [references[:2], references[2:]]
        means = [(a + b) / 2 for a, b in pairs]
        singly = [(tone(a) + tone(b)) / 2 for a, b in pairs]
        return cls(means, [2 * tone(mean) - each for mean, each in zip(means, singly)])

    def mean(self) -> torch.Tensor:
        """(H, W, 3) mean radiance of all samples."""
        return (self.radiance[0] + self.radiance[1]) / 2


@dataclass(eq=False)
class Entry:
    """One denoiser, its last image, its times in ms and its measures."""

    name: str
    denoise: Callable[[FramePair], torch.Tensor]
    trainer: Trainer | None = None
    train_ms: list[float] = field(default_factory=list)
    denoise_ms: list[float] = field(default_factory=list)
    errors: list[torch.Tensor] = field(default_factory=list)
    """Error of T in the last measured frame against each of both estimates, (3, 1, H, W)."""
    rows: list[dict[str, float]] = field(default_factory=list)
    rest: dict[str, float] = field(default_factory=dict)
    """Flicker with a static camera, with history and without."""
    image: torch.Tensor | None = None

    def process(self, pair: FramePair) -> None:
        """Train on a frame and denoise it; record both times in ms."""
        begin = time.perf_counter()
        if self.trainer is not None:
            for loss in self.trainer.train(pair):
                float(loss)
        trained = time.perf_counter()
        self.image = self.denoise(pair)
        if self.image.is_cuda:
            torch.cuda.synchronize()
        self.train_ms.append((trained - begin) * 1e3)
        self.denoise_ms.append((time.perf_counter() - trained) * 1e3)


def hdr_flip(image: torch.Tensor, reference: torch.Tensor) -> float:
    """Mean HDR-FLIP of two (H, W, 3) images; NaN without the package flip_evaluator."""
    try:
        import flip_evaluator
    except ImportError:
        return float("nan")
    arrays = [np.ascontiguousarray(each.cpu().numpy()) for each in (reference, image)]
    return float(flip_evaluator.evaluate(*arrays, "HDR", applyMagma=False)[1])


def measure(
    entry: Entry,
    frame: int,
    pair: FramePair,
    before: FramePair | None,
    truth: Truth,
) -> None:
    """Add a row of measures of the last image; flicker only if the frame `before` is given."""
    image = entry.image
    assert image is not None
    reference = truth.mean()
    errors = [stacked([tone(image) - toned]) for toned in truth.toned]
    products = (image - truth.radiance[0]) * (image - truth.radiance[1])
    row = {
        "frame": frame,
        "psnr": decibels(errors[0] * errors[1]),
        "relmse": float((products / (reference.square() + RELATIVE_EPSILON)).mean()),
        "flip": hdr_flip(image.clamp(min=0), reference),
        "mean_radiance": float(image.mean() / reference.mean()),
    }
    if entry.errors and before is not None:
        assert pair.pose is not None and before.pose is not None
        seen_now = GBuffer((pair.a,), pair.pose)
        matches = match(seen_now, GBuffer((before.a,), before.pose))
        seen = matches.is_any().view(seen_now.shape).expand_as(errors[0])
        changes = [(now - matches.carried(old))[seen] for now, old in zip(errors, entry.errors)]
        row["flicker"] = float((changes[0] * changes[1]).mean().clamp(min=0).sqrt())
    entry.errors = errors
    entry.rows.append(row)


def measure_at_rest(entry: Entry, pairs: list[FramePair]) -> None:
    """Measure flicker over frames of one camera with new samples each: the first half of the frames
    with history, the second half without.
    """
    middle = len(pairs) // 2
    alone = [replace(pair, pose=None) for pair in pairs[middle:]]
    entry.rest["flicker_at_rest"] = _rest_flicker(entry, pairs[:middle])
    entry.rest["flicker_without_history"] = _rest_flicker(entry, alone)


def _rest_flicker(entry: Entry, pairs: list[FramePair]) -> float:
    """Root mean square change of T from frame to frame, and so of its error: the truth is fixed."""
    images = []
    for pair in pairs:
        entry.process(pair)
        assert entry.image is not None
        images.append(tone(entry.image))
    changes = [(now - before).square().mean() for before, now in pairwise(images)]
    return float(torch.stack(changes).mean().sqrt())


def decibels(squares: torch.Tensor) -> float:
    """PSNR of T in dB from squared errors, or from unbiased estimates of them."""
    return float(-10 * squares.mean().clamp(min=1e-12).log10())


def file_name(name: str) -> str:
    """Name of an entry with blanks and colons replaced by hyphens."""
    return name.replace(" ", "-").replace(":", "-")
