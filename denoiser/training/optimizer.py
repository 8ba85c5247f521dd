"""The optimiser: Adam that leaves out steps whose loss or gradient is not finite.

Host code. torch's fused operator does the update; `torch.optim` around it would import torch's
compiler, a second of every start.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

BETAS = (0.9, 0.99)  # decay of both moments (Lehtinen et al. 2018, appendix A.1)
EPSILON = 1e-8  # added to the root of the second moment (same place)
NORM_DECAY = 0.99  # of the running mean of gradient norms, as of Adam's second moment
TINY_NORM = 1e-30  # a gradient of zero stays one


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
        device = parameters[0].device
        # On the device, so that a recorded step reads what it is when it is replayed.
        self._rate = torch.zeros((), device=device)
        self.learning_rate = learning_rate
        self.skipped_count = torch.zeros((), dtype=torch.int64, device=device)
        self._clip = clip
        self._norm_mean = torch.zeros((), device=device)  # 0: none seen yet
        # Like the parameters also in the order in memory, which is what the fused operator walks.
        self._moments = {
            "step": [torch.zeros((), device=device) for _ in parameters],
            "exp_avg": [torch.zeros_like(parameter) for parameter in parameters],
            "exp_avg_sq": [torch.zeros_like(parameter) for parameter in parameters],
        }

    @property
    def learning_rate(self) -> float:
        """Step size, > 0; may change at any time."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._learning_rate = rate
        self._rate.fill_(rate)

    def step(self, loss: torch.Tensor) -> None:
        """Move the parameters down the gradient of the scalar `loss`.

        If the loss or the gradient's norm is not finite, parameters and moments keep their values
        and `skipped_count`, a tensor on the device, goes up by one.
        """
        for parameter in self._parameters.values():
            parameter.grad = None
        loss.backward()  # which shares gradients over processes, in the parameters' memory order
        gradients = []
        for name, parameter in self._parameters.items():
            assert parameter.grad is not None, f"{name} has no part in the loss"
            gradients.append(parameter.grad)
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        is_bad = ~torch.isfinite(loss.detach() + norm)
        divisor = None if self._clip is None else self._excess(norm, is_bad, self._clip)
        self._update(gradients, is_bad.float(), divisor)
        self.skipped_count += is_bad

    def state(self) -> dict[str, torch.Tensor]:
        """Moments by 'MOMENT.PARAMETER', as they stand (not copied), and 'skipped_count'."""
        tensors = {"skipped_count": self.skipped_count}
        if self._clip is not None:
            tensors["norm_mean"] = self._norm_mean
        for moment, values in self._moments.items():
            tensors |= {f"{moment}.{name}": v for name, v in zip(self._parameters, values)}
        return tensors

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take over copies of what `state()` gave; KeyError if incomplete."""
        pairs = [(value, tensors[name]) for name, value in self.state().items()]
        for value, saved in pairs:
            value.copy_(saved)

    def _update(
        self, gradients: list[torch.Tensor], is_bad: torch.Tensor, divisor: torch.Tensor | None
    ) -> None:
        """The recurrence, unless `is_bad` is 1.0: read on the device, so nothing waits for it.

        Gradients are divided by `divisor` before.
        """
        steps = self._moments["step"]
        torch._foreach_add_(steps, 1)
        # On a CPU nothing is recorded, and a Python float is not rounded to float32.
        rate = self._rate if self._rate.is_cuda else self._learning_rate
        with torch.no_grad():
            torch._fused_adam_(
                list(self._parameters.values()),
                gradients,
                self._moments["exp_avg"],
                self._moments["exp_avg_sq"],
                [],
                steps,
                lr=rate,  # type: ignore[arg-type]  # either overload
                beta1=BETAS[0],
                beta2=BETAS[1],
                weight_decay=0.0,
                eps=EPSILON,
                amsgrad=False,
                maximize=False,
                grad_scale=divisor,
                found_inf=is_bad,
            )
        torch._foreach_sub_(steps, [is_bad] * len(steps))

    def _excess(self, norm: torch.Tensor, is_bad: torch.Tensor, clip: float) -> torch.Tensor:
        """What the norm is more than `clip` times the running mean of norms by, a factor >= 1."""
        mean = self._norm_mean
        limit = torch.where(mean > 0, clip * mean, norm)
        seen = torch.minimum(norm, limit)
        now = torch.where(mean > 0, mean.lerp(seen, 1 - NORM_DECAY), seen)
        excess = (norm / limit.clamp(min=TINY_NORM)).clamp(min=1.0)
        mean.copy_(torch.where(is_bad, mean, now))
        return torch.where(is_bad, 1.0, excess)
