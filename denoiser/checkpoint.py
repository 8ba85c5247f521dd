"""Checkpoints: a training's state as one file of tensors and JSON; nothing in it runs on load.

Host code. A safetensors file. Its metadata hold settings, step count and format version; its
tensors are those of `Trainer.state`: weights, Adam's moments and the random state of the crops.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors import safe_open
from safetensors.torch import save as to_bytes

from denoiser.crops import CropSampler
from denoiser.settings import DenoiserSettings
from denoiser.trainer import CROPS
from denoiser.trainer import Trainer

FORMAT_VERSION = 1  # raised whenever older readers could misread a file
METADATA_KEY = "hush-checkpoint"
PARTIAL_SUFFIX = ".part"  # of the temporary name while a file is written


class CheckpointError(ValueError):
    """A checkpoint that cannot be written or read. The message is one line, 'FILE: reason'."""


class _Content(NamedTuple):
    """What a file holds."""

    tensors: dict[str, torch.Tensor]
    settings: DenoiserSettings
    step_count: int


def save(path: Path, trainer: Trainer) -> None:
    """Write the trainer's state to `path`, first under a temporary name. Or CheckpointError."""
    header = {
        "format_version": FORMAT_VERSION,
        "settings": trainer.settings.to_json(),
        "step_count": trainer.step_count,
    }
    tensors = {name: value.cpu().contiguous() for name, value in trainer.state().items()}
    partial = path.parent / (path.name + PARTIAL_SUFFIX)
    try:
        partial.write_bytes(to_bytes(tensors, metadata={METADATA_KEY: json.dumps(header)}))
        os.replace(partial, path)
    except OSError as error:
        _remove(partial)
        raise CheckpointError(f"{path}: cannot be written: {_reason(error)}") from error


def load(path: Path, trainer: Trainer) -> None:
    """Bring `trainer` to the state saved in `path`, settings included.

    On CheckpointError the trainer is left as it was.
    """
    content = _read(path)
    saved = content.settings.network
    if saved is not trainer.settings.network:
        wanted = trainer.settings.network.value
        raise CheckpointError(f"{path}: holds the network {saved.value}, not {wanted}")
    _check_tensors(path, content.tensors, trainer.state())
    try:
        CropSampler(0).restore(content.tensors[CROPS])
    except RuntimeError as error:
        raise CheckpointError(f"{path}: {CROPS} is no random state: {_reason(error)}") from error
    trainer.restore(content.tensors, content.settings, content.step_count)


def _read(path: Path) -> _Content:
    """The file's content, its header understood, its tensors not yet compared with a network."""
    if not path.exists():
        raise CheckpointError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: truncated or no checkpoint: {_reason(error)}") from error
    if METADATA_KEY not in metadata:
        raise CheckpointError(f"{path}: no checkpoint: its metadata lacks {METADATA_KEY}")
    try:
        header = json.loads(metadata[METADATA_KEY])
        version = header["format_version"]
        if version != FORMAT_VERSION:
            raise CheckpointError(
                f"{path}: format version {version}, this program reads {FORMAT_VERSION}"
            )
        settings = DenoiserSettings.from_json(header["settings"])
        return _Content(tensors, settings, int(header["step_count"]))
    except CheckpointError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: broken metadata: {_reason(error)}") from error


def _check_tensors(
    path: Path, tensors: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]
) -> None:
    """Compare names, shapes and types with what the network and its optimiser need."""
    for name, wanted in expected.items():
        found = tensors.get(name)
        if found is None:
            raise CheckpointError(f"{path}: other architecture: {name} is missing")
        if (found.shape, found.dtype) != (wanted.shape, wanted.dtype):
            raise CheckpointError(
                f"{path}: other architecture: {name} is {_describe(found)},"
                f" expected {_describe(wanted)}"
            )
    for name in tensors:
        if name not in expected:
            raise CheckpointError(f"{path}: other architecture: {name} is not known")


def _describe(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"


def _remove(partial: Path) -> None:
    """Clear away what a failed write left, if it can be."""
    try:
        partial.unlink(missing_ok=True)
    except OSError:
        pass  # The parent is missing or no folder: then nothing was written.


def _reason(error: Exception) -> str:
    """One line saying what went wrong."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__
