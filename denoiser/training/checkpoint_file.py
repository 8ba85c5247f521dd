"""Checkpoint files: tensors and a JSON header; loading runs no code from the file.

Host code. A safetensors file whose metadata hold the header: format version, kind, settings and
step count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors import safe_open
from safetensors.torch import save as to_bytes

from denoiser.errors import CheckpointError
from denoiser.errors import one_line
from denoiser.files import atomic_path

FORMAT_VERSION = 1  # increased whenever older programs could misread a file
METADATA_KEY = "hush-checkpoint"
ONLINE = "online"  # kind of training of a file whose header names none


class Checkpoint(NamedTuple):
    """Checkpoint of a checkpoint file."""

    tensors: dict[str, torch.Tensor]
    """Tensors by name; on the CPU when read from a file."""
    kind: str
    """Kind of training, `online` or `restoration`, or `restoration-weights` without optimiser."""
    settings: dict[str, Any]
    """Settings of that kind of training, as returned by `to_json`."""
    step_count: int
    """Optimiser updates so far."""
    origin: dict[str, str] = {}
    """Training data, licence and more of weights that are shipped, by name."""


def write_checkpoint(path: Path, content: Checkpoint) -> None:
    """Write `content` to `path` via a temporary file; CheckpointError on failure."""
    header = content._asdict() | {"format_version": FORMAT_VERSION}
    del header["tensors"]
    tensors = {name: value.cpu().contiguous() for name, value in content.tensors.items()}
    try:
        with atomic_path(path) as partial:
            partial.write_bytes(to_bytes(tensors, metadata={METADATA_KEY: json.dumps(header)}))
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be written: {one_line(error)}") from error


def read_checkpoint(path: Path, kind: str, *other_kinds: str) -> Checkpoint:
    """Read a checkpoint of `kind`, or of another kind that is named, without comparing its tensors
    with a network.

    CheckpointError if the file is missing, broken or of any other kind.
    """
    if not os.path.exists(path):
        raise CheckpointError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: truncated or no checkpoint: {one_line(error)}") from error
    if METADATA_KEY not in metadata:
        raise CheckpointError(f"{path}: no checkpoint: its metadata lacks {METADATA_KEY}")
    try:
        header = json.loads(metadata[METADATA_KEY])
        version, found = header["format_version"], header.get("kind", ONLINE)
        settings, step_count = dict(header["settings"]), int(header["step_count"])
        origin = {str(name): str(text) for name, text in dict(header.get("origin", {})).items()}
        if step_count < 0:
            raise ValueError(f"step_count {step_count} is less than 0")
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CheckpointError(f"{path}: broken metadata: {one_line(error)}") from error
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{path}: format version {version}, this program reads {FORMAT_VERSION}"
        )
    if found not in (kind, *other_kinds):
        raise CheckpointError(f"{path}: a checkpoint of {found} training, not of {kind}")
    return Checkpoint(tensors, found, settings, step_count, origin)


def check_tensors(
    path: Path, tensors: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]
) -> None:
    """Raise CheckpointError if names, shapes or types of `tensors` differ from `expected`."""
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
