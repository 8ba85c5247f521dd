"""Kinds of training pairs of a stack.

Host code.
"""

from __future__ import annotations

from enum import Enum


class PairKind(Enum):
    """How a stack's training pairs are made."""

    RECORRUPTED = "recorrupted"
    """Noise is added to a slice and subtracted from it (Pang et al. 2021); needs noise that is
    independent between pixels."""
    NEIGHBOURS = "neighbours"
    """A slice is predicted from those around it (Lecoq et al. 2021); needs noise that is
    independent between slices, and slices that resemble their neighbours."""
    HALVES = "halves"
    """The same slice of two stacks of independent noise (Buchholz et al. 2019)."""
