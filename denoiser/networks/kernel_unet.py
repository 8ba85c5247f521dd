"""A small U-Net that predicts filter kernels instead of colours, at three scales.

Host code. After Bako et al. 2017 (kernels) and Vogels et al. 2018 (scales). A filter only
averages pixels of its input: it is useful from the first steps on and never diverges. The inputs
are three demodulated images of the half: both means of its history and its last denoised image,
reprojected. A gain on the result compensates the darkening by the history's logarithm.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from denoiser.networks.initialisation import initialise_he
from denoiser.networks.initialisation import uninitialised
from denoiser.networks.kernel_filter import filter_with_kernels
from denoiser.networks.unet import LEAK
from denoiser.networks.unet import reflect_to_multiple
from denoiser.networks.upsampling import upsample_and_join
from denoiser.presets import KernelShape
from denoiser.temporal import channels as planes
from denoiser.temporal.demodulation import remodulated
from denoiser.tensors import exp_minus_1

SIDE_MULTIPLE = 8  # three poolings halve each side three times
IMAGE_COUNT = 3
MAX_LOG_GAIN = 3.0
INITIAL_HEAD_SCALE = 0.1  # factor on the heads' initial weights: kernels start close to box filters


class KernelUNet(nn.Module):
    """Maps (N, 24, H, W) planes of any size to (N, 3, H, W) linear radiance >= 0."""

    def __init__(self, shape: KernelShape, generator: torch.Generator) -> None:
        """Draw the weights from `generator`, on the CPU, the only source of randomness."""
        super().__init__()
        self._sides = sides = shape.sides
        w = shape.widths
        self.enc_full = _pair_of_convolutions(planes.SEEN, w.full)
        self.enc_half = _pair_of_convolutions(w.full, w.half)
        self.enc_quarter = _pair_of_convolutions(w.half, w.quarter)
        self.enc_eighth = _pair_of_convolutions(w.quarter, w.eighth)
        self.dec_quarter = _convolution(w.eighth + w.quarter, w.quarter)
        self.dec_half = _convolution(w.quarter + w.half, w.half)
        self.dec_full = _convolution(w.half + w.full, w.full)
        self.dec_last = _convolution(w.full, w.full)
        self.head_quarter = _convolution(w.quarter, _taps(sides.quarter), 1)
        self.head_half = _convolution(w.half, _taps(sides.half) + 1, 1)
        self.head_full = _convolution(w.full, _taps(sides.full) + 1 + 3, 1)
        initialise_he(self, generator, LEAK)
        with torch.no_grad():
            for head in (self.head_full, self.head_half, self.head_quarter):
                head.weight.mul_(INITIAL_HEAD_SCALE)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Predict kernels, filter from coarse to fine, multiply by the albedo."""
        height, width = image.shape[2:]
        padded = reflect_to_multiple(image, SIDE_MULTIPLE)
        full, half, quarter = self._features(_centred(padded[:, : planes.SEEN]))
        images = exp_minus_1(padded[:, planes.FILTERED])
        halved = functional.avg_pool2d(images, 2)
        quartered = functional.avg_pool2d(halved, 2)
        sides = self._sides
        smooth, _ = _filtered(quartered, quarter, self.head_quarter, sides.quarter)
        fine, fraction = _filtered(halved, half, self.head_half, sides.half)
        smooth = _refined(fine, smooth, fraction)
        fine, rest = _filtered(images, full, self.head_full, sides.full)
        fraction, gain = rest.split((1, 3), dim=1)
        smooth = _refined(fine, smooth, fraction)
        smooth = smooth * torch.exp(MAX_LOG_GAIN * torch.tanh(gain / MAX_LOG_GAIN))
        albedo, exposure = (
            padded[:, each].contiguous() for each in (planes.ALBEDO, planes.EXPOSURE)
        )
        radiance = remodulated(smooth, albedo) / exposure
        return radiance[:, :, :height, :width]

    def _features(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Inputs of the heads at full, half and quarter resolution."""
        enc_full = _apply(self.enc_full, x)
        enc_half = _apply(self.enc_half, functional.max_pool2d(enc_full, 2))
        enc_quarter = _apply(self.enc_quarter, functional.max_pool2d(enc_half, 2))
        enc_eighth = _apply(self.enc_eighth, functional.max_pool2d(enc_quarter, 2))
        quarter = _activate(self.dec_quarter(upsample_and_join(enc_eighth, enc_quarter)))
        half = _activate(self.dec_half(upsample_and_join(quarter, enc_half)))
        full = _activate(self.dec_full(upsample_and_join(half, enc_full)))
        return _activate(self.dec_last(full)), half, quarter


def _centred(seen: torch.Tensor) -> torch.Tensor:
    """Shift planes from about [0, 1] to [-0.5, 0.5]; normals are centred already."""
    shift = torch.full((seen.shape[1], 1, 1), 0.5, device=seen.device)
    shift[planes.NORMAL].fill_(0.0)
    return seen - shift


def _taps(side: int) -> int:
    """Number of kernel weights per pixel, over all images."""
    return IMAGE_COUNT * side**2


def _filtered(
    images: torch.Tensor, features: torch.Tensor, head: nn.Conv2d, side: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """All images (N, 9, H, W) filtered with a head's kernels, (N, 3, H, W); its other outputs."""
    assert head.bias is not None
    weights = (head.weight.flatten(1), head.bias)
    return filter_with_kernels(images.unflatten(1, (IMAGE_COUNT, -1)), features, weights, side)


def _refined(fine: torch.Tensor, coarse: torch.Tensor, fraction: torch.Tensor) -> torch.Tensor:
    """Fine image with the fraction sigmoid(share) of its low frequencies from the coarse image."""
    difference = coarse - functional.avg_pool2d(fine, 2)
    raised = functional.interpolate(difference, scale_factor=2, mode="bilinear")
    return (fine + torch.sigmoid(fraction) * raised).clamp(min=0)


def _pair_of_convolutions(input_channels: int, channels: int) -> nn.ModuleList:
    return nn.ModuleList([_convolution(input_channels, channels), _convolution(channels, channels)])


def _apply(convolutions: nn.ModuleList, x: torch.Tensor) -> torch.Tensor:
    for convolution in convolutions:
        x = _activate(convolution(x))
    return x


def _convolution(input_channels: int, output_channels: int, side: int = 3) -> nn.Conv2d:
    return uninitialised(
        lambda: nn.Conv2d(input_channels, output_channels, side, padding=side // 2)
    )


def _activate(x: torch.Tensor) -> torch.Tensor:
    return functional.leaky_relu_(x, LEAK)
