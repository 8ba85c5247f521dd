"""GuardedMuon: orthogonal updates, the published recurrence, Adam for the rest, skipped steps.

Host code.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn

from denoiser.training.muon import ADAM_RMS
from denoiser.training.muon import MOMENTUM
from denoiser.training.muon import GuardedMuon
from denoiser.training.muon import orthogonalised
from denoiser.training.optimizer import GuardedAdam

SEED = 3


def matrices(rows: int, columns: int) -> torch.Tensor:
    """(4, rows, columns) random matrices."""
    return torch.randn(4, rows, columns, generator=torch.Generator().manual_seed(SEED))


@pytest.mark.parametrize("size", [(24, 70), (70, 24), (30, 30)])
def test_orthogonalised_matrices_keep_their_singular_vectors(size: tuple[int, int]) -> None:
    given = matrices(*size)
    left, _, right = torch.linalg.svd(given, full_matrices=False)
    found = left.mT @ orthogonalised(given) @ right.mT
    values = found.diagonal(dim1=1, dim2=2)
    # Newton and Schulz's fifth iterate is between 0.68 and 1.21 for values from 0.01 of the norm.
    assert values.min() > (0.5 if size[0] != size[1] else 0.0) and values.max() < 1.25
    assert (found - torch.diag_embed(values)).abs().max() < 1e-4


def test_a_zero_matrix_stays_zero() -> None:
    assert torch.equal(orthogonalised(torch.zeros(1, 4, 6)), torch.zeros(1, 4, 6))


def network() -> nn.Sequential:
    """Two layers without biases, of which the first is a kernel."""
    torch.manual_seed(SEED)
    return nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.Conv2d(8, 1, 1, bias=False))


def test_steps_follow_the_published_recurrence() -> None:
    layers = network()
    muon = GuardedMuon(layers, 0.01, None, ["0.weight"])
    weight, momentum = layers[0].weight.detach().clone(), torch.zeros(8, 3, 3, 3)
    factor = torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(1))
    for _ in range(3):
        gradient = 2.0 * layers[0].weight.detach() * factor
        muon.step((layers[0].weight.square() * factor).sum() + layers[1].weight.sum())
        momentum = MOMENTUM * momentum + gradient
        change = (gradient + MOMENTUM * momentum).flatten(1)[None]
        weight -= 0.01 * ADAM_RMS * 27**0.5 * orthogonalised(change).reshape(8, 3, 3, 3)
        assert torch.allclose(layers[0].weight, weight, atol=1e-6)


def test_other_parameters_are_those_of_adam() -> None:
    both = [network(), network()]
    muon = GuardedMuon(both[0], 0.01, 2.0, ["0.weight"])
    adam = GuardedAdam(both[1], 0.01, 2.0)
    for _ in range(3):
        for layers, optimizer in zip(both, (muon, adam)):
            optimizer.step(layers[1].weight.square().sum() + 0.0 * layers[0].weight.sum())
    assert torch.equal(both[0][1].weight, both[1][1].weight)
    assert torch.equal(both[0][0].weight, network()[0].weight)  # no gradient, no step


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_step_that_is_not_finite_changes_nothing(bad: float) -> None:
    layers = network()
    muon = GuardedMuon(layers, 0.01, 2.0, ["0.weight"])
    muon.step(sum((layer.weight.square().sum() for layer in layers), torch.zeros(())))
    before = {name: value.clone() for name, value in muon.state().items()}
    weights = [layer.weight.detach().clone() for layer in layers]
    muon.step(layers[0].weight.sum() * bad + layers[1].weight.sum())
    after = muon.state()
    assert all(torch.equal(layer.weight, weight) for layer, weight in zip(layers, weights))
    assert after.pop("skipped_count") == 1
    assert all(torch.equal(value, before[name]) for name, value in after.items())


def test_a_restored_optimiser_goes_on_in_the_same_way() -> None:
    def train(layers: nn.Sequential, muon: GuardedMuon, count: int) -> None:
        for _ in range(count):
            muon.step(layers(torch.ones(1, 3, 8, 8)).square().sum())

    whole, resumed = network(), network()
    first = GuardedMuon(whole, 0.01, 2.0, ["0.weight"])
    train(whole, first, 2)
    second = GuardedMuon(resumed, 0.01, 2.0, ["0.weight"])
    resumed.load_state_dict(whole.state_dict())
    second.restore({name: value.clone() for name, value in first.state().items()})
    train(whole, first, 2)
    train(resumed, second, 2)
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters()))
