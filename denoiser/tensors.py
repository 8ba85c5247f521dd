"""Tensors by name.

Host code.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch


def below(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose name starts with `prefix`, without it."""
    start = len(prefix)
    return {name[start:]: value for name, value in tensors.items() if name.startswith(prefix)}
