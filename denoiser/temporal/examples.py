"""Training examples: network inputs, target radiance and valid pixels.

Host code. Noise2Noise differs only in the target: here the other half. Clean targets use the same
record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import torch

from denoiser.crops import Crop
from denoiser.features import finite_pixels
from denoiser.features import network_input
from denoiser.features import to_planes
from denoiser.transfer import Transfer
from renderer.frame import FramePair


@dataclass(frozen=True, eq=False)
class Examples:
    """N examples of one size on one device, channels-last."""

    inputs: torch.Tensor
    """(N, C, H, W) float32, inputs of the network; finite."""
    targets: torch.Tensor
    """(N, 3, H, W) float32 linear radiance, finite; 0 where not valid."""
    valid: torch.Tensor
    """(N, 1, H, W) bool: pixels that count in the loss."""

    def with_target(self, radiance: torch.Tensor) -> Examples:
        """The same inputs with one (H, W, 3) target for all."""
        target = to_planes(torch.where(torch.isfinite(radiance), radiance, 0))
        return replace(self, targets=target.expand_as(self.targets))

    def cut(self, index: int, crop: Crop) -> Examples:
        """Example `index` alone, within `crop`."""
        rows = slice(crop.top, crop.top + crop.height)
        columns = slice(crop.left, crop.left + crop.width)
        chosen = slice(index, index + 1)
        return Examples(
            inputs=self.inputs[chosen, :, rows, columns],
            targets=self.targets[chosen, :, rows, columns],
            valid=self.valid[chosen, :, rows, columns],
        )


def joined(parts: Sequence[Examples]) -> Examples:
    """Concatenate examples of one size, channels-last."""
    layout = torch.channels_last
    return Examples(
        inputs=torch.cat([part.inputs for part in parts]).contiguous(memory_format=layout),
        targets=torch.cat([part.targets for part in parts]).contiguous(memory_format=layout),
        valid=torch.cat([part.valid for part in parts]),
    )


def both_directions(pair: FramePair, input_transfer: Transfer) -> Examples:
    """Two examples of a frame: half a -> radiance of b, and half b -> radiance of a.

    A pixel that is not finite in one of the halves counts in neither direction.
    """
    valid = valid_pixels(pair)
    targets = [torch.where(valid, half.color, 0) for half in (pair.b, pair.a)]
    return Examples(
        inputs=torch.cat([network_input(half, input_transfer) for half in (pair.a, pair.b)]),
        targets=torch.cat([to_planes(target) for target in targets]),
        valid=to_planes(valid).expand(2, -1, -1, -1),
    )


def valid_pixels(pair: FramePair) -> torch.Tensor:
    """(H, W, 1) bool: pixels that are finite in both halves, features included."""
    assert pair.a.color.shape == pair.b.color.shape, "halves differ in size"
    return finite_pixels(pair.a) & finite_pixels(pair.b)


def count_nonfinite(pair: FramePair) -> torch.Tensor:
    """Number of non-finite pixels, not trained on, as an integer tensor on the pair's device."""
    return (~valid_pixels(pair)).sum()
