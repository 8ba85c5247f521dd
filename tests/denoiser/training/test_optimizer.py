"""GuardedAdam: Adam's published recurrence, skipped steps, and the gradient clip.

Host code.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn

from denoiser.training.optimizer import GuardedAdam


def one_weight(value: float) -> torch.nn.Linear:
    """Linear layer with one weight, equal to `value`, and no bias."""
    network = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        network.weight.fill_(value)
    return network


def test_three_steps_follow_kingma_and_ba_algorithm_1() -> None:
    network = one_weight(2.0)
    adam = GuardedAdam(network, learning_rate=0.1)
    weight, first, second = 2.0, 0.0, 0.0
    for step in (1, 2, 3):
        adam.step(network.weight.square().sum())
        gradient = 2 * weight
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        corrected = (first / (1 - 0.9**step)) / ((second / (1 - 0.99**step)) ** 0.5 + 1e-8)
        weight -= 0.1 * corrected
        assert network.weight.item() == pytest.approx(weight, rel=1e-5)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_step_with_nonfinite_loss_is_skipped_and_counted(bad: float) -> None:
    network = one_weight(2.0)
    adam = GuardedAdam(network, learning_rate=0.1)
    adam.step(network.weight.square().sum())
    before = {name: value.clone() for name, value in adam.state().items()}
    weight = network.weight.detach().clone()
    adam.step((network.weight * bad).sum())
    assert torch.equal(network.weight, weight)
    after = adam.state()
    assert after["skipped_count"].item() == 1
    for name, value in before.items():
        assert name == "skipped_count" or torch.equal(after[name], value)
    adam.step(network.weight.square().sum())
    assert network.weight.item() < weight.item()


def test_step_with_infinite_gradient_is_skipped_and_counted() -> None:
    network = one_weight(0.0)
    adam = GuardedAdam(network, learning_rate=0.1)
    loss = network.weight.abs().sqrt().sum()  # infinite slope at 0
    assert torch.isfinite(loss)
    adam.step(loss)
    assert network.weight.item() == 0
    assert adam.skipped_count.item() == 1


def test_changed_learning_rate_applies_to_the_next_step() -> None:
    network = one_weight(2.0)
    adam = GuardedAdam(network, learning_rate=0.1)
    adam.learning_rate = 0.5
    adam.step(network.weight.square().sum())
    assert network.weight.item() == pytest.approx(1.5, rel=1e-5)
    assert adam.learning_rate == 0.5


def test_restored_moments_have_the_memory_order_of_the_parameters() -> None:
    """The fused kernel ignores strides, so a moment in another order would update wrong weights."""
    network = torch.nn.Conv2d(3, 5, 3).to(memory_format=torch.channels_last)
    adam = GuardedAdam(network, learning_rate=0.1)
    adam.restore({name: value.contiguous() for name, value in adam.state().items()})
    for name in ("exp_avg.weight", "exp_avg_sq.weight"):
        assert adam.state()[name].stride() == network.weight.stride()


def test_only_unusually_large_gradients_are_clipped() -> None:
    """Compare with unclipped Adam that is given the expected clipped gradients."""
    torch.manual_seed(0)
    usual = [torch.randn(4) for _ in range(8)]
    usual = [g / g.norm() for g in usual]
    to_device_async = [*usual[:5], 50.0 * usual[5], *usual[6:]]
    expected = [*usual[:5], 2.0 * usual[5], *usual[6:]]
    networks = []
    for gradients, clip in ((to_device_async, 2.0), (expected, None), (to_device_async, None)):
        network = nn.Linear(4, 1, bias=False)
        with torch.no_grad():
            network.weight.zero_()
        optimizer = GuardedAdam(network, 1e-2, clip)
        for gradient in gradients:
            optimizer.step((network.weight * gradient).sum())
        networks.append(network.weight.detach().clone())
    assert torch.allclose(networks[0], networks[1], atol=1e-6)
    assert not torch.allclose(networks[0], networks[2], atol=1e-3)


def test_nonfinite_gradient_leaves_the_clipping_norm_unchanged() -> None:
    network = nn.Linear(2, 1, bias=False)
    optimizer = GuardedAdam(network, 1e-2, 2.0)
    optimizer.step(network.weight.sum())
    before = optimizer.state()["norm_mean"].clone()
    optimizer.step(network.weight.sum() * torch.inf)
    assert torch.equal(optimizer.state()["norm_mean"], before) and optimizer.skipped_count == 1
