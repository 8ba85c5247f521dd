"""A residual U-Net for restoration: better than the paper's U-Net at less cost.

Host code. After Zhang et al. 2021 (DRUNet): residual blocks of two 3x3 convolutions, skip
connections by addition, no biases, so that a scaled image is restored to the scaled result. Each
2x2 block of pixels becomes one pixel of four times the channels (Shi et al. 2016), where the
convolutions are a quarter as expensive. The network predicts the negative of the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from denoiser.networks.initialisation import initialise_he
from denoiser.networks.initialisation import uninitialised
from denoiser.networks.unet import reflect_to_multiple

BLOCK = 2  # side of the blocks of pixels that become channels
INITIAL_SCALE = 0.1  # factor on the last weights of each block and of the network: starts as a copy
BLACK = 0.5  # added to images in [-0.5, 0.5]: black is 0 inside, as scaling requires


@dataclass(frozen=True)
class Level:
    """Width and depth of the network at one resolution."""

    channels: int
    encoder_blocks: int
    decoder_blocks: int
    """0 at the coarsest level, whose blocks are all of the encoder."""


LEVELS = (Level(64, 2, 2), Level(80, 2, 2), Level(96, 2, 0))
"""Half, quarter and eighth of the resolution; see docs/experiments.md."""
SMALL_LEVELS = (Level(64, 2, 2), Level(64, 2, 2), Level(80, 2, 0))
"""Three quarters of the weights of `LEVELS`: a file of 1.8 MB in half precision."""


class ResidualUNet(nn.Module):
    """Maps (N, C + E, H, W) images of any size, black -0.5 and white 0.5, to restored ones.

    The result is the first C channels plus what the network predicts from all.
    """

    def __init__(
        self,
        channels: int,
        generator: torch.Generator,
        levels: tuple[Level, ...] = LEVELS,
        extra_channels: int = 0,
    ) -> None:
        """Draw the weights from `generator`, on the CPU, the only source of randomness.

        Args:
            channels: C, of the results.
            extra_channels: E, of other images that the network sees.
        """
        super().__init__()
        self.levels = levels
        self.channels = channels
        self.input_channels = channels + extra_channels
        self.side_multiple = BLOCK * 2 ** (len(levels) - 1)
        planes, widths = channels * BLOCK**2, [level.channels for level in levels]
        self.first = _convolution(self.input_channels * BLOCK**2, widths[0])
        self.encoder = nn.ModuleList(_blocks(each.channels, each.encoder_blocks) for each in levels)
        pairs = list(zip(widths, widths[1:]))
        self.down = nn.ModuleList(_halving(fine, coarse) for fine, coarse in pairs)
        self.up = nn.ModuleList(_doubling(coarse, fine) for fine, coarse in pairs)
        self.decoder = nn.ModuleList(
            _blocks(each.channels, each.decoder_blocks) for each in levels[:-1]
        )
        self.last = _convolution(widths[0], planes)
        initialise_he(self, generator, leak=1.0)  # most convolutions have no activation
        with torch.no_grad():
            for layer in (
                self.last,
                *(m.second for m in self.modules() if isinstance(m, Residual)),
            ):
                layer.weight.mul_(INITIAL_SCALE)

    @property
    def hidden_kernels(self) -> list[str]:
        """Names of the weights between the first and the last convolution."""
        ends = ("first.weight", "last.weight")
        return [name for name, _ in self.named_parameters() if name not in ends]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(N, C + E, H, W) -> (N, C, H, W), linear, unbounded."""
        assert image.dim() == 4 and image.shape[1] == self.input_channels, tuple(image.shape)
        height, width = image.shape[2:]
        padded = reflect_to_multiple(image, self.side_multiple)
        x = self.first(_to_channels(padded + BLACK))
        skips = []
        for blocks, down in zip(self.encoder, self.down):
            skips.append(blocks(x))
            x = down(skips[-1])
        x = self.encoder[-1](x)
        for up, blocks in zip(reversed(self.up), reversed(self.decoder)):
            x = blocks(up(x) + skips.pop())
        change = functional.pixel_shuffle(self.last(x), BLOCK)
        return (padded[:, : self.channels] + change)[:, :, :height, :width]


def grey_network(source: ResidualUNet, extra_channels: int) -> ResidualUNet:
    """Network for grey images that restores them as `source` restores RGB images of equal channels.

    Its extra channels have no effect until it is trained.
    """
    planes, channels = BLOCK**2, source.channels
    generator = torch.Generator().manual_seed(0)
    network = ResidualUNet(1, generator, source.levels, extra_channels)
    tensors = source.state_dict()
    first = torch.zeros_like(network.first.weight)
    first[:, :planes] = tensors["first.weight"].unflatten(1, (channels, planes)).sum(1)
    last = tensors["last.weight"].unflatten(0, (channels, planes)).mean(0)
    network.load_state_dict(tensors | {"first.weight": first, "last.weight": last})
    return network


class Residual(nn.Module):
    """Block of two 3x3 convolutions whose result is added to its input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = _convolution(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) -> the same shape."""
        return x + self.second(functional.relu(self.first(x)))


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(channels) for _ in range(count)))


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return uninitialised(lambda: nn.Conv2d(inputs, outputs, 3, padding=1, bias=False))


def _halving(inputs: int, outputs: int) -> nn.Conv2d:
    return uninitialised(lambda: nn.Conv2d(inputs, outputs, 2, stride=2, bias=False))


def _doubling(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return uninitialised(lambda: nn.ConvTranspose2d(inputs, outputs, 2, stride=2, bias=False))


def _to_channels(image: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) -> (N, 4 C, H / 2, W / 2), channels-last."""
    return functional.pixel_unshuffle(image, BLOCK).contiguous(memory_format=torch.channels_last)
