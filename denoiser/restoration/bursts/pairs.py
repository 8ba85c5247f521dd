"""Training batches of crops of two frames of a burst.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from denoiser.restoration.batch import CROP_STREAM
from denoiser.restoration.batch import Batch
from denoiser.restoration.batch import stack_images
from denoiser.restoration.bursts.burst_files import Bursts
from denoiser.restoration.bursts.sampling import Sampled
from denoiser.restoration.dataset import crop_corner
from denoiser.restoration.dataset import to_planes
from denoiser.seeds import generator_at


@dataclass(frozen=True, eq=False)
class BurstPairs:
    """Batch source of crops of two frames; all ordered pairs of a burst are equally likely.

    The input is a frame as it is, so that its noise is; the target is aligned to it, and does not
    count where it does not show the content of the input.
    """

    bursts: Bursts
    """Bursts on the device where batches are made."""
    crop: int
    seed: int

    def batch(self, index: int, first: int, count: int) -> Batch:
        """Draw and stack examples `first` to `first + count - 1` of batch `index`."""
        examples = [self._example(index, number) for number in range(first, first + count)]
        inputs = stack_images([image for image, _ in examples])
        targets = stack_images([target.planes for _, target in examples])
        masks = [target.is_inside for _, target in examples]
        observed = None
        if any(mask is not None for mask in masks):
            whole = torch.ones_like(inputs[0, :1], dtype=torch.bool)
            observed = torch.stack([whole if mask is None else mask for mask in masks])
        return Batch(inputs, targets, observed=observed)

    def _example(self, index: int, number: int) -> tuple[torch.Tensor, Sampled]:
        """Input and target."""
        host = generator_at("cpu", self.seed, index, number, CROP_STREAM)
        burst = self.bursts.bursts[int(torch.randint(len(self.bursts), (), generator=host))]
        one, other = torch.randperm(len(burst.frames), generator=host)[:2].tolist()
        top, left = crop_corner(burst.size, self.crop, host)
        rows, columns = slice(top, top + self.crop), slice(left, left + self.crop)
        image = to_planes(burst.frames[one][rows, columns])
        return image, burst.aligned(one, other, top, left, (self.crop, self.crop))
