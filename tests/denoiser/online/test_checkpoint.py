"""Checkpoints: training resumes bit for bit, and invalid files raise errors of one line.

Host code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from denoiser.errors import CheckpointError
from denoiser.online.checkpoint import load
from denoiser.online.checkpoint import save
from denoiser.online.trainer import Trainer
from denoiser.option import from_json
from denoiser.option import to_json
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.training.checkpoint_file import METADATA_KEY
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

SETTINGS = DenoiserSettings(
    network=NetworkName.UNET, learning_rate=1e-3, crop=32, train_steps=3, seed=4
)
PAIR = noisy_pair(clean_half(48, 40), seed=1)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a checkpoint saved after three steps."""
    trainer = Trainer(SETTINGS, "cpu")
    list(trainer.train(PAIR))
    path = tmp_path_factory.mktemp("checkpoint") / "three.safetensors"
    save(path, trainer)
    return path


def rewritten(path: Path, target: Path, change: Callable[[dict, dict], None]) -> Path:
    """Write a copy of the checkpoint to `target`, modified by `change(tensors, header)`."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        header = json.loads(file.metadata()[METADATA_KEY])
    change(tensors, header)
    save_file(tensors, target, metadata={METADATA_KEY: json.dumps(header)})
    return target


def message_of(path: Path, trainer: Trainer | None = None) -> str:
    """Message of the CheckpointError on loading `path`; checks that it is one line, begins with
    the path, and that the trainer is unchanged.
    """
    trainer = trainer or Trainer(SETTINGS, "cpu")
    before = {name: value.clone() for name, value in trainer.state().items()}
    with pytest.raises(CheckpointError) as caught:
        load(path, trainer)
    assert all(torch.equal(value, before[name]) for name, value in trainer.state().items())
    assert trainer.step_count == 0
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


def test_settings_without_init_load_with_the_default_init() -> None:
    values = to_json(SETTINGS)
    del values["init"]
    assert from_json(DenoiserSettings, values) == SETTINGS


@pytest.mark.parametrize(("old", "init"), [("warm", Init.PRETRAINED), ("scratch", Init.RANDOM)])
def test_old_start_setting_is_read_as_init(old: str, init: Init) -> None:
    values = to_json(SETTINGS)
    values["start"] = old
    del values["init"]
    assert from_json(DenoiserSettings, values) == replace(SETTINGS, init=init)


def test_resumed_training_equals_uninterrupted_training_bit_for_bit(saved: Path) -> None:
    uninterrupted = Trainer(replace(SETTINGS, train_steps=7), "cpu")
    losses = list(uninterrupted.train(PAIR))
    # Different settings and seed: everything must be restored from the file.
    resumed = Trainer(
        DenoiserSettings(network=NetworkName.UNET, loss=LossName.L2_LINEAR_INPUT, seed=9), "cpu"
    )
    load(saved, resumed)
    assert resumed.settings == SETTINGS and resumed.step_count == 3
    continued = [resumed.step(PAIR) for _ in range(4)]
    assert [loss.item() for loss in continued] == [loss.item() for loss in losses[3:]]
    expected = uninterrupted.state()
    actual = resumed.state()
    assert actual.keys() == expected.keys()
    assert all(torch.equal(actual[name], expected[name]) for name in expected)
    assert torch.equal(resumed.denoiser.denoise(PAIR), uninterrupted.denoiser.denoise(PAIR))


def test_saving_after_loading_reproduces_the_file_bit_for_bit(saved: Path, tmp_path: Path) -> None:
    trainer = Trainer(SETTINGS, "cpu")
    load(saved, trainer)
    again = tmp_path / "again.safetensors"
    save(again, trainer)
    assert again.read_bytes() == saved.read_bytes()
    trainer.step(PAIR)
    load(saved, trainer)
    save(again, trainer)
    assert again.read_bytes() == saved.read_bytes()


def test_trainer_without_steps_can_be_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "fresh.safetensors"
    save(path, Trainer(SETTINGS, "cpu"))
    trainer = Trainer(replace(SETTINGS, seed=8), "cpu")
    list(trainer.train(PAIR))
    load(path, trainer)
    assert trainer.step_count == 0
    assert trainer.step(PAIR).item() == Trainer(SETTINGS, "cpu").step(PAIR).item()


def test_saving_leaves_no_other_files(saved: Path) -> None:
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_saving_to_an_unwritable_path_raises_a_one_line_error(tmp_path: Path) -> None:
    trainer = Trainer(SETTINGS, "cpu")
    occupied = tmp_path / "folder.safetensors"
    occupied.mkdir()
    file = tmp_path / "file"
    file.write_text("")
    for path in (tmp_path / "missing" / "c.safetensors", occupied, file / "c.safetensors"):
        with pytest.raises(CheckpointError) as caught:
            save(path, trainer)
        assert str(caught.value).startswith(f"{path}: cannot be written: ")
        assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.safetensors"]


def test_failed_save_keeps_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.safetensors"
    path.write_bytes(b"older")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("denoiser.files.os.replace", fail)
    with pytest.raises(CheckpointError, match="No space left on device"):
        save(path, Trainer(SETTINGS, "cpu"))
    assert path.read_bytes() == b"older"
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.safetensors"]


def test_missing_and_unreadable_files_raise_one_line_errors(tmp_path: Path) -> None:
    assert message_of(tmp_path / "no").endswith("no such file")
    message_of(tmp_path)  # a directory
    text = tmp_path / "text"
    text.write_text("weights, honestly")
    assert "truncated or no checkpoint" in message_of(text)
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert "truncated or no checkpoint" in message_of(empty)


@pytest.mark.parametrize("kept", [0.001, 0.5, 0.999])
def test_truncated_files_raise_one_line_errors(saved: Path, tmp_path: Path, kept: float) -> None:
    content = saved.read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(content[: int(len(content) * kept)])
    assert "truncated or no checkpoint" in message_of(path)


def test_safetensors_file_without_metadata_raises_error(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(3)}, path)
    assert "no checkpoint: its metadata lacks" in message_of(path)


def test_other_format_version_raises_error(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "c", lambda _, header: header.update(format_version=99))
    assert message_of(path).endswith("format version 99, this program reads 1")


def test_missing_unknown_and_misshaped_tensors_raise_errors(saved: Path, tmp_path: Path) -> None:
    def three_inputs(tensors: dict, _: dict) -> None:
        name = "weights.enc_conv0.weight"
        tensors[name] = tensors[name][:, :3].contiguous()

    message = message_of(rewritten(saved, tmp_path / "a", three_inputs))
    assert "enc_conv0.weight is (48, 3, 3, 3) float32, expected (48, 9, 3, 3)" in message

    def lacking(tensors: dict, _: dict) -> None:
        del tensors["adam.exp_avg.dec_conv1c.bias"]

    message = message_of(rewritten(saved, tmp_path / "b", lacking))
    assert message.endswith("other architecture: adam.exp_avg.dec_conv1c.bias is missing")

    def surplus(tensors: dict, _: dict) -> None:
        tensors["weights.enc_conv7.bias"] = torch.zeros(48)

    message = message_of(rewritten(saved, tmp_path / "c", surplus))
    assert message.endswith("other architecture: weights.enc_conv7.bias is not known")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("network", "ghost"), ("crop", None), ("learning_rate", "fast"), ("crop", 0)),
        *(("learning_rate", float("nan")), ("train_steps", -1), ("seed", -1)),
        *(("seed", 2**70), ("crop", 10**400)),
    ],
)
def test_invalid_settings_raise_error(saved: Path, tmp_path: Path, key: str, value: object) -> None:
    path = rewritten(
        saved, tmp_path / "c", lambda _, header: header["settings"].update({key: value})
    )
    assert "broken metadata" in message_of(path)


def test_negative_step_count_raises_error(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "c", lambda _, header: header.update(step_count=-1))
    assert "broken metadata: step_count -1" in message_of(path)


def test_infinite_step_count_raises_error(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "c", lambda _, header: header.update(step_count=1e999))
    assert "broken metadata" in message_of(path)


def test_invalid_random_state_raises_error(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "c", lambda tensors, _: tensors["crops.state"].fill_(255))
    assert "crops.state" in message_of(path)
