"""Training pairs from a fixed number of exposures: Lehtinen et al. 2018, figure 1c.

Host code. An exposure is an image with white Gaussian noise of sigma 25 (of 255) that is drawn
once: every use of an exposure has the same noise. 2,000 exposures are spent on N images, M on each.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from denoiser.restoration.batch import CROP_STREAM
from denoiser.restoration.batch import Batch
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.dataset import crop_corner
from denoiser.seeds import generator_at

SIGMA = 25.0  # standard deviation of the noise, in 8-bit steps (of 255)
EXPOSURE_SEED = 2000  # fixed: exposures do not depend on the seed of a training


@dataclass(frozen=True)
class BudgetCase:
    """Division of the exposures among images, and their pairing."""

    label: str
    image_count: int
    """Number N of images."""
    exposure_count: int
    """Number M of exposures per image."""
    is_mean_target: bool
    """True: pair exposure 0 with the mean of the others; False: draw from all ordered pairs."""


BUDGET_CASES = (
    BudgetCase("1: 100 images, fixed pairs with a clean target", 100, 20, True),
    BudgetCase("2: 100 images, all 38,000 noisy pairs", 100, 20, False),
    BudgetCase("3: 1,000 images, 2,000 noisy pairs", 1000, 2, False),
)
"""The paper's three cases, with 2,000 exposures each."""


@dataclass(frozen=True, eq=False)
class BudgetPairs:
    """Batch source of crops of paired exposures."""

    images: ImageSet
    """Clean images, at least `case.picture_count`; only the first ones are used."""
    case: BudgetCase
    crop: int
    seed: int

    def batch(self, index: int, first: int, count: int) -> Batch:
        """Draw and stack examples `first` to `first + count - 1` of batch `index`."""
        pairs = [self._example(index, number) for number in range(first, first + count)]
        inputs, targets = (torch.stack(side) for side in zip(*pairs))
        return Batch(
            inputs.contiguous(memory_format=torch.channels_last),
            targets.contiguous(memory_format=torch.channels_last),
        )

    def exposure(self, image: int, number: int) -> torch.Tensor:
        """(C, H, W) exposure `number` of image `image`; the same at every call."""
        clean = self.images.image(image)
        generator = generator_at(clean.device, EXPOSURE_SEED, image, number)
        return WhiteGaussian().corrupt(clean, SIGMA, generator).image

    def _example(self, index: int, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Input and target crop of one example, (C, crop, crop) each."""
        host = generator_at("cpu", self.seed, index, number, CROP_STREAM)
        case = self.case
        image = int(torch.randint(case.image_count, (), generator=host))
        one, other = torch.randperm(case.exposure_count, generator=host)[:2].tolist()
        if case.is_mean_target:
            noisy = self.exposure(image, 0)
            others = range(1, case.exposure_count)
            target = torch.stack([self.exposure(image, m) for m in others]).mean(dim=0)
        else:
            noisy, target = self.exposure(image, one), self.exposure(image, other)
        height, width = noisy.shape[1:]
        top, left = crop_corner((height, width), self.crop, host)
        window = (..., slice(top, top + self.crop), slice(left, left + self.crop))
        return noisy[window], target[window]
