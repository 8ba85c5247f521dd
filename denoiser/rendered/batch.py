"""Batches of crops of rendered views, each addressed by its number.

Host code. Batch k of a training is the same whenever it is drawn, with noisy and clean targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from denoiser.crops import Crop
from denoiser.online.inputs import new_inputs
from denoiser.rendered.dataset import View
from denoiser.restoration.dataset import crop_corner
from denoiser.restoration.settings import TargetKind
from denoiser.seeds import generator_at
from denoiser.settings import DenoiserSettings
from denoiser.temporal.examples import Examples
from denoiser.temporal.examples import joined


@dataclass(frozen=True, eq=False)
class ViewBatch:
    """N crops with noisy targets, and with clean targets if all their views have them."""

    noisy: Examples
    clean: Examples | None

    def examples(self, targets: TargetKind) -> Examples:
        """The crops with noisy or with clean targets."""
        if targets is TargetKind.NOISY:
            return self.noisy
        assert self.clean is not None, "a view of the batch has no clean image"
        return self.clean


class ViewCrops:
    """Random crops of views, uniform in view, direction (a -> b or b -> a) and position."""

    def __init__(self, views: Sequence[View], settings: DenoiserSettings) -> None:
        """Compute inputs and targets of all views for the network of `settings`, without history.

        Crops are limited to the size of the view.
        """
        assert views
        self._examples = [new_inputs(settings).examples(view.pair) for view in views]
        self._clean = [view.clean for view in views]
        self._crop = settings.crop
        self._seed = settings.seed

    def batch(self, index: int, first: int, count: int) -> ViewBatch:
        """Crops `first` to `first + count - 1` of batch `index`."""
        noisy, clean = [], []
        for number in range(first, first + count):
            host = generator_at("cpu", self._seed, index, number)
            chosen = int(torch.randint(len(self._examples), (), generator=host))
            direction = int(torch.randint(2, (), generator=host))
            examples, truth = self._examples[chosen], self._clean[chosen]
            size = (examples.inputs.shape[2], examples.inputs.shape[3])
            side = min(self._crop, *size)
            top, left = crop_corner(size, side, host)
            window = Crop(top=top, left=left, height=side, width=side)
            noisy.append(examples.cut(direction, window))
            if truth is not None:
                rows, columns = slice(top, top + side), slice(left, left + side)
                clean.append(noisy[-1].with_target(truth[rows, columns]))
        return ViewBatch(joined(noisy), joined(clean) if len(clean) == len(noisy) else None)
