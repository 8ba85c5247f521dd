"""Exponential moving average of network weights: steadier results than with the latest weights.

Host code. Polyak and Juditsky 1992; Tarvainen and Valpola 2017.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import nn

# Steps. The decay is at most (1 + step) / (WARM_UP + step), so that early averages follow closely.
WARM_UP = 10.0


class WeightAverage:
    """Exponential moving average of a network's weights; without a decay, the network itself."""

    def __init__(self, network: nn.Module, decay: float | None) -> None:
        """Start from the current weights; `decay` is per step, None: no averaging."""
        self._source = network
        self._decay = decay
        self.network = network if decay is None else copy.deepcopy(network).requires_grad_(False)
        # A tensor on the device, so that a replayed CUDA graph reads its current value.
        self._share = torch.zeros((), device=next(network.parameters()).device)

    def prepare(self, step_count: int) -> None:
        """Set the decay of the update after step `step_count`, counted from 0."""
        if self._decay is not None:
            decay = min(self._decay, (1 + step_count) / (WARM_UP + step_count))
            self._share.fill_(1 - decay)

    @torch.no_grad()
    def update(self) -> None:
        """Update the average after an optimiser step, with the decay set by `prepare`."""
        if self._decay is None:
            return
        mean: list[torch.Tensor] = list(self.network.parameters())
        now: list[torch.Tensor] = list(self._source.parameters())
        torch._foreach_lerp_(mean, now, [self._share] * len(mean))

    def state(self) -> dict[str, torch.Tensor]:
        """Averaged weights by name, not copied; empty without a decay."""
        return {} if self._decay is None else dict(self.network.state_dict())

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Copy in the tensors that `state()` returned."""
        if self._decay is not None:
            self.network.load_state_dict(tensors)
