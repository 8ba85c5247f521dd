"""A running mean of a network's weights, which denoises more steadily than the last ones.

Host code. Exponential moving average (Polyak and Juditsky 1992; Tarvainen and Valpola 2017).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import nn

WARM_UP = 10.0  # steps over which the mean begins by following closely


class WeightAverage:
    """A copy of a network that follows it; without a decay the network itself."""

    def __init__(self, network: nn.Module, decay: float | None) -> None:
        """Start as the network is now; `decay` is per step."""
        self._source = network
        self._decay = decay
        self.network = network if decay is None else copy.deepcopy(network).requires_grad_(False)
        # On the device, so that a recorded step reads what it is when it is replayed.
        self._share = torch.zeros((), device=next(network.parameters()).device)

    def prepare(self, step_count: int) -> None:
        """Say that step number `step_count`, counted from 0, is the next one to follow."""
        if self._decay is not None:
            decay = min(self._decay, (1 + step_count) / (WARM_UP + step_count))
            self._share.fill_(1 - decay)

    @torch.no_grad()
    def update(self) -> None:
        """Follow the network after the step that was prepared for."""
        if self._decay is None:
            return
        mean: list[torch.Tensor] = list(self.network.parameters())
        now: list[torch.Tensor] = list(self._source.parameters())
        torch._foreach_lerp_(mean, now, [self._share] * len(mean))

    def state(self) -> dict[str, torch.Tensor]:
        """The mean's weights by name, not copied; nothing where there is none."""
        return {} if self._decay is None else dict(self.network.state_dict())

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take over copies of what `state()` gave."""
        if self._decay is not None:
            self.network.load_state_dict(tensors)
