"""Deep image prior: a network fitted to one corrupted image. Ulyanov et al. 2018.

Host code. The paper's comparison for Bernoulli noise. The network is the U-Net with noise as input,
stopped after a fixed number of steps; its output is averaged over the last steps.
"""

from __future__ import annotations

import torch

from denoiser.networks.unet import UNet
from denoiser.restoration.losses import restoration_loss
from denoiser.restoration.settings import RestorationLoss
from denoiser.seeds import generator_at
from denoiser.training.optimizer import GuardedAdam

INPUT_CHANNELS = 32  # channels of uniform noise (Ulyanov et al. 2018, supplementary)
INPUT_RANGE = 0.1  # the input noise is uniform in [0, 0.1]
JITTER = 0.03  # standard deviation of noise added to the input at each step, against overfitting
LEARNING_RATE = 0.001
AVERAGED_FRACTION = 0.2  # fraction of the steps, at the end, whose outputs are averaged


def fit_deep_image_prior(
    noisy: torch.Tensor, observed: torch.Tensor, steps: int, seed: int
) -> torch.Tensor:
    """Fit a network to one image and return the restored image (C, H, W).

    Args:
        noisy: (C, H, W) in [-0.5, 0.5].
        observed: (1, H, W) bool: pixels to fit.
        steps: Adam steps; too many overfit, too few underfit.
    """
    device = noisy.device
    generator = generator_at("cpu", seed)
    shape = (1, INPUT_CHANNELS, *noisy.shape[1:])
    code = (torch.rand(shape, generator=generator) * INPUT_RANGE).to(device)
    network = UNet(INPUT_CHANNELS, noisy.shape[0], generator).to(device)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = GuardedAdam(network, LEARNING_RATE)
    total = torch.zeros_like(noisy)
    averaged = max(round(AVERAGED_FRACTION * steps), 1)
    for step in range(steps):
        jittered = code + JITTER * torch.randn(shape, generator=generator).to(device)
        output = network(jittered)
        target, mask = noisy[None], observed[None]
        optimizer.step(restoration_loss(RestorationLoss.L2, output, target, 0.0, mask))
        if step >= steps - averaged:
            total += output.detach()[0]
    return total / averaged
