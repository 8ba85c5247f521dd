"""The optimiser: Adam that leaves out steps whose loss or gradient is not finite.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import nn

BETAS = (0.9, 0.99)  # decay of both moments (Lehtinen et al. 2018, appendix A.1)
EPSILON = 1e-8  # added to the root of the second moment (same place)
NORM_DECAY = 0.99  # of the running mean of gradient norms, as of Adam's second moment
TINY_NORM = 1e-30  # a gradient of zero stays one
MOMENTS = ("step", "exp_avg", "exp_avg_sq")  # what torch's Adam keeps for each parameter


class GuardedAdam:
    """Adam (Kingma and Ba 2015, algorithm 1) over a network's parameters, float32."""

    def __init__(self, network: nn.Module, learning_rate: float, clip: float | None = None) -> None:
        """Start with zero moments.

        Args:
            learning_rate: > 0.
            clip: a gradient whose norm is more than so many times the running mean of norms is
                scaled down to that; None: never, as in the paper.
        """
        self._parameters = dict(network.named_parameters())
        parameters = list(self._parameters.values())
        # The fused version reads `found_inf` on the device, so a step is left out without a sync.
        self._adam = torch.optim.Adam(
            parameters, lr=learning_rate, betas=BETAS, eps=EPSILON, fused=True
        )
        self.skipped_count = torch.zeros((), dtype=torch.int64, device=parameters[0].device)
        self._clip = clip
        self._norm_mean = torch.zeros((), device=parameters[0].device)  # 0: none seen yet
        self._set_moments(
            [
                {"step": torch.zeros(()), "exp_avg": zeros, "exp_avg_sq": zeros}
                for zeros in map(torch.zeros_like, parameters)
            ]
        )

    @property
    def learning_rate(self) -> float:
        """Step size, > 0."""
        return float(self._adam.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._adam.param_groups[0]["lr"] = value

    def step(self, loss: torch.Tensor) -> None:
        """Move the parameters down the gradient of the scalar `loss`.

        If the loss or the gradient's norm is not finite, parameters and moments keep their values
        and `skipped_count`, a tensor on the device, goes up by one.
        """
        self._adam.zero_grad()
        loss.backward()
        # A limit of infinity leaves the gradients as they are; only the norm is of use.
        norm = nn.utils.clip_grad_norm_(self._parameters.values(), math.inf)
        is_bad = ~torch.isfinite(loss.detach() + norm)
        if self._clip is not None:
            self._scale_down(norm, is_bad, self._clip)
        self._adam.found_inf = is_bad.float()  # type: ignore[attr-defined]
        self._adam.step()
        self.skipped_count += is_bad

    def state(self) -> dict[str, torch.Tensor]:
        """Moments by 'MOMENT.PARAMETER', as they stand (not copied), and 'skipped_count'."""
        tensors = {"skipped_count": self.skipped_count}
        if self._clip is not None:
            tensors["norm_mean"] = self._norm_mean
        for name, parameter in self._parameters.items():
            for moment in MOMENTS:
                tensors[f"{moment}.{name}"] = self._adam.state[parameter][moment]
        return tensors

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take over copies of what `state()` gave; KeyError if incomplete."""
        self._set_moments(
            [
                {moment: tensors[f"{moment}.{name}"] for moment in MOMENTS}
                for name in self._parameters
            ]
        )
        self.skipped_count.copy_(tensors["skipped_count"])
        if self._clip is not None:
            self._norm_mean.copy_(tensors["norm_mean"])

    def _scale_down(self, norm: torch.Tensor, is_bad: torch.Tensor, clip: float) -> None:
        """Limit the gradients to `clip` times the running mean of their norm; waits for nothing."""
        mean = self._norm_mean
        limit = torch.where(mean > 0, clip * mean, norm)
        scale = (limit / norm.clamp(min=TINY_NORM)).clamp(max=1.0)
        gradients = [p.grad for p in self._parameters.values() if p.grad is not None]
        torch._foreach_mul_(gradients, torch.where(is_bad, 1.0, scale))
        seen = torch.minimum(norm, limit)
        mean.copy_(
            torch.where(is_bad, mean, torch.where(mean > 0, mean.lerp(seen, 1 - NORM_DECAY), seen))
        )

    def _set_moments(self, moments: list[dict[str, torch.Tensor]]) -> None:
        """Copy in the moments of every parameter, in order."""
        state = {}
        for index, parameter in enumerate(self._parameters.values()):
            # The fused kernel walks memory, so moments must lie in the parameter's own order.
            state[index] = {
                moment: (
                    value.clone()
                    if value.dim() == 0
                    else torch.empty_like(parameter, requires_grad=False).copy_(value)
                )
                for moment, value in moments[index].items()
            }
        groups = self._adam.state_dict()["param_groups"]
        self._adam.load_state_dict({"state": state, "param_groups": groups})
