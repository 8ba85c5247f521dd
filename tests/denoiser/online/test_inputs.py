"""Inputs of networks with history: both halves combined, without leaks between the halves."""

from __future__ import annotations

from dataclasses import replace

import torch

from denoiser.metrics import psnr
from denoiser.online.inputs import HistoryInputs
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from denoiser.temporal import channels as planes
from denoiser.temporal.accumulation import History
from denoiser.temporal.channels import both_directions_with_history
from denoiser.temporal.channels import combine_halves
from renderer.frame import CameraPose
from renderer.frame import FramePair
from tests.denoiser.networks.test_kernel_filter import filter_by
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

SIZE = (64, 48)
CLEAN = clean_half(*SIZE)
VIEWS = [
    CameraPose((x, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), 0.5, 0.4)
    for x in (0.0, 0.02, 0.04)
]


def frames() -> list[FramePair]:
    """Three noisy frames of the synthetic scene, with the nearby camera poses VIEWS."""
    return [replace(noisy_pair(CLEAN, seed), pose=view) for seed, view in enumerate(VIEWS)]


def test_filtered_combined_halves_equal_the_mean_of_filtered_halves() -> None:
    inputs = both_directions_with_history(frames()[0], History()).inputs
    images = torch.cat((inputs, combine_halves(inputs)))[:, planes.LOG_MEAN].expm1()
    head = torch.randn(1, 25, SIZE[1], SIZE[0], generator=torch.Generator().manual_seed(0))
    (a, b, both), _ = filter_by(images[:, None], head.expand(3, -1, -1, -1), 5)
    torch.testing.assert_close(both, (a + b) / 2)


def test_combining_equal_halves_only_divides_deviation_by_sqrt_2() -> None:
    history = History()
    for pair in frames():
        inputs = both_directions_with_history(replace(pair, b=pair.a), history).inputs
    both, one = combine_halves(inputs)[0], inputs[0]
    deviation = one[planes.DEVIATION]
    assert float(deviation.max()) > 0.1
    torch.testing.assert_close(both[planes.DEVIATION], deviation / 2**0.5)
    both[planes.DEVIATION] = deviation
    torch.testing.assert_close(both, one)


def test_denoising_combined_halves_beats_either_half_by_0_3_db() -> None:
    trainer = Trainer(DenoiserSettings(network=NetworkName.BEST, crop=48), "cpu")
    for pair in frames():
        list(trainer.train(pair))
        shown = trainer.denoiser.denoise(pair)
    with torch.no_grad():
        alone = trainer.denoiser.average.network(trainer.denoiser.begin_frame(pair).inputs)
    best = max(float(psnr(half.permute(1, 2, 0), CLEAN.color)) for half in alone)
    assert float(psnr(shown, CLEAN.color)) > best + 0.3


def test_combined_denoising_does_not_leak_half_b_into_half_a_history() -> None:
    """Otherwise a half's history would contain the other half, which is its target."""
    one, other = HistoryInputs(), HistoryInputs()
    first, second, third = frames()
    stranger = replace(second, b=noisy_pair(CLEAN, 99).b)
    seen = []
    for inputs, pair in ((one, second), (other, stranger)):
        inputs.examples(first)  # sets the exposure
        halves = inputs.to_denoise(inputs.examples(pair).inputs)
        assert len(halves) == 3
        inputs.combined([half[planes.LOG_MEAN].expm1().permute(1, 2, 0) for half in halves])
        seen.append(inputs.examples(third).inputs)
    assert torch.equal(seen[0][0], seen[1][0])
    assert not torch.equal(seen[0][1], seen[1][1])


def test_earlier_frames_affect_inputs_only_with_history() -> None:
    first, second, third = frames()
    for is_carried in (True, False):
        inputs, other = HistoryInputs(is_carried), HistoryInputs(is_carried)
        inputs.examples(first)
        other.examples(first)
        inputs.examples(second)
        same = torch.equal(inputs.examples(third).inputs, other.examples(third).inputs)
        assert same is not is_carried


def test_history_can_be_disabled_between_frames() -> None:
    trainer = Trainer(DenoiserSettings(network=NetworkName.FAST), "cpu")
    first, second, third = frames()
    trainer.denoiser.begin_frame(first)
    carried = trainer.denoiser.begin_frame(second).inputs[:, planes.AGE].min()
    trainer.change(replace(trainer.settings, has_history=False))
    trainer.denoiser.begin_frame(second)
    alone = trainer.denoiser.begin_frame(third).inputs[:, planes.AGE].min()
    assert carried < 1.0 and alone == 1.0
