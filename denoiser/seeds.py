"""Seeds by address: every random draw of a training is named by numbers and can be drawn again.

Host code. So a training resumes bit for bit without saved generators, and processes that share a
batch draw the same examples as one process alone.
"""

from __future__ import annotations

import torch

MASK = (1 << 64) - 1  # arithmetic is modulo 2^64
GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio (Steele, Lea and Flood 2014)


def derive_seed(*words: int) -> int:
    """A 63-bit seed from any integers, by SplitMix64 (Steele, Lea and Flood 2014)."""
    state = 0
    for word in words:
        state = (state + GOLDEN + (word & MASK)) & MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
        state ^= state >> 31
    return state >> 1


def generator_at(device: torch.device | str, *words: int) -> torch.Generator:
    """A generator on `device` that stands at the stream addressed by `words`."""
    generator = torch.Generator(device)
    generator.manual_seed(derive_seed(*words))
    return generator


def uniform(generator: torch.Generator, low: float, high: float) -> float:
    """One number in [low, high), drawn on the CPU whatever the generator's device."""
    assert generator.device.type == "cpu", "host draws need a generator of the host"
    return low + (high - low) * float(torch.rand((), generator=generator))
