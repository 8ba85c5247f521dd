"""Fixtures of the restoration of single images.

Host code.
"""

from __future__ import annotations

import pytest
import torch

from denoiser.restoration.sample_images import default_test


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    """Part of a photograph, (3, 192, 256)."""
    return default_test(3).image(0)[:, 60:252, 100:356].contiguous()
