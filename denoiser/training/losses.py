"""Training losses, and their five combinations with the tone map T of the paper's figure 6.

Host code. Lehtinen et al. 2018, section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

import torch
from torch.nn import functional

from denoiser.settings import LossName
from denoiser.transfer import LINEAR
from denoiser.transfer import TONED
from denoiser.transfer import Transfer

HDR_EPSILON = 0.01  # radiance; keeps L_HDR finite in the dark (section 3.3)

ErrorMap = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def hdr_error(estimate: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L_HDR = (f - y)^2 / (f + 0.01)^2 per element; no gradient runs through the denominator.

    With a gradient through it the minimiser would not be the mean of y. f < 0 counts as 0 in the
    denominator, which therefore is at least 0.01.
    """
    denominator = estimate.detach().clamp(min=0) + HDR_EPSILON
    return ((estimate - target) / denominator).square()


def squared_error(estimate: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L2 = (f - y)^2 per element; its minimiser is the mean of y."""
    return (estimate - target).square()


def masked_mean(values: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """Mean of `values` (N, C, H, W) over the pixels in `valid` (N, 1, H, W); 0 if there are none.

    Values of the other pixels, NaN included, affect neither the mean nor its gradient, as long as
    `values` itself was computed from finite numbers there.
    """
    assert valid.dtype == torch.bool and valid.shape[1] == 1, tuple(valid.shape)
    count = valid.sum() * values.shape[1]
    return torch.where(valid, values, 0).sum() / count.clamp(min=1)


def softplus_output(output: torch.Tensor) -> torch.Tensor:
    """Map network output o to linear radiance > 0: softplus, log(1 + exp(o)), about o if large."""
    return functional.softplus(output)


def identity_output(output: torch.Tensor) -> torch.Tensor:
    """Return the network output unchanged."""
    return output


@dataclass(frozen=True)
class Objective:
    """Training objective: transfer functions of input and target, output mapping and error."""

    error: ErrorMap
    """Error per element of (estimate, target)."""
    input_transfer: Transfer
    """Applied to the noisy input radiance."""
    target_transfer: Transfer
    """Applied to the noisy target radiance before it is compared."""
    estimate: Callable[[torch.Tensor], torch.Tensor]
    """Maps network output to the quantity that is compared with the target."""

    def loss(self, output: torch.Tensor, target: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """Mean error, a scalar, of network output against target radiance, both (N, 3, H, W)."""
        assert output.shape == target.shape, (tuple(output.shape), tuple(target.shape))
        estimate = self.estimate(output.float())
        return masked_mean(self.error(estimate, self.target_transfer.forward(target)), valid)

    def for_radiance_output(self) -> Objective:
        """This objective for a network whose output is already linear radiance >= 0."""
        return replace(self, estimate=self.target_transfer.forward)

    def radiance(self, output: torch.Tensor) -> torch.Tensor:
        """Convert network output of any shape to linear radiance, float32, >= 0."""
        return self.target_transfer.inverse(self.estimate(output.float()))


# L_HDR needs an estimate > 0. L2 does not, and its gradient through a softplus vanishes with the
# estimate: with linear input, training collapsed to black and did not recover.
OBJECTIVES = {
    LossName.HDR_TONED_INPUT: Objective(hdr_error, TONED, LINEAR, softplus_output),
    LossName.HDR_LINEAR_INPUT: Objective(hdr_error, LINEAR, LINEAR, softplus_output),
    LossName.L2_TONED_INPUT: Objective(squared_error, TONED, LINEAR, identity_output),
    LossName.L2_LINEAR_INPUT: Objective(squared_error, LINEAR, LINEAR, identity_output),
    LossName.L2_TONED_TARGET: Objective(squared_error, TONED, TONED, identity_output),
}
