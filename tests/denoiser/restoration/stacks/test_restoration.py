"""A stack is restored from its own values: error, its estimate, context, mean, missing values."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from denoiser.restoration.stacks.context import usable_context
from denoiser.restoration.stacks.noise import measure_noise
from denoiser.restoration.stacks.pair_kind import PairKind
from denoiser.restoration.stacks.pairs import StackPairs
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.restoration import StackRestorer
from denoiser.restoration.stacks.slices import SliceStack
from denoiser.restoration.stacks.slices import open_stack
from denoiser.restoration.stacks.trainer import StackSettings
from denoiser.restoration.stacks.trainer import StackTrainer
from tests.denoiser.restoration.stacks.phantom import clean_volume
from tests.denoiser.restoration.stacks.phantom import mean_square
from tests.denoiser.restoration.stacks.phantom import with_noise

SHAPE = (24, 64, 64)
SIGMA = 25.0
STEPS = 300


@pytest.fixture(scope="module")
def clean() -> np.ndarray:
    """(24, 64, 64) volume."""
    return clean_volume(SHAPE)


def pairs_of(stacks: tuple[SliceStack, ...], kind: PairKind, context: int) -> StackPairs:
    """Pairs on crops of 32 pixels."""
    context = usable_context(context, stacks[0].slice_count)
    return StackPairs(stacks, kind, measure_noise(stacks[0]).model, context, 32, 0)


def trained(pairs: StackPairs, steps: int = STEPS) -> StackTrainer:
    """Trainer after some steps."""
    settings = StackSettings(600.0, pairs.context, max_steps=steps)
    trainer = StackTrainer(pairs, settings, torch.device("cpu"))
    while trainer.done < 1.0:
        trainer.step()
    assert trainer.step_count == steps
    return trainer


def restored(pairs: StackPairs, trainer: StackTrainer) -> np.ndarray:
    """All slices of the first sequence."""
    restorer = StackRestorer(pairs, trainer, None)
    return np.stack([restorer.slice(0, z).values for z in range(pairs.stacks[0].slice_count)])


def test_noise_falls_by_8_db_and_the_estimate_says_so(clean: np.ndarray) -> None:
    noisy = with_noise(clean, SIGMA)
    pairs = pairs_of((open_stack(PlaneArray(noisy)),), PairKind.RECORRUPTED, 2)
    trainer = trained(pairs)
    found = restored(pairs, trainer)
    assert mean_square(found - clean) < 10**-0.8 * mean_square(noisy - clean)
    estimate = trainer.estimate()
    assert estimate is not None and estimate.is_better and estimate.psnr is not None
    # The estimate is of slices with half as much noise again, so it is above the true error.
    scale = pairs.stacks[0].intensities[0].scale
    true = mean_square(found - clean) / scale**2
    assert 0.6 * true < estimate.mean_square < 2.5 * true
    assert math.isclose(found.mean(), noisy.mean(), rel_tol=1e-3)


def test_neighbours_as_context_reduce_the_error() -> None:
    scene = np.repeat(clean_volume((1, 64, 64)), 24, axis=0)
    noisy = with_noise(scene, SIGMA)
    errors = {}
    for context in (0, 2):
        pairs = pairs_of((open_stack(PlaneArray(noisy)),), PairKind.RECORRUPTED, context)
        errors[context] = mean_square(restored(pairs, trained(pairs)) - scene)
    assert errors[2] < 10**-0.03 * errors[0], errors


def test_noise_correlated_in_the_slice_is_removed_with_the_help_of_neighbours() -> None:
    """Frames of a scene that stands still; noise is blurred, so recorruption cannot work."""
    scene = np.repeat(clean_volume((1, 64, 64)), 24, axis=0)
    white = np.random.default_rng(2).normal(0.0, 50.0, scene.shape)
    blurred = (white + np.roll(white, 1, 1) + np.roll(white, 1, 2)) / 3.0
    noisy = (scene + blurred).astype(np.float32)
    errors = {}
    for kind in (PairKind.NEIGHBOURS, PairKind.RECORRUPTED):
        pairs = pairs_of((open_stack(PlaneArray(noisy)),), kind, 2)
        errors[kind] = mean_square(restored(pairs, trained(pairs, 150)) - scene)
    assert errors[PairKind.NEIGHBOURS] < 0.35 * mean_square(blurred)
    assert errors[PairKind.NEIGHBOURS] < errors[PairKind.RECORRUPTED]


def test_two_halves_are_restored_to_one_better_than_their_mean(clean: np.ndarray) -> None:
    halves = [with_noise(clean, SIGMA, seed) for seed in (1, 2)]
    stacks = tuple(open_stack(PlaneArray(half)) for half in halves)
    stacks = (stacks[0], SliceStack(stacks[1].values, stacks[0].intensities))
    pairs = pairs_of(stacks, PairKind.HALVES, 1)
    found = restored(pairs, trained(pairs))
    assert mean_square(found - clean) < 0.25 * mean_square(np.mean(halves, axis=0) - clean)
    assert math.isclose(found.mean(), np.mean(halves), rel_tol=1e-3)


def test_a_training_is_resumed_where_it_was_saved(clean: np.ndarray) -> None:
    pairs = pairs_of((open_stack(PlaneArray(with_noise(clean, SIGMA))),), PairKind.RECORRUPTED, 1)
    settings = StackSettings(600.0, 1, max_steps=6)
    straight, first, second = (StackTrainer(pairs, settings, torch.device("cpu")) for _ in range(3))
    for _ in range(6):
        straight.step()
    for _ in range(3):
        first.step()
    second.load({name: value.clone() for name, value in first.state().items()})
    assert second.step_count == 3 and second.seconds == first.seconds
    for _ in range(3):
        second.step()
    a, b = straight.state(), second.state()
    assert all(torch.equal(a[name], b[name]) for name in a if name != "done")


@pytest.mark.parametrize("dtype, limits", [("u1", (0.0, 255.0)), ("i2", (-32768.0, 32767.0))])
def test_integers_keep_their_type_and_are_clamped(
    dtype: str, limits: tuple[float, float], clean: np.ndarray
) -> None:
    noisy = with_noise(clean, SIGMA).clip(*limits).astype(dtype)
    pairs = pairs_of((open_stack(PlaneArray(noisy)),), PairKind.RECORRUPTED, 1)
    restorer = StackRestorer(pairs, trained(pairs, 30), limits)
    values = np.stack([restorer.slice(0, z).values for z in range(len(noisy))])
    assert values.dtype == np.dtype(dtype)
    assert math.isclose(values.mean(), noisy.mean(), rel_tol=1e-3)
    narrow = StackRestorer(pairs, trained(pairs, 5), (60.0, 80.0)).slice(0, 12)
    assert narrow.values.min() >= 60 and narrow.values.max() <= 80 and narrow.clamped_count > 100


def test_pixels_without_a_measurement_stay_and_do_not_spread(clean: np.ndarray) -> None:
    noisy = with_noise(clean, SIGMA)
    noisy[:, :10], noisy[3, 40, 40] = np.nan, np.inf
    noisy[:, 20, 20] = -9999.0
    stack = open_stack(PlaneArray(noisy), missing=-9999.0)
    pairs = pairs_of((stack,), PairKind.RECORRUPTED, 1)
    found = restored(pairs, trained(pairs, 30))
    assert np.isnan(found[:, :10]).all() and np.isinf(found[3, 40, 40])
    assert (found[:, 20, 20] == -9999.0).all()
    found[:, 20, 20] = 0.0
    assert np.count_nonzero(~np.isfinite(found[:, 10:])) == 1


@pytest.mark.parametrize("shape", [(1, 40, 50), (2, 40, 50), (3, 1, 1), (5, 7, 9)])
def test_small_stacks_are_restored_too(shape: tuple[int, int, int]) -> None:
    noisy = np.random.default_rng(0).normal(0.0, 1.0, shape)
    stack = open_stack(PlaneArray(noisy))
    context = usable_context(2, shape[0])
    crop = min(32, *shape[1:])
    model = measure_noise(stack).model
    pairs = StackPairs((stack,), PairKind.RECORRUPTED, model, context, crop, 0)
    found = restored(pairs, trained(pairs, 2))
    assert found.shape == shape and np.isfinite(found).all() and found.dtype == np.float64


def test_values_far_from_zero_keep_their_precision() -> None:
    noisy = 1e9 + with_noise(clean_volume((4, 32, 32)), 5.0).astype(np.float64)
    pairs = pairs_of((open_stack(PlaneArray(noisy)),), PairKind.RECORRUPTED, 1)
    found = restored(pairs, trained(pairs, 20))
    assert mean_square(found - noisy) < 40.0**2
