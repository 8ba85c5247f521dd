"""Muon optimiser: steps of equal size in all directions, for the kernels inside a network.

Host code. Jordan et al. 2024 ("Muon: an optimizer for hidden layers in neural networks"): the
momentum of a kernel, as a matrix with one row per output channel, is replaced by the nearest
matrix with orthogonal rows or columns. Scaled as by Liu et al. 2025 (arXiv 2502.16982), so that a
learning rate means about the same as with Adam, which updates all other parameters.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import nn

from denoiser.training.optimizer import GuardedAdam

MOMENTUM = 0.95  # decay of the momentum, of Nesterov's kind
ADAM_RMS = 0.2  # root mean square of an update at a learning rate of 1, as usual with Adam
ITERATIONS = 5  # of Newton and Schulz
QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of x, x^3 and x^5: singular values from 0.01 to 1 end between about 0.7 and 1.2."""
MIN_NORM = 1e-12  # least divisor: a zero matrix stays zero


class GuardedMuon(GuardedAdam):
    """Muon over some kernels of a network and Adam over its other parameters, float32.

    A step whose loss or gradient is not finite is skipped.
    """

    def __init__(
        self,
        network: nn.Module,
        learning_rate: float,
        clip: float | None,
        kernels: Collection[str],
    ) -> None:
        """Start with zero momentum.

        Args:
            learning_rate, clip: see `GuardedAdam`.
            kernels: names of the parameters of two dimensions or more that Muon updates.
        """
        super().__init__(network, learning_rate, clip, left_out=kernels)
        self._momenta = {name: torch.zeros_like(self._parameters[name]) for name in kernels}
        self._groups: dict[torch.Size, list[str]] = {}
        for name in self._momenta:
            size = self._parameters[name].flatten(1).shape
            self._groups.setdefault(size, []).append(name)

    def state(self) -> dict[str, torch.Tensor]:
        """That of Adam, and 'momentum.PARAMETER' of the kernels; not copied."""
        return super().state() | {f"momentum.{name}": v for name, v in self._momenta.items()}

    def _update(
        self, gradients: dict[str, torch.Tensor], is_bad: torch.Tensor, divisor: torch.Tensor | None
    ) -> None:
        """Update parameters, moments and momenta unless `is_bad` is 1.0."""
        super()._update(gradients, is_bad, divisor)
        with torch.no_grad():
            for size, names in self._groups.items():
                changes = [self._change(name, gradients[name], is_bad, divisor) for name in names]
                updates = orthogonalised(torch.stack([each.flatten(1) for each in changes]))
                scale = ADAM_RMS * max(size) ** 0.5 * (1.0 - is_bad) * self._current_rate
                for name, update in zip(names, updates):
                    parameter = self._parameters[name]
                    parameter.sub_(update.reshape(parameter.shape) * scale)

    def _change(
        self,
        name: str,
        gradient: torch.Tensor,
        is_bad: torch.Tensor,
        divisor: torch.Tensor | None,
    ) -> torch.Tensor:
        """Add a gradient to the momentum of a kernel; return the direction of the step."""
        if divisor is not None:
            gradient = gradient / divisor
        usable = torch.where(is_bad > 0, 0.0, gradient)
        momentum = self._momenta[name]
        momentum.copy_(torch.where(is_bad > 0, momentum, MOMENTUM * momentum + usable))
        return usable + MOMENTUM * momentum


def orthogonalised(matrices: torch.Tensor) -> torch.Tensor:
    """(N, rows, columns) matrices with all singular values about 1 and the same singular vectors.

    By the iteration of Newton and Schulz, in the type of the argument.
    """
    is_tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if is_tall else matrices
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=MIN_NORM)
    # Each iteration multiplies x from the left by a polynomial of x x^T, and these commute: the
    # product of the small square polynomials is collected, and x is multiplied once.
    squares = x @ x.mT
    product = one = torch.eye(x.shape[1], dtype=x.dtype, device=x.device).expand_as(squares)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        polynomial = a * one + b * squares + c * squares @ squares
        product = polynomial @ product
        squares = polynomial @ squares @ polynomial
    x = product @ x
    return x.mT if is_tall else x
