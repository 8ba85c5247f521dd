"""Augmentation: inputs, targets and mask are transformed alike; all 48 variants are drawn."""

from __future__ import annotations

import torch

from benchmarks.pretraining.augmentation import augmented
from denoiser.temporal import channels as planes
from denoiser.temporal.examples import Examples

GENERATOR = torch.Generator().manual_seed(3)


def example() -> Examples:
    """Example whose colour planes equal the target and whose normals are (1, 2, 3)."""
    targets = torch.rand((1, 3, 8, 8), generator=GENERATOR)
    inputs = torch.zeros((1, planes.CHANNELS, 8, 8))
    for colors in planes.COLORS:
        inputs[:, colors] = targets
    inputs[:, planes.NORMAL] = torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1)
    return Examples(inputs, targets, targets[:, :1] > 0.5)


def test_inputs_targets_and_mask_are_transformed_alike() -> None:
    original = example()
    for _ in range(30):
        moved = augmented(original, GENERATOR)
        for colors in planes.COLORS:
            assert torch.equal(moved.inputs[:, colors], moved.targets)
        # The original red, from which the mask was made, is now one of the three channels.
        assert any(torch.equal(moved.targets[:, c : c + 1] > 0.5, moved.valid) for c in range(3))
        assert torch.equal(moved.inputs[:, planes.NORMAL], original.inputs[:, planes.NORMAL])


def test_all_48_augmentations_are_equally_likely() -> None:
    original = example()
    counts: dict[bytes, int] = {}
    for _ in range(4800):
        key = augmented(original, GENERATOR).targets.contiguous().numpy().tobytes()
        counts[key] = counts.get(key, 0) + 1
    assert len(counts) == 48
    # Chi-square with 47 degrees of freedom exceeds 90 in one of 5,000 runs.
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 90
