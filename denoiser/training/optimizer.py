"""Adam optimiser that skips steps whose loss or gradient is not finite.

Host code. It calls torch's fused operator directly, because `torch.optim` imports torch's compiler,
which takes a second at every start, and with it Triton, whose LLVM must not meet that of Mesa's
software renderer in one process.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping

import torch
from torch import nn

BETAS = (0.9, 0.99)  # decay rates of both moments (Lehtinen et al. 2018, appendix A.1)
EPSILON = 1e-8  # added to the root of the second moment (same appendix)
NORM_DECAY = 0.99  # decay of the running mean of gradient norms, equal to BETAS[1]
MIN_NORM = 1e-30  # least denominator: avoids 0 / 0 for a zero gradient


class GuardedAdam:
    """Adam (Kingma and Ba 2015, algorithm 1) over a network's parameters, float32."""

    def __init__(
        self,
        network: nn.Module,
        learning_rate: float,
        clip: float | None = None,
        left_out: Collection[str] = (),
    ) -> None:
        """Start with zero moments.

        Args:
            learning_rate: > 0.
            clip: limit of the gradient norm, as a multiple of its running mean; None: no limit,
                as in the paper.
            left_out: names of parameters that a subclass updates in another way.
        """
        self._parameters = dict(network.named_parameters())
        self._names = [name for name in self._parameters if name not in left_out]
        parameters = [self._parameters[name] for name in self._names]
        device = next(iter(self._parameters.values())).device
        # A tensor on the device, so that a replayed CUDA graph reads its current value.
        self._rate = torch.zeros((), device=device)
        self.learning_rate = learning_rate
        self.skipped_count = torch.zeros((), dtype=torch.int64, device=device)
        self._clip = clip
        self._norm_mean = torch.zeros((), device=device)  # 0: no gradient yet
        # With the parameters' memory layout, because the fused operator works in memory order.
        self._moments = {
            "step": [torch.zeros((), device=device) for _ in parameters],
            "exp_avg": [torch.zeros_like(parameter) for parameter in parameters],
            "exp_avg_sq": [torch.zeros_like(parameter) for parameter in parameters],
        }

    @property
    def learning_rate(self) -> float:
        """Learning rate, > 0; may change at any time."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._learning_rate = rate
        self._rate.fill_(rate)

    def step(self, loss: torch.Tensor) -> None:
        """Do one Adam step on the gradient of the scalar `loss`.

        If the loss or the gradient's norm is not finite, parameters and moments keep their values
        and `skipped_count`, a tensor on the device, is increased by one.
        """
        for parameter in self._parameters.values():
            parameter.grad = None
        loss.backward()  # also averages gradients over processes, in the parameters' memory layout
        gradients: dict[str, torch.Tensor] = {}
        for name, parameter in self._parameters.items():
            assert parameter.grad is not None, f"{name} has no gradient"
            gradients[name] = parameter.grad
        norms = torch._foreach_norm(list(gradients.values()))
        norm = torch.linalg.vector_norm(torch.stack(norms))
        is_bad = ~torch.isfinite(loss.detach() + norm)
        divisor = None if self._clip is None else self._clip_divisor(norm, is_bad, self._clip)
        self._update(gradients, is_bad.float(), divisor)
        self.skipped_count += is_bad

    def state(self) -> dict[str, torch.Tensor]:
        """Moments by 'MOMENT.PARAMETER', 'skipped_count', if clipping 'norm_mean'; not copied."""
        tensors = {"skipped_count": self.skipped_count}
        if self._clip is not None:
            tensors["norm_mean"] = self._norm_mean
        for moment, values in self._moments.items():
            tensors |= {f"{moment}.{name}": v for name, v in zip(self._names, values)}
        return tensors

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Copy in the tensors that `state()` returned; KeyError if incomplete."""
        pairs = [(value, tensors[name]) for name, value in self.state().items()]
        for value, saved in pairs:
            value.copy_(saved)

    def _update(
        self, gradients: dict[str, torch.Tensor], is_bad: torch.Tensor, divisor: torch.Tensor | None
    ) -> None:
        """Update parameters and moments unless `is_bad`, a tensor on the device, is 1.0.

        The host does not wait for `is_bad`. Gradients are divided by `divisor` first.
        """
        steps = self._moments["step"]
        torch._foreach_add_(steps, 1)
        with torch.no_grad():
            torch._fused_adam_(
                [self._parameters[name] for name in self._names],
                [gradients[name] for name in self._names],
                self._moments["exp_avg"],
                self._moments["exp_avg_sq"],
                [],
                steps,
                lr=self._current_rate,  # type: ignore[arg-type]  # either overload
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

    @property
    def _current_rate(self) -> torch.Tensor | float:
        """Learning rate; on a CPU, where no graph is captured, a number that is not rounded."""
        return self._rate if self._rate.is_cuda else self._learning_rate

    def _clip_divisor(self, norm: torch.Tensor, is_bad: torch.Tensor, clip: float) -> torch.Tensor:
        """Divisor >= 1 that clips the gradient norm to `clip` times its running mean."""
        mean = self._norm_mean
        limit = torch.where(mean > 0, clip * mean, norm)
        seen = torch.minimum(norm, limit)
        now = torch.where(mean > 0, mean.lerp(seen, 1 - NORM_DECAY), seen)
        excess = (norm / limit.clamp(min=MIN_NORM)).clamp(min=1.0)
        mean.copy_(torch.where(is_bad, mean, now))
        return torch.where(is_bad, 1.0, excess)
