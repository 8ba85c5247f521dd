"""Initial weights: He et al. 2015, the same on every device for the same seed.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from typing import TypeVar

import torch
from torch import nn

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
Layer = TypeVar("Layer", bound=nn.Module)


def uninitialised(make: Callable[[], Layer]) -> Layer:
    """Create a layer whose weights are drawn later; torch's global generators are unchanged.

    Replaces `nn.utils.skip_init`, which imports torch's symbolic shapes: 0.5 s at each start.
    """
    with torch.random.fork_rng(devices=()):
        return make()


def initialise_he(network: nn.Module, generator: torch.Generator, leak: float) -> None:
    """Initialise all convolutions: normal weights of variance 2 / ((1 + leak^2) fan-in), biases 0.

    Args:
        generator: on the CPU; the only source of randomness.
        leak: negative slope of the activations.
    """
    with torch.no_grad():
        for layer in network.modules():
            if not isinstance(layer, CONVOLUTIONS):
                continue
            # A transposed convolution stores weights transposed: its fan-in is torch's fan-out.
            is_turned = isinstance(layer, nn.ConvTranspose2d)
            mode: Literal["fan_in", "fan_out"] = "fan_out" if is_turned else "fan_in"
            # Drawn on the CPU, so that one seed gives the same weights on every device.
            drawn = torch.empty(layer.weight.shape)
            nn.init.kaiming_normal_(drawn, a=leak, mode=mode, generator=generator)
            layer.weight.copy_(drawn)
            if layer.bias is not None:
                layer.bias.zero_()
