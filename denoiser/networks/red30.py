"""RED30, the residual encoder-decoder of Mao et al. 2016, the network of the paper's first test.

Host code.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import nn
from torch.nn import functional

from denoiser.networks.initialisation import initialise_he
from denoiser.networks.initialisation import uninitialised

DEPTH = 15  # convolutions, and as many transposed ones
CHANNELS = 128
SKIP_STEP = 2  # every second convolution's output is added to that of its mirrored layer


class RED30(nn.Module):
    """15 convolutions and 15 transposed ones, 3x3, 128 channels, no pooling.

    The outputs of convolutions 2, 4 .. 14 are added to those of the mirrored transposed ones before
    the activation, and the input to the last one's. Input and output are (N, channels, H, W) of any
    size; 4,139,395 parameters for 3 channels, 4,134,785 for 1.
    """

    def __init__(self, channels: int, generator: torch.Generator) -> None:
        """Draw the weights from `generator`, on the CPU."""
        super().__init__()
        widths = [channels, *[CHANNELS] * DEPTH]
        pairs = list(zip(widths, widths[1:]))
        self.input_channels = self.output_channels = channels
        self.convolutions = nn.ModuleList(
            uninitialised(partial(nn.Conv2d, n, m, 3, padding=1)) for n, m in pairs
        )
        self.deconvolutions = nn.ModuleList(
            uninitialised(partial(nn.ConvTranspose2d, m, n, 3, padding=1))
            for n, m in reversed(pairs)
        )
        initialise_he(self, generator, leak=0.0)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) -> the same shape, in autocast's type if that is enabled."""
        assert image.dim() == 4 and image.shape[1] == self.input_channels, tuple(image.shape)
        x, skips = image, []
        for index, convolution in enumerate(self.convolutions, 1):
            x = functional.relu(convolution(x))
            if index % SKIP_STEP == 0:
                skips.append(x)
        for index, deconvolution in enumerate(self.deconvolutions, 1):
            x = deconvolution(x)
            if index == DEPTH:
                return x + image
            if (DEPTH - index) % SKIP_STEP == 0:
                x = x + skips.pop()
            x = functional.relu(x)
        raise AssertionError("unreachable: the last layer returns")
