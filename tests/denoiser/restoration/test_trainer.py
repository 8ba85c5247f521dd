"""Offline trainer: learning from noisy targets, bit-exact resuming, batches and checkpoints."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from denoiser.errors import CheckpointError
from denoiser.restoration.batch import Batch
from denoiser.restoration.batch import CorruptedImages
from denoiser.restoration.batch import corrupt_for_test
from denoiser.restoration.checkpoint import RESTORATION
from denoiser.restoration.checkpoint import WEIGHTS_ALONE
from denoiser.restoration.checkpoint import load_restoration
from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.checkpoint import save_restoration
from denoiser.restoration.checkpoint import save_weights
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.kspace import UndersampledSpectrum
from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.losses import balanced_loss
from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.settings import RestorationLoss
from denoiser.restoration.settings import RestorationNetwork
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.settings import Precision
from denoiser.training.checkpoint_file import read_checkpoint
from denoiser.training.checkpoint_file import write_checkpoint
from denoiser.training.schedule import ramped_down
from denoiser.training.schedule import warmed_up

TINY = RestorationSettings(
    task="gaussian", crop=32, iterations=6, batch=2, precision=Precision.FP32
)


def run(trainer: RestorationTrainer, source: CorruptedImages, until: int) -> list[float]:
    """Train up to iteration `until` and return the loss of each step."""
    losses = []
    while trainer.step_count < until:
        batch = source.batch(trainer.step_count, 0, trainer.settings.batch)
        losses.append(float(trainer.step(batch)))
    return losses


def test_training_on_noisy_targets_gains_more_than_3_db(trained: RestorationTrainer) -> None:
    gains = []
    for number in range(2):
        clean = default_test(3).image(number)[:, 100:228, 100:228]
        noisy = corrupt_for_test(WhiteGaussian(), clean, 25.0, 5, number).image
        restored = clip_to_range(trained.restorer.restore_images(noisy[None])[0])
        gains.append(image_psnr(restored, clean) - image_psnr(noisy, clean))
    assert statistics.fmean(gains) > 3.0


def test_resumed_training_equals_uninterrupted_training_bit_for_bit(
    tmp_path: Path, photographs: CorruptedImages
) -> None:
    whole = RestorationTrainer(TINY, "cpu")
    losses = run(whole, photographs, TINY.iterations)
    half = RestorationTrainer(TINY, "cpu")
    first = run(half, photographs, 3)
    save_restoration(tmp_path / "half", half)
    resumed = load_restoration(tmp_path / "half", "cpu", "gaussian")
    assert resumed.settings == TINY and resumed.step_count == 3
    assert first + run(resumed, photographs, TINY.iterations) == losses
    for name, value in whole.state().items():
        assert torch.equal(value, resumed.state()[name]), name


@pytest.mark.parametrize("rate", [0.0, -1.0, 1e39, float("inf"), float("nan")])
def test_learning_rate_must_be_a_positive_float32(rate: float) -> None:
    with pytest.raises(ValueError, match="learning_rate .* is not above 0 and finite"):
        RestorationSettings(learning_rate=rate)
    assert RestorationSettings(learning_rate=3e38).learning_rate == 3e38


def test_target_kind_changes_the_loss_and_not_the_output(photographs: CorruptedImages) -> None:
    batch = photographs.batch(0, 0, 2)
    assert batch.clean_targets is not None
    noisy, clean = (
        RestorationTrainer(replace(TINY, targets=targets), "cpu") for targets in TargetKind
    )
    output, same = (each.restorer.run(each.network, batch.inputs) for each in (noisy, clean))
    assert torch.equal(output, same)
    losses = [float(trainer.step(batch)) for trainer in (noisy, clean)]
    expected = [
        float((output - targets).square().mean())
        for targets in (batch.noisy_targets, batch.clean_targets)
    ]
    assert losses == pytest.approx(expected, rel=1e-5)


def test_batch_equals_its_concatenated_parts(photographs: CorruptedImages) -> None:
    whole = photographs.batch(3, 0, 4)
    weights = [photographs.batch(3, first, 2) for first in (0, 2)]
    for name in ("inputs", "noisy_targets", "clean_targets"):
        assert torch.equal(getattr(whole, name), torch.cat([getattr(s, name) for s in weights]))
    assert not torch.equal(whole.inputs, photographs.batch(4, 0, 4).inputs)
    assert not torch.equal(whole.inputs, replace(photographs, seed=1).batch(3, 0, 4).inputs)


def test_noise_of_input_and_target_is_uncorrelated(photographs: CorruptedImages) -> None:
    source = replace(photographs, corruption=WhiteGaussian())
    batches = [source.batch(index, 0, 4) for index in range(20)]
    errors = []
    for batch in batches:
        assert batch.clean_targets is not None
        a, b = batch.inputs - batch.clean_targets, batch.noisy_targets - batch.clean_targets
        errors.append((a * b).mean() / (a.std() * b.std()))
    assert abs(float(torch.stack(errors).mean())) < 4 / (20 * 4 * 3 * 32 * 32) ** 0.5


def test_augmented_crops_have_all_eight_orientations() -> None:
    marked = torch.zeros(32, 32, 3, dtype=torch.uint8)
    marked[0, 1] = 255  # one white pixel, at another place in each orientation
    source = CorruptedImages(
        ImageSet((marked,), ("marked",)), WhiteGaussian(), 32, 0, is_augmented=True
    )
    places = []
    for index in range(80):
        clean = source.batch(index, 0, 1).clean_targets
        assert clean is not None
        places.append(tuple(torch.nonzero(clean[0, 0] > 0.0)[0].tolist()))
    expected = {(0, 1), (1, 0), (0, 30), (30, 0), (31, 1), (1, 31), (31, 30), (30, 31)}
    assert set(places) == expected
    assert min(places.count(place) for place in expected) >= 2


def test_grey_examples_have_one_noise_in_all_channels(photographs: CorruptedImages) -> None:
    batch = replace(photographs, grey_fraction=0.5).batch(0, 0, 60)
    assert batch.clean_targets is not None
    is_grey = torch.tensor(
        [
            all(
                torch.equal(image[0], image[channel])
                for image in (batch.inputs[i], batch.noisy_targets[i], batch.clean_targets[i])
                for channel in (1, 2)
            )
            for i in range(60)
        ]
    )
    assert 15 <= int(is_grey.sum()) <= 45
    i = int(is_grey.nonzero()[0])
    noise = [image[i] - batch.clean_targets[i] for image in (batch.inputs, batch.noisy_targets)]
    assert not torch.equal(noise[0], noise[1])


def test_lost_target_pixels_do_not_affect_the_loss() -> None:
    images = ImageSet((torch.full((64, 64, 3), 200, dtype=torch.uint8),), ("plain",))
    source = CorruptedImages(images, Bernoulli(), 32, 0)
    batch = source.batch(0, 0, 2)
    assert batch.observed is not None and batch.observed.shape == (2, 1, 32, 32)
    trainer = RestorationTrainer(replace(TINY, task="bernoulli"), "cpu")
    output = trainer.restorer.run(trainer.network, batch.inputs)
    errors = (output - batch.noisy_targets).square() * batch.observed
    assert float(trainer.step(batch)) == pytest.approx(float(errors.mean()), rel=1e-5)


def test_restored_scans_keep_their_measured_frequencies() -> None:
    random = torch.Generator().manual_seed(0)
    slices = tuple(torch.rand(63, 63, 1, generator=random) for _ in range(2))
    source = CorruptedImages(ImageSet(slices, ("a", "b")), UndersampledSpectrum(), None, 0)
    batch = source.batch(0, 0, 2)
    assert batch.spectrum is not None and batch.inputs.shape == (2, 1, 63, 63)
    trainer = RestorationTrainer(replace(TINY, task="mri", channels=1), "cpu")
    restored = trainer.restorer.restore_images(batch.inputs, batch.spectrum)
    kept = batch.spectrum.kept
    assert torch.allclose(torch.fft.fft2(restored)[kept], batch.spectrum.values[kept], atol=1e-3)
    assert torch.isfinite(trainer.step(batch))


def test_weights_alone_restore_as_the_averaged_weights_of_the_training(
    tmp_path: Path, photographs: CorruptedImages
) -> None:
    settings = replace(TINY, task="photo", network=RestorationNetwork.RESIDUAL)
    trainer = RestorationTrainer(settings, "cpu")
    run(trainer, photographs, 3)
    noisy = photographs.batch(5, 0, 1).inputs
    restored = trainer.restorer.restore_images(noisy)
    # The average differs from the latest weights, which do not restore.
    assert not torch.equal(restored, trainer.restorer.run(trainer.network, noisy))
    origin = {"data": "photographs", "licence": "any use"}
    save_weights(tmp_path / "alone", trainer.restorer, origin)
    alone = load_restorer(tmp_path / "alone", "cpu", "gaussian")
    assert alone.step_count == 3 and alone.settings == settings
    assert torch.allclose(alone.restore_images(noisy), restored, atol=2e-3)
    assert read_checkpoint(tmp_path / "alone", WEIGHTS_ALONE).origin == origin
    save_restoration(tmp_path / "whole", trainer)
    assert (tmp_path / "alone").stat().st_size * 5 < (tmp_path / "whole").stat().st_size
    assert torch.equal(load_restorer(tmp_path / "whole", "cpu").restore_images(noisy), restored)
    with pytest.raises(CheckpointError, match="trained for the task photo, not for text"):
        load_restorer(tmp_path / "alone", "cpu", "text")
    with pytest.raises(CheckpointError, match="a checkpoint of restoration-weights training"):
        load_restoration(tmp_path / "alone", "cpu")


def test_balanced_loss_weights_examples_by_the_inverse_of_their_error() -> None:
    errors = torch.tensor([0.01, 0.04], requires_grad=True)
    balanced_loss(errors, 0.1).backward()
    assert errors.grad is not None
    assert errors.grad.tolist() == pytest.approx([0.5 / 0.02, 0.5 / 0.05])


def test_learning_rate_ramps_down_monotonically_to_zero() -> None:
    assert [ramped_down(done, 0.3) for done in (0.0, 0.5, 0.7)] == [1.0, 1.0, 1.0]
    assert ramped_down(0.85, 0.3) == pytest.approx(0.25) and ramped_down(1.0, 0.3) == 0.0
    falling = [ramped_down(0.7 + 0.03 * i, 0.3) for i in range(11)]
    assert falling == sorted(falling, reverse=True) and ramped_down(0.99, 0.0) == 1.0
    assert ramped_down(0.5, 1.0, 1.0) == pytest.approx(0.5)


def test_learning_rate_warms_up_linearly_from_the_first_step_on() -> None:
    assert [warmed_up(done, 0.1) for done in (0.049, 0.1, 1.0)] == pytest.approx([0.5, 1.0, 1.0])
    assert warmed_up(0.0, 0.1) > 0.0 and warmed_up(0.0, 0.0) == 1.0


@pytest.mark.parametrize("network", list(RestorationNetwork))
@pytest.mark.parametrize("channels", [1, 3])
def test_every_network_reduces_the_error_with_each_loss(
    network: RestorationNetwork, channels: int
) -> None:
    clean = torch.zeros(1, channels, 24, 24)
    batch = Batch(clean + 0.3, clean + 0.1, clean)
    for loss in RestorationLoss:
        settings = replace(TINY, network=network, channels=channels, loss=loss, iterations=100)
        settings = replace(settings, learning_rate=1e-4)
        trainer = RestorationTrainer(settings, "cpu")
        before = (trainer.restorer.restore_images(batch.inputs) - batch.noisy_targets).abs().mean()
        for _ in range(8):
            trainer.step(batch)
        after = (trainer.restorer.restore_images(batch.inputs) - batch.noisy_targets).abs().mean()
        assert after < before


@pytest.mark.parametrize(
    "case",
    ["task", "kind", "network", "tensor", "header", "settings", "text", "channels", "unknown"],
)
def test_incompatible_or_invalid_checkpoints_raise_one_line_errors(
    tmp_path: Path, case: str
) -> None:
    path = tmp_path / "saved"
    save_restoration(path, RestorationTrainer(TINY, "cpu"))
    content = read_checkpoint(path, RESTORATION)
    if case == "kind":
        write_checkpoint(path, content._replace(kind="online"))
    if case == "network":
        write_checkpoint(path, content._replace(settings=content.settings | {"network": "red30"}))
    if case == "tensor":
        del content.tensors["weights.last.weight"]
        write_checkpoint(path, content)
    if case == "header":
        write_checkpoint(path, content._replace(settings={"task": "gaussian"}))
    if case == "settings":
        write_checkpoint(path, content._replace(settings=content.settings | {"loss": "l7"}))
    if case == "channels":
        write_checkpoint(path, content._replace(settings=content.settings | {"channels": 10**9}))
    if case == "unknown":
        write_checkpoint(path, content._replace(settings=content.settings | {"task": "sharpen"}))
    if case == "text":
        path.write_text("no checkpoint")
    with pytest.raises(CheckpointError) as caught:
        load_restoration(path, "cpu", {"task": "poisson", "unknown": None}.get(case, "gaussian"))
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
