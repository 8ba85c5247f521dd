"""Training pairs of a stack: two images of the same slice with independent noise.

Host code. The first plane of an input is the noisy slice, or what stands for it; the others are its
neighbours, whose noise is independent of the target's in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch.nn import functional

from denoiser.crops import Crop
from denoiser.restoration.batch import turned
from denoiser.restoration.dataset import crop_corner
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.restoration.single.recorruption import STRENGTH
from denoiser.restoration.single.recorruption import recorrupted
from denoiser.restoration.stacks.context import neighbours
from denoiser.restoration.stacks.pair_kind import PairKind
from denoiser.restoration.stacks.slices import SliceStack
from denoiser.seeds import generator_at

SMOOTHING = 5  # pixels; side of the box in which the brightness for the noise model is averaged
HELD_OUT_COUNT = 24
"""Crops, spread over the stack, that training does not touch."""
HELD_OUT_FRACTION = 5  # a held-out crop is at most this part of a slice's side
MIN_HELD_OUT_SIDE = 8  # pixels; smaller slices spare nothing
HELD_OUT_STREAM = 1 << 32
TRIES = 20  # to find a crop that touches no held-out one


@dataclass(frozen=True, eq=False)
class Pair:
    """Input and target of one example, and what is known of the noise."""

    planes: torch.Tensor
    """(1 + 2 context, h, w) input; its first plane is restored."""
    target: torch.Tensor
    """(1, h, w)."""
    noise_variance: torch.Tensor
    """() mean variance of the noise of the target."""
    input_error: torch.Tensor
    """() mean squared error of the noisy slice itself."""


@dataclass(frozen=True, eq=False)
class StackPairs:
    """Source of training pairs of a stack, or of two half-stacks."""

    stacks: tuple[SliceStack, ...]
    """One stack, or two of the same shape for `PairKind.HALVES`."""
    kind: PairKind
    noise: NoiseModel
    """Of values scaled as images."""
    context: int
    """Neighbours on each side."""
    crop: int
    """Side in pixels, at most that of the slices."""
    seed: int

    def batch(self, index: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs (N, 1 + 2 context, h, w) and targets (N, 1, h, w) of batch `index`."""
        pairs = [self._example(index, number) for number in range(count)]
        inputs = torch.stack([pair.planes for pair in pairs])
        targets = torch.stack([pair.target for pair in pairs])
        return inputs.contiguous(memory_format=torch.channels_last), targets

    def held_out(self) -> list[Pair]:
        """Pairs of the held-out crops, the same at every call."""
        found = []
        for number, (sequence, z, crop) in enumerate(self._held_out_places):
            generator = generator_at("cpu", self.seed, HELD_OUT_STREAM, number)
            found.append(self._pair(sequence, z, crop, generator))
        return found

    def input_planes(self, which: int, sequence: int, z: int, crop: Crop) -> torch.Tensor:
        """(1 + 2 context, h, w) planes of a slice of stack `which`, as the network restores it."""
        stack = self.stacks[which]
        around = neighbours(z, stack.slice_count, self.context)
        if self.kind is not PairKind.NEIGHBOURS:
            return stack.planes(sequence, [z, *around], crop)
        others = stack.planes(sequence, around, crop)
        return torch.cat([others[:2].mean(0, keepdim=True), others])

    def _example(self, index: int, number: int) -> Pair:
        generator = generator_at("cpu", self.seed, index, number)
        sequences, slices = self.stacks[0].values.shape[:2]
        held_out = self._held_out_places
        for _ in range(TRIES):
            sequence = int(torch.randint(sequences, (), generator=generator))
            z = int(torch.randint(slices, (), generator=generator))
            top, left = crop_corner(self.stacks[0].size, self.crop, generator)
            crop = Crop(top, left, self.crop, self.crop)
            if not any(
                (sequence, z) == (n, y) and crop.overlaps(other) for n, y, other in held_out
            ):
                break
        pair = self._pair(sequence, z, crop, generator)
        choice = int(torch.randint(8, (), generator=generator))
        planes, target = turned(pair.planes, choice), turned(pair.target, choice)
        return Pair(planes, target, pair.noise_variance, pair.input_error)

    @cached_property
    def _held_out_places(self) -> list[tuple[int, int, Crop]]:
        """(sequence, slice, crop) of the held-out crops; none in slices that are too small."""
        height, width = self.stacks[0].size
        side = min(self.crop, min(height, width) // HELD_OUT_FRACTION)
        if side < MIN_HELD_OUT_SIDE:
            return []
        generator = generator_at("cpu", self.seed, HELD_OUT_STREAM)
        sequences, slices = self.stacks[0].values.shape[:2]
        found = []
        for _ in range(HELD_OUT_COUNT):
            place = int(torch.randint(sequences * slices, (), generator=generator))
            top = int(torch.randint(height - side + 1, (), generator=generator))
            left = int(torch.randint(width - side + 1, (), generator=generator))
            found.append((*divmod(place, slices), Crop(top, left, side, side)))
        return found

    def _pair(self, sequence: int, z: int, crop: Crop, generator: torch.Generator) -> Pair:
        if self.kind is PairKind.HALVES:
            return self._pair_of_halves(sequence, z, crop, generator)
        planes = self.input_planes(0, sequence, z, crop)
        if self.kind is PairKind.NEIGHBOURS:
            own = self.stacks[0].planes(sequence, [z], crop)
            variance = self.noise.variance(_smooth(own)).mean()
            return Pair(planes, own, variance, variance)
        variance = self.noise.variance(_smooth(planes))
        # Neighbours get new noise, too: all planes have it in training, and none when restored.
        noisier, targets = recorrupted(planes, self.noise, generator)
        own_variance = variance[0].mean()
        target_variance = (1.0 + 1.0 / STRENGTH**2) * own_variance
        return Pair(noisier, targets[:1], target_variance, own_variance)

    def _pair_of_halves(
        self, sequence: int, z: int, crop: Crop, generator: torch.Generator
    ) -> Pair:
        first = int(torch.randint(2, (), generator=generator))
        planes = self.input_planes(first, sequence, z, crop)
        target = self.stacks[1 - first].planes(sequence, [z], crop)
        variance = 0.5 * (planes[:1] - target).square().mean()
        return Pair(planes, target, variance, variance)


def _smooth(image: torch.Tensor) -> torch.Tensor:
    """(C, H, W) images averaged over small boxes."""
    margin = SMOOTHING // 2
    mode = "reflect" if min(image.shape[1:]) > margin else "replicate"
    padded = functional.pad(image[None], (margin,) * 4, mode=mode)
    return functional.avg_pool2d(padded, SMOOTHING, 1)[0]
