"""One denoiser of a comparison, and its measures."""

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
    """What is known of a frame without noise: two independent estimates, without bias."""

    radiance: list[torch.Tensor]
    """(H, W, 3) each."""
    toned: list[torch.Tensor]
    """(H, W, 3) each, of T."""

    @classmethod
    def of(cls, references: list[torch.Tensor]) -> Truth:
        """From four independent references of equally many samples.

        T is concave: of a noisy reference it is too dark, on veach-ajar at 192 spp by as much as an
        error of 32 dB. To the first order in the variance this cancels in 2 T(mean) - mean of T
        (the jackknife).
        """
        pairs = [references[:2], references[2:]]
        means = [(a + b) / 2 for a, b in pairs]
        singly = [(tone(a) + tone(b)) / 2 for a, b in pairs]
        return cls(means, [2 * tone(mean) - each for mean, each in zip(means, singly)])

    def mean(self) -> torch.Tensor:
        """(H, W, 3) radiance, of all samples."""
        return (self.radiance[0] + self.radiance[1]) / 2


@dataclass(eq=False)
class Entry:
    """One denoiser, what it made of the last frame, and how it did."""

    name: str
    denoise: Callable[[FramePair], torch.Tensor]
    trainer: Trainer | None = None
    train_ms: list[float] = field(default_factory=list)
    denoise_ms: list[float] = field(default_factory=list)
    errors: list[torch.Tensor] = field(default_factory=list)
    """(3, 1, H, W) of T in the frame before, against both estimates, where that was measured."""
    rows: list[dict[str, float]] = field(default_factory=list)
    rest: dict[str, float] = field(default_factory=dict)
    """Flicker with the camera at rest."""
    picture: torch.Tensor | None = None

    def fly(self, pair: FramePair) -> None:
        """Train on a frame and denoise it."""
        begin = time.perf_counter()
        if self.trainer is not None:
            for loss in self.trainer.train(pair):
                float(loss)
        trained = time.perf_counter()
        self.picture = self.denoise(pair)
        if self.picture.is_cuda:
            torch.cuda.synchronize()
        self.train_ms.append((trained - begin) * 1e3)
        self.denoise_ms.append((time.perf_counter() - trained) * 1e3)


def hdr_flip(picture: torch.Tensor, reference: torch.Tensor) -> float:
    """Mean HDR-FLIP, NaN without its package."""
    try:
        import flip_evaluator
    except ImportError:
        return float("nan")
    images = [np.ascontiguousarray(image.cpu().numpy()) for image in (reference, picture)]
    return float(flip_evaluator.evaluate(*images, "HDR", applyMagma=False)[1])


def measure(
    racer: Entry,
    frame: int,
    pair: FramePair,
    before: FramePair | None,
    truth: Truth,
) -> None:
    """Add a row; with the frame before measured too, its flicker is known."""
    picture = racer.picture
    assert picture is not None
    reference = truth.mean()
    errors = [stacked([tone(picture) - toned]) for toned in truth.toned]
    products = (picture - truth.radiance[0]) * (picture - truth.radiance[1])
    row = {
        "frame": frame,
        "psnr": decibels(errors[0] * errors[1]),
        "relmse": float((products / (reference.square() + RELATIVE_EPSILON)).mean()),
        "flip": hdr_flip(picture.clamp(min=0), reference),
        "mean_radiance": float(picture.mean() / reference.mean()),
    }
    if racer.errors and before is not None:
        assert pair.pose is not None and before.pose is not None
        seen_now = GBuffer((pair.a,), pair.pose)
        matches = match(seen_now, GBuffer((before.a,), before.pose))
        seen = matches.is_any().view(seen_now.shape).expand_as(errors[0])
        changes = [(now - matches.carried(old))[seen] for now, old in zip(errors, racer.errors)]
        row["flicker"] = float((changes[0] * changes[1]).mean().clamp(min=0).sqrt())
    racer.errors = errors
    racer.rows.append(row)


def measure_at_rest(racer: Entry, pairs: list[FramePair]) -> None:
    """Flicker over frames of one camera, each of fresh samples: the first half of them with the
    past, the others without it.
    """
    middle = len(pairs) // 2
    alone = [replace(pair, pose=None) for pair in pairs[middle:]]
    racer.rest["flicker_at_rest"] = _rest_flicker(racer, pairs[:middle])
    racer.rest["flicker_without_past"] = _rest_flicker(racer, alone)


def _rest_flicker(racer: Entry, pairs: list[FramePair]) -> float:
    """Root mean square of T's change from frame to frame: of its error, as the truth stays."""
    pictures = []
    for pair in pairs:
        racer.fly(pair)
        assert racer.picture is not None
        pictures.append(tone(racer.picture))
    changes = [(now - before).square().mean() for before, now in pairwise(pictures)]
    return float(torch.stack(changes).mean().sqrt())


def decibels(squares: torch.Tensor) -> float:
    """PSNR of T from squared errors, or unbiased estimates of them."""
    return float(-10 * squares.mean().clamp(min=1e-12).log10())


def file_name(name: str) -> str:
    """Of a racer, without blanks and colons."""
    return name.replace(" ", "-").replace(":", "-")
