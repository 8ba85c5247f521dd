"""Kernel-predicting network: input planes, output range, parameter counts, training."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from denoiser.features import to_planes
from denoiser.metrics import psnr
from denoiser.networks.build import build_network
from denoiser.networks.kernel_unet import KernelUNet
from denoiser.online.history_loss import history_loss
from denoiser.online.trainer import Trainer
from denoiser.presets import ChannelCounts
from denoiser.presets import KernelShape
from denoiser.presets import KernelSides
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from denoiser.temporal import channels as planes
from denoiser.temporal.accumulation import History
from denoiser.temporal.channels import both_directions_with_history
from denoiser.temporal.demodulation import demodulated
from renderer.frame import FramePair
from tests.denoiser.synthetic import HERE
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

SMALL = ChannelCounts(8, 8, 8, 8)
SIDES = KernelSides(1, 3, 5)  # all different, so that mixed-up sides are noticed
CLEAN = clean_half(48, 40)


def frame(seed: int) -> FramePair:
    """Noisy frame of the synthetic scene, with camera pose HERE."""
    return replace(noisy_pair(CLEAN, seed), pose=HERE)


def network(widths: ChannelCounts = SMALL) -> KernelUNet:
    """KernelUNet with random initial weights, seed 0."""
    return KernelUNet(KernelShape(widths, SIDES), torch.Generator().manual_seed(0))


def test_input_planes_hold_features_of_their_half() -> None:
    inputs = both_directions_with_history(frame(0), History()).inputs
    assert inputs.shape == (2, planes.CHANNELS, 40, 48)
    pair = frame(0)
    torch.testing.assert_close(inputs[0, planes.ALBEDO].permute(1, 2, 0), pair.a.albedo)
    torch.testing.assert_close(inputs[1, planes.NORMAL].permute(1, 2, 0), pair.b.normal)
    assert float(inputs[:, planes.AGE].min()) == 1.0
    assert inputs[0, planes.EXPOSURE].unique().numel() == 1


@pytest.mark.parametrize("rows", [0, 10, 30, 39])
def test_sky_does_not_affect_normalised_distance_of_other_pixels(rows: int) -> None:
    depth = torch.arange(1.0, 49.0).expand(40, 48)[..., None].clone()
    depth[:rows] = 0.0  # sky
    pair = frame(0)
    a, b = (replace(half, distance=depth) for half in (pair.a, pair.b))
    inputs = both_directions_with_history(replace(pair, a=a, b=b), History()).inputs
    expected = depth[..., 0] / (depth[..., 0] + 24.0)  # lower median of 1 to 48
    torch.testing.assert_close(inputs[1, planes.DISTANCE][0], expected)


def test_distance_plane_of_an_all_sky_image_is_zero() -> None:
    pair = frame(0)
    a, b = (replace(half, distance=torch.zeros_like(half.distance)) for half in (pair.a, pair.b))
    inputs = both_directions_with_history(replace(pair, a=a, b=b), History()).inputs
    assert not inputs[:, planes.DISTANCE].any() and bool(inputs.isfinite().all())


@pytest.mark.parametrize("size", [(1, 1), (7, 13), (16, 24), (33, 40)])
def test_output_is_nonnegative_for_any_image_size(size: tuple[int, int]) -> None:
    image = torch.rand((2, planes.CHANNELS, *size))
    output = network()(image)
    assert output.shape == (2, 3, *size) and bool((output >= 0).all())


def test_firefly_in_history_is_capped_relative_to_its_surroundings() -> None:
    history, pairs = History(), [frame(seed) for seed in range(3)]
    pairs[1].a.color[20, 24] = 1e5
    for pair in pairs:
        inputs = both_directions_with_history(pair, history).inputs
    mean, logs = (inputs[0, what].expm1() for what in (planes.LOG_OF_MEAN, planes.LOG_MEAN))
    around = logs[:, 19:22, 23:26].mean(dim=(1, 2))
    torch.testing.assert_close(mean[:, 20, 24], planes.FIREFLY_CAP * around, rtol=1e-3, atol=0.0)
    assert float(mean[:, 20, 24].max()) < 1e3
    # The other half has no firefly: its mean is the plain mean over the frames.
    smooth = [demodulated(to_planes(p.b.color), to_planes(p.b.albedo)) for p in pairs]
    plain = history.exposure * torch.cat(smooth).mean(dim=0)
    assert float((inputs[1, planes.LOG_OF_MEAN].expm1() - plain).abs().median()) < 1e-4


def test_constant_image_is_only_remodulated_by_albedo() -> None:
    """Kernels sum to one and all scales agree: the output is the input, remodulated by albedo."""
    image = torch.zeros((1, planes.CHANNELS, 32, 32))
    image[:, planes.FILTERED] = 1.5
    image[:, planes.ALBEDO], image[:, planes.EXPOSURE] = 0.3, 2.0
    layers = network()
    with torch.no_grad():
        layers.head_full.weight[-3:] = 0.0  # the gain
    expected = (torch.tensor(1.5).expm1() * (0.3 + 0.02) / 2.0).expand(1, 3, 32, 32)
    torch.testing.assert_close(layers(image), expected, rtol=1e-4, atol=1e-6)


def test_output_scales_with_scene_brightness() -> None:
    """The exposure normalises radiance: scaled input gives an equally scaled output."""
    dim, bright = frame(0), frame(0)
    for half in (bright.a, bright.b):
        half.color.mul_(1000.0)
    outputs = []
    for pair in (dim, bright):
        outputs.append(network()(both_directions_with_history(pair, History()).inputs))
    torch.testing.assert_close(outputs[1] / 1000.0, outputs[0], rtol=0.1, atol=1e-2)


def test_preset_parameter_counts_match_the_manual() -> None:
    device = torch.device("cpu")
    counts = {
        name: sum(p.numel() for p in build_network(name, 0, device).parameters())
        for name in NetworkName
    }
    assert counts == {
        NetworkName.UNET: 997_251,
        NetworkName.FAST: 110_590,
        NetworkName.BEST: 436_230,
    }


@pytest.mark.parametrize("name", [NetworkName.FAST, NetworkName.BEST])
def test_training_on_frames_without_history_improves_psnr(name: NetworkName) -> None:
    """From random weights; an untrained twin shows the gain of the filter alone."""
    asked = DenoiserSettings(network=name, learning_rate=1e-3, crop=32, init=Init.RANDOM)
    learning, twin = Trainer(asked, "cpu"), Trainer(asked, "cpu")
    for seed in range(8):
        pair = replace(frame(seed), pose=None)
        list(learning.train(pair))
    pair = replace(frame(100), pose=None)
    noisy = float(psnr(pair.mean_color(), CLEAN.color))
    learned, filtered = (
        float(psnr(t.denoiser.denoise(pair), CLEAN.color)) for t in (learning, twin)
    )
    assert filtered > noisy + 3.0  # useful from the first frame on
    assert learned > filtered + 0.7


def test_the_same_seed_gives_the_same_training() -> None:
    settings = DenoiserSettings(network=NetworkName.FAST, crop=16, train_steps=2)
    results = []
    for _ in range(2):
        trainer = Trainer(settings, "cpu")
        for seed in range(2):
            list(trainer.train(frame(seed)))
            denoised = trainer.denoiser.denoise(frame(seed))
        results.append(denoised)
    assert torch.equal(*results)


def test_static_camera_psnr_reaches_plain_mean_within_0_05_db() -> None:
    """After 63 frames of two halves, 8 spp each, PSNR is at most 0.05 dB below the plain mean's."""
    trainer = Trainer(DenoiserSettings(network=NetworkName.FAST, crop=32, train_steps=1), "cpu")
    total = torch.zeros_like(CLEAN.color)
    for seed in range(63):
        pair = frame(seed)
        if seed < 4:
            list(trainer.train(pair))
        total += pair.mean_color()
        denoised = trainer.denoiser.denoise(pair)
    mean = float(psnr(total / 63, CLEAN.color))
    assert float(psnr(denoised, CLEAN.color)) > mean - 0.05
    assert mean > float(psnr(pair.mean_color(), CLEAN.color)) + 8.0
    moved = replace(frame(99), pose=replace(HERE, position=(50.0, 0.0, 0.0)))
    assert float(psnr(trainer.denoiser.denoise(moved), CLEAN.color)) < mean


@pytest.mark.parametrize("loss", [LossName.HDR_TONED_INPUT, LossName.L2_TONED_INPUT])
def test_training_step_returns_the_selected_loss(loss: LossName) -> None:
    settings = DenoiserSettings(network=NetworkName.FAST, loss=loss, precision=Precision.FP32)
    trainer = Trainer(settings, "cpu")
    examples = trainer.denoiser.begin_frame(frame(0))
    with torch.no_grad():
        output = trainer.denoiser.network(examples.inputs)
    expected = history_loss(output, examples)
    if loss is LossName.L2_TONED_INPUT:
        expected = (output - examples.targets).square().mean()
    torch.testing.assert_close(trainer.step_on(examples), expected, rtol=1e-4, atol=0.0)
