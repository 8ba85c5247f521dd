"""Synthetic scene with known radiance and path-tracer-like noise, for the denoiser's tests.

Host code.
"""

from __future__ import annotations

import math

import torch

from renderer.frame import CameraPose
from renderer.frame import FramePair
from renderer.frame import Half

NOISE_SHAPE = 0.5  # shape of the noise's gamma distribution, mean 1: relative variance 2
FIREFLY_PROBABILITY = 1e-3
FIREFLY_FACTOR = 50.0
FEATURE_NOISE = 0.02  # standard deviation of albedo and normal
HERE = CameraPose((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), 0.5, 0.4)
"""Camera pose of tests with a static camera."""


def clean_half(width: int, height: int) -> Half:
    """Noise-free radiance from about 0.01 to 10, with texture, bumps, a shadow edge and a lamp."""
    y, x = torch.meshgrid(torch.arange(height) / 48, torch.arange(width) / 48, indexing="ij")
    checks = ((x * 4).floor() + (y * 4).floor()) % 2
    stripes = 0.5 + 0.5 * torch.sin(9 * x + 5 * y)
    albedo = torch.stack((0.2 + 0.6 * checks, 0.2 + 0.6 * stripes, 0.7 - 0.4 * checks), dim=-1)
    slope_x = torch.sin(2 * math.pi * x)
    slope_y = torch.cos(2 * math.pi * y)
    normal = torch.stack((-slope_x, -slope_y, torch.full_like(x, 1.5)), dim=-1)
    normal = normal / normal.norm(dim=-1, keepdim=True)
    facing = (normal @ torch.tensor([0.6, 0.3, 0.74])).clamp(min=0.05)
    shadow = torch.where(torch.sin(2.2 * x - 1.3 * y) > 0, 1.0, 0.08)
    irradiance = facing * shadow * (0.15 + torch.exp(1.3 * torch.sin(1.7 * y + 0.8 * x)))
    lamp = ((x % 2 - 0.6) ** 2 + (y % 2 - 0.4) ** 2 < 0.02).unsqueeze(-1)
    color = torch.where(lamp, torch.tensor([10.0, 8.0, 6.0]), albedo * irradiance.unsqueeze(-1))
    albedo = torch.where(lamp, 1.0, albedo)
    far = torch.ones(height, width, 1)
    return Half(color, albedo, normal, distance=far, delta_fraction=torch.zeros_like(far))


def noisy_half(clean: Half, generator: torch.Generator) -> Half:
    """An unbiased noisy estimate: gamma noise, rare fireflies, slightly noisy features."""
    height, width, _ = clean.color.shape
    shape = (height, width, 1)
    # Gamma with shape 1/2 and mean 1 is the square of a standard normal number.
    noise = torch.randn(shape, generator=generator).square()
    is_firefly = torch.rand(shape, generator=generator) < FIREFLY_PROBABILITY
    weight = torch.where(is_firefly, FIREFLY_FACTOR, 1.0)
    mean_weight = 1 + FIREFLY_PROBABILITY * (FIREFLY_FACTOR - 1)
    jitter = FEATURE_NOISE * torch.randn((2, height, width, 3), generator=generator)
    return Half(
        color=clean.color * noise * weight / mean_weight,
        albedo=(clean.albedo + jitter[0]).clamp(0, 1),
        normal=(clean.normal + jitter[1]).clamp(-1, 1),
        distance=clean.distance,
        delta_fraction=clean.delta_fraction,
    )


def noisy_pair(clean: Half, seed: int) -> FramePair:
    """Two independent noisy estimates of the same image."""
    generator = torch.Generator().manual_seed(seed)
    a = noisy_half(clean, generator)
    b = noisy_half(clean, generator)
    return FramePair(a=a, b=b, spp=8, frame_index=seed)


def part(half: Half, left: int, top: int, width: int, height: int) -> Half:
    """Copy of the rectangle of `half` with its top left corner at (`left`, `top`), in pixels."""
    rows = slice(top, top + height)
    columns = slice(left, left + width)
    return Half(*(image[rows, columns].contiguous() for image in half.images()))
