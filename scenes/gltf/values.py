"""Checked access to numbers in glTF's JSON objects, which may hold values of any type.

Host code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenes.model.numbers import are_finite


def number_of(holder: dict[str, Any], key: str, default: float) -> float:
    """Finite number `holder[key]`, or `default`; else TypeError, which `load_gltf` reports."""
    return _checked(holder.get(key, default), key)


def unit_number_of(holder: dict[str, Any], key: str, default: float) -> float:
    """Number `holder[key]`, or `default`, clamped to [0, 1]."""
    return min(max(number_of(holder, key, default), 0.0), 1.0)


def numbers_of(holder: dict[str, Any], key: str, default: Sequence[float]) -> tuple[float, ...]:
    """Finite numbers `holder[key]`, or `default`; TypeError unless as many as in `default`."""
    values = holder.get(key, default)
    if len(values) != len(default):
        raise TypeError(f"{key}: {len(values)} numbers, {len(default)} needed")
    return tuple(_checked(value, key) for value in values)


def _checked(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not are_finite(value):
        raise TypeError(f"{key}: not a finite number {value!r} (float32)")
    return value
