"""Seeds derived from integers, so that every random draw of a training is reproducible.

Host code. A training resumes bit for bit without saved generators, and processes that share a batch
draw the same examples as a single process.
"""

from __future__ import annotations

import torch

MASK = (1 << 64) - 1  # arithmetic is modulo 2^64
GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio (Steele, Lea and Flood 2014)


def derive_seed(*words: int) -> int:
    """Derive a 63-bit seed from any integers by SplitMix64 (Steele, Lea and Flood 2014)."""
    state = 0
    for word in words:
        state = (state + GOLDEN + (word & MASK)) & MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
        state ^= state >> 31
    return state >> 1


def generator_at(device: torch.device | str, *words: int) -> torch.Generator:
    """Create a generator on `device`, seeded with `derive_seed(*words)`."""
    generator = torch.Generator(device)
    generator.manual_seed(derive_seed(*words))
    return generator


def uniform(generator: torch.Generator, low: float, high: float) -> float:
    """Draw one number uniformly from [low, high) with a generator on the CPU."""
    assert generator.device.type == "cpu", "uniform needs a generator on the CPU"
    return low + (high - low) * float(torch.rand((), generator=generator))
