"""The mean colour of restored images is that of the noisy ones.

Host code.
"""

from __future__ import annotations

import pytest
import torch

from denoiser.restoration.mean_matching import IMAGE_LIMITS
from denoiser.restoration.mean_matching import SIZE_OF_TRUST
from denoiser.restoration.mean_matching import with_mean_of


@pytest.mark.parametrize("is_clipped", [True, False])
def test_large_images_get_the_mean_of_the_noisy_image(is_clipped: bool) -> None:
    random = torch.Generator().manual_seed(0)
    noisy = torch.rand(2, 3, 512, 512, generator=random) * 1.2 - 0.7  # partly below black
    restored = noisy + torch.tensor([0.01, -0.02, 0.03])[:, None, None]
    result = with_mean_of(noisy, restored, IMAGE_LIMITS if is_clipped else None)
    shown = result.clamp(-0.5, 0.5) if is_clipped else result
    before = restored.clamp(-0.5, 0.5) if is_clipped else restored
    left = (shown - noisy).mean((2, 3)) / (before - noisy).mean((2, 3))
    trust = 512**2 / (512**2 + SIZE_OF_TRUST)
    assert torch.allclose(left, torch.full_like(left, 1 - trust), atol=0.02)
    assert (result - restored).std((2, 3)).max() < 1e-5, "more than a constant per channel"


def test_small_images_keep_most_of_what_the_network_says() -> None:
    noisy, restored = torch.full((1, 1, 8, 8), 0.2), torch.zeros(1, 1, 8, 8)
    shift = with_mean_of(noisy, restored, IMAGE_LIMITS).mean()
    assert float(shift) == pytest.approx(0.2 * 64 / (64 + SIZE_OF_TRUST), rel=1e-4)
