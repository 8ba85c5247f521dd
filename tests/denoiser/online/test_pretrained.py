"""Pretrained weights: small files in half precision, better than random initial weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from denoiser.metrics import psnr
from denoiser.online import checkpoint
from denoiser.online.pretrained import FOLDER
from denoiser.online.pretrained import has_pretrained
from denoiser.online.trainer import Trainer
from denoiser.presets import MIN_RATE_FACTOR
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.settings import NetworkName
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

LEARNED = (NetworkName.FAST, NetworkName.BEST)
MAX_BYTES = 2_000_000  # limit for all files together
CLEAN = clean_half(96, 64)


def settings(name: NetworkName, start: Init) -> DenoiserSettings:
    """Settings with network `name` and initial weights `start`."""
    return DenoiserSettings(network=name, learning_rate=1e-3, crop=32, init=start)


def test_weight_files_are_small_and_in_half_precision() -> None:
    files = sorted(path for path in FOLDER.glob("*") if not path.name.startswith("restore-"))
    assert [file.stem for file in files] == sorted(name.value for name in LEARNED)
    assert sum(file.stat().st_size for file in files) < MAX_BYTES
    for file in files:
        for value in load_file(file).values():
            assert value.dtype == torch.float16 and bool(torch.isfinite(value).all())


def test_paper_unet_has_random_initial_weights_for_every_init() -> None:
    assert not has_pretrained(NetworkName.UNET)
    warm, scratch = (Trainer(settings(NetworkName.UNET, start), "cpu") for start in Init)
    for name, value in warm.denoiser.network.state_dict().items():
        assert torch.equal(value, scratch.denoiser.network.state_dict()[name])


@pytest.mark.parametrize("name", LEARNED)
def test_training_and_denoising_start_from_weight_file_also_after_reset(name: NetworkName) -> None:
    trainer, pair = Trainer(settings(name, Init.PRETRAINED), "cpu"), noisy_pair(CLEAN, 0)
    stored = load_file(FOLDER / f"{name.value}.safetensors")
    for _ in range(2):
        for weight, value in trainer.denoiser.network.state_dict().items():
            assert torch.equal(value, stored[weight].float())
        first = trainer.denoiser.denoise(pair)
        trainer.step(pair)
        trainer.reset()
        assert torch.equal(trainer.denoiser.denoise(pair), first)
    trainer.change(replace(trainer.settings, init=Init.RANDOM))
    trainer.reset()
    assert not torch.equal(trainer.denoiser.denoise(pair), first)


@pytest.mark.parametrize("name", LEARNED)
def test_pretrained_beats_noisy_input_and_random_weights_before_training(name: NetworkName) -> None:
    pair = noisy_pair(CLEAN, 1)
    noise = psnr(pair.mean_color(), CLEAN.color)
    warm, scratch = (
        float(
            psnr(Trainer(settings(name, start), "cpu").denoiser.denoise(pair), CLEAN.color) - noise
        )
        for start in Init
    )
    assert warm > 9.0 and warm > scratch + 1.0, (warm, scratch)


def test_changed_init_affects_learning_rate_only_after_reset() -> None:
    trainer = Trainer(settings(NetworkName.FAST, Init.PRETRAINED), "cpu")
    trainer.step_count = 100_000
    trainer.change(replace(trainer.settings, init=Init.RANDOM))
    assert trainer.effective_learning_rate == pytest.approx(1e-3 * MIN_RATE_FACTOR)
    trainer.reset()
    trainer.step_count = 100_000
    assert trainer.effective_learning_rate == pytest.approx(1e-3)


@pytest.mark.parametrize("saved", list(Init))
def test_resumed_learning_rate_follows_init_saved_in_checkpoint(
    tmp_path: Path, saved: Init
) -> None:
    """The initial weights saved in the checkpoint count, not those set for the resumed run."""
    earlier = Trainer(settings(NetworkName.FAST, saved), "cpu")
    earlier.step_count = 100_000
    checkpoint.save(tmp_path / "file", earlier)
    for asked in Init:
        trainer = Trainer(settings(NetworkName.FAST, asked), "cpu")
        checkpoint.resume(tmp_path / "file", trainer, trainer.settings)
        assert trainer.effective_learning_rate == earlier.effective_learning_rate, asked
        # The saved setting also survives saving after resuming.
        checkpoint.save(tmp_path / "again", trainer)
        assert checkpoint.load_settings(tmp_path / "again").init is saved


@pytest.mark.parametrize(
    ("start", "has_history", "steps", "fraction"),
    [
        (Init.PRETRAINED, True, 0, 1.0),
        (Init.PRETRAINED, True, 450, 0.5),
        (Init.PRETRAINED, True, 100_000, MIN_RATE_FACTOR),
        (Init.PRETRAINED, False, 450, 1.0),
        (Init.RANDOM, True, 450, 1.0),
    ],
)
def test_learning_rate_decays_only_for_pretrained_weights_with_history(
    start: Init, has_history: bool, steps: int, fraction: float
) -> None:
    """Adam's first step changes each weight by the learning rate, whatever the gradient."""
    asked = replace(settings(NetworkName.FAST, start), has_history=has_history)
    trainer, pair = Trainer(asked, "cpu"), noisy_pair(CLEAN, 0)
    trainer.step_count = steps
    assert trainer.effective_learning_rate == pytest.approx(fraction * asked.learning_rate)
    before = torch.cat(
        [weight.flatten() for weight in trainer.denoiser.network.state_dict().values()]
    )
    trainer.step(pair)
    after = torch.cat(
        [weight.flatten() for weight in trainer.denoiser.network.state_dict().values()]
    )
    assert (after - before).abs().max().item() == pytest.approx(
        fraction * asked.learning_rate, 0.01
    )
