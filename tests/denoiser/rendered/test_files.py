"""Files of rendered views: a damaged one raises a one-line error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from denoiser.errors import DataError
from denoiser.rendered.files import read_view_list
from denoiser.rendered.files import read_views

VIEW = {"name": "v", "scene": "s", "has_clean": False}


def _write(folder: Path, **changes: Any) -> Path:
    content = {"format": "hush-views", "version": 1, "size": [4, 4], "spp": 1, "views": [VIEW]}
    (folder / "views.json").write_text(json.dumps({**content, **changes}))
    return folder


@pytest.mark.parametrize("content", [b"", b"no image"])
def test_unreadable_image_raises_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v-a.exr").write_bytes(content)
    with pytest.raises(DataError, match="v-a.exr: "):
        read_views(_write(tmp_path))


@pytest.mark.parametrize("changes", [{"size": [1e999, 4]}, {"spp": 1e999}, {"views": []}])
def test_invalid_list_raises_error(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="invalid list"):
        read_view_list(_write(tmp_path, **changes))


def test_deep_nesting_raises_error(tmp_path: Path) -> None:
    (tmp_path / "views.json").write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(DataError, match="recursion"):
        read_view_list(tmp_path)
