"""The U-Net of Noise2Noise: Lehtinen et al. 2018, appendix A.1, table 2, row by row.

Host code.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from denoiser.networks.initialisation import initialise_he
from denoiser.networks.initialisation import uninitialised
from denoiser.networks.upsampling import upsample_and_join

LEAK = 0.1  # negative slope of every activation (appendix A.1)
SIDE_MULTIPLE = 32  # five poolings halve each side five times
ENCODER_CHANNELS = 48
DECODER_CHANNELS = 96


class UNet(nn.Module):
    """Encoder and decoder with skip connections; 3x3 convolutions, zero padded inside the network.

    Maps (N, input_channels, H, W) of any H, W >= 1, values best in [-0.5, 0.5], to
    (N, output_channels, H, W), linear, unbounded. 997,251 parameters for 9 -> 3 channels.
    """

    def __init__(
        self, input_channels: int, output_channels: int, generator: torch.Generator
    ) -> None:
        """Draw the weights by He et al. 2015 from `generator`, on the CPU, and from no other."""
        super().__init__()
        n, m = input_channels, output_channels
        skip = ENCODER_CHANNELS
        wide = DECODER_CHANNELS
        self.input_channels = input_channels
        self.output_channels = output_channels

        self.enc_conv0 = _convolution(n, skip)
        self.enc_conv1 = _convolution(skip, skip)
        self.enc_conv2 = _convolution(skip, skip)
        self.enc_conv3 = _convolution(skip, skip)
        self.enc_conv4 = _convolution(skip, skip)
        self.enc_conv5 = _convolution(skip, skip)
        self.enc_conv6 = _convolution(skip, skip)

        self.dec_conv5a = _convolution(skip + skip, wide)
        self.dec_conv5b = _convolution(wide, wide)
        self.dec_conv4a = _convolution(wide + skip, wide)
        self.dec_conv4b = _convolution(wide, wide)
        self.dec_conv3a = _convolution(wide + skip, wide)
        self.dec_conv3b = _convolution(wide, wide)
        self.dec_conv2a = _convolution(wide + skip, wide)
        self.dec_conv2b = _convolution(wide, wide)
        self.dec_conv1a = _convolution(wide + n, 64)
        self.dec_conv1b = _convolution(64, 32)
        self.dec_conv1c = _convolution(32, m)

        initialise_he(self, generator, LEAK)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(N, input_channels, H, W) -> (N, output_channels, H, W), in autocast's type, if on."""
        assert image.dim() == 4 and image.shape[1] == self.input_channels, tuple(image.shape)
        height, width = image.shape[2:]
        padded = reflect_to_multiple(image, SIDE_MULTIPLE)

        x = _activate(self.enc_conv0(padded))
        pool1 = _pool(_activate(self.enc_conv1(x)))
        pool2 = _pool(_activate(self.enc_conv2(pool1)))
        pool3 = _pool(_activate(self.enc_conv3(pool2)))
        pool4 = _pool(_activate(self.enc_conv4(pool3)))
        pool5 = _pool(_activate(self.enc_conv5(pool4)))
        x = _activate(self.enc_conv6(pool5))

        x = _activate(self.dec_conv5a(upsample_and_join(x, pool4)))
        x = _activate(self.dec_conv5b(x))
        x = _activate(self.dec_conv4a(upsample_and_join(x, pool3)))
        x = _activate(self.dec_conv4b(x))
        x = _activate(self.dec_conv3a(upsample_and_join(x, pool2)))
        x = _activate(self.dec_conv3b(x))
        x = _activate(self.dec_conv2a(upsample_and_join(x, pool1)))
        x = _activate(self.dec_conv2b(x))
        x = _activate(self.dec_conv1a(upsample_and_join(x, padded)))
        x = _activate(self.dec_conv1b(x))
        x = self.dec_conv1c(x)
        return x[:, :, :height, :width]


def reflect_to_multiple(image: torch.Tensor, multiple: int) -> torch.Tensor:
    """(N, C, H, W) -> (N, C, H', W'): reflected at the right and lower edge to a multiple.

    The edge pixels are not repeated. Where the image is smaller than the padding, the reflection is
    itself reflected, so every size from 1 x 1 works.
    """
    height, width = image.shape[2:]
    if height % multiple:
        image = image.index_select(2, _reflected_indices(height, multiple, image.device))
    if width % multiple:
        image = image.index_select(3, _reflected_indices(width, multiple, image.device))
    return image.contiguous(memory_format=torch.channels_last)


def _reflected_indices(side: int, multiple: int, device: torch.device) -> torch.Tensor:
    """Indices 0 1 .. side-1 side-2 .. 1 0 1 .., `side` rounded up to `multiple` in number."""
    padded = -(-side // multiple) * multiple
    period = max(2 * (side - 1), 1)
    phase = torch.arange(padded, device=device) % period
    return torch.minimum(phase, period - phase)


def _convolution(input_channels: int, output_channels: int) -> nn.Conv2d:
    return uninitialised(lambda: nn.Conv2d(input_channels, output_channels, 3, padding=1))


def _activate(x: torch.Tensor) -> torch.Tensor:
    return functional.leaky_relu(x, LEAK)


def _pool(x: torch.Tensor) -> torch.Tensor:
    return functional.max_pool2d(x, 2)
