"""Messages of errors stay on one line and printable, whatever names a file contains."""

from __future__ import annotations

import pickle

import pytest

from app.base.errors import UsageError
from app.camera_path.files import CameraPathError
from denoiser.errors import CheckpointError
from denoiser.errors import DataError


@pytest.mark.parametrize("kind", [DataError, CheckpointError, UsageError, CameraPathError])
def test_control_characters_become_escapes(kind: type[ValueError]) -> None:
    error = kind("a\nb \x1b[31m \ud800 Küche")
    assert str(error) == r"a\nb \x1b[31m \ud800 Küche"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
