"""Training on rendered views: inputs and targets of crops, repeatable batches, checkpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from denoiser.errors import CheckpointError
from denoiser.features import to_image
from denoiser.rendered.batch import ViewBatch
from denoiser.rendered.batch import ViewCrops
from denoiser.rendered.dataset import View
from denoiser.rendered.settings import ViewTraining
from denoiser.rendered.trainer import ViewTrainer
from denoiser.restoration.settings import TargetKind
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from denoiser.transfer import TONED
from tests.denoiser.synthetic import HERE
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

CLEAN = clean_half(40, 32)
VIEWS = [View(f"v{n}", "made-up", noisy_pair(CLEAN, n), CLEAN.color) for n in range(3)]
SEEN = [replace(view, pair=replace(view.pair, pose=HERE)) for view in VIEWS]
SETTINGS = ViewTraining(
    denoiser=DenoiserSettings(network=NetworkName.UNET, crop=32, learning_rate=1e-3),
    targets=TargetKind.NOISY,
    iterations=12,
    batch=2,
)


def crops(views: list[View] = VIEWS, crop: int = 16) -> ViewCrops:
    """ViewCrops of `views` with a crop side of `crop` pixels, seed 5."""
    return ViewCrops(views, DenoiserSettings(network=NetworkName.UNET, crop=crop, seed=5))


def test_crop_input_and_target_are_opposite_halves_at_same_position() -> None:
    batch = crops().batch(0, 0, 40)
    assert batch.noisy.inputs.shape == (40, 9, 16, 16)
    seen = set()
    for number in range(40):
        color = TONED.inverse(to_image(batch.noisy.inputs[number : number + 1, :3]) + 0.5)
        target = to_image(batch.noisy.targets[number : number + 1])
        for view in VIEWS:
            halves = (view.pair.a.color, view.pair.b.color)
            for direction in range(2):
                source, other = halves[direction], halves[1 - direction]
                # (17, 25, 16, 16, 3): every possible position of the crop.
                windows = source.unfold(0, 16, 1).unfold(1, 16, 1).permute(0, 1, 3, 4, 2)
                match = (windows - color).abs().amax(dim=(2, 3, 4)) < 1e-3 * (1 + color.amax())
                for top, left in match.nonzero().tolist():
                    found = other[top : top + 16, left : left + 16]
                    assert torch.equal(found, target)
                    seen.add((view.name, direction, top, left))
    # All views and both directions were drawn, at many positions.
    assert {key[:2] for key in seen} == {(v.name, d) for v in VIEWS for d in range(2)}
    assert len({key[2:] for key in seen}) > 20


def test_batch_is_repeatable_and_equals_its_concatenated_parts() -> None:
    whole, first, second = (crops().batch(7, *part) for part in ((0, 4), (0, 2), (2, 2)))
    assert torch.equal(whole.noisy.inputs, torch.cat((first.noisy.inputs, second.noisy.inputs)))
    assert torch.equal(whole.noisy.targets, torch.cat((first.noisy.targets, second.noisy.targets)))
    assert not torch.equal(whole.noisy.inputs, crops().batch(8, 0, 4).noisy.inputs)


def test_clean_targets_leave_the_inputs_unchanged() -> None:
    batch = crops().batch(1, 0, 8)
    assert batch.clean is not None
    assert torch.equal(batch.clean.inputs, batch.noisy.inputs)
    error = (batch.noisy.targets - batch.clean.targets).abs().mean()
    assert error > 0.1 * batch.clean.targets.mean()
    without = [replace(view, clean=None) for view in VIEWS]
    assert crops(without).batch(1, 0, 8).clean is None


def run(trainer: ViewTrainer, until: int) -> None:
    """Train on batches of one ViewCrops until `trainer.step_count` is `until`."""
    source = crops(crop=32)
    while trainer.step_count < until:
        trainer.step(source.batch(trainer.step_count, 0, 2))


def test_resumed_training_equals_uninterrupted_training(tmp_path: Path) -> None:
    whole, halves = ViewTrainer(SETTINGS, "cpu"), ViewTrainer(SETTINGS, "cpu")
    run(whole, 12)
    run(halves, 5)
    halves.save(tmp_path / "saved.safetensors")
    resumed = ViewTrainer(SETTINGS, "cpu")
    resumed.load(tmp_path / "saved.safetensors")
    run(resumed, 12)
    assert torch.equal(resumed.denoise(VIEWS[0].pair), whole.denoise(VIEWS[0].pair))


def test_last_step_changes_output_by_less_than_1_percent_of_largest() -> None:
    trainer = ViewTrainer(SETTINGS, "cpu")
    source = crops(crop=32)
    moved = []
    for index in range(12):
        before = trainer.denoise(VIEWS[0].pair)
        trainer.step(source.batch(index, 0, 2))
        moved.append(float((trainer.denoise(VIEWS[0].pair) - before).abs().mean()))
    assert moved[-1] < 0.01 * max(moved)


def test_checkpoint_trained_with_another_loss_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "saved.safetensors"
    ViewTrainer(SETTINGS, "cpu").save(path)
    other = replace(SETTINGS, denoiser=replace(SETTINGS.denoiser, loss=LossName.L2_TONED_INPUT))
    with pytest.raises(CheckpointError, match="trained with loss hdr, not l2"):
        ViewTrainer(other, "cpu").load(path)
    # May differ: train_steps is for online training, precision depends on the machine.
    free = replace(SETTINGS.denoiser, train_steps=99, precision=Precision.BF16)
    ViewTrainer(replace(SETTINGS, denoiser=free), "cpu").load(path)


def test_clean_targets_require_clean_images() -> None:
    batch = crops([replace(VIEWS[0], clean=None)]).batch(0, 0, 1)
    with pytest.raises(AssertionError):
        ViewBatch(batch.noisy, batch.clean).examples(TargetKind.CLEAN)


def test_denoising_a_view_does_not_depend_on_other_views() -> None:
    settings = replace(SETTINGS, denoiser=replace(SETTINGS.denoiser, network=NetworkName.FAST))
    trainer = ViewTrainer(settings, "cpu")
    alone = trainer.denoise(SEEN[1].pair)
    trainer.denoise(SEEN[0].pair)
    assert torch.equal(trainer.denoise(SEEN[1].pair), alone)
