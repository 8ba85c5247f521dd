"""Tests of files compressed with gzip."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from scenes.model.compressed import gzip_chunks
from scenes.model.description import SceneError


def test_chunks_are_the_contents(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10000
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    assert b"".join(gzip_chunks(tmp_path / "a.gz")) == data


def test_limit_counts_decompressed_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(1000)))
    assert b"".join(gzip_chunks(tmp_path / "a.gz", 1000)) == bytes(1000)
    with pytest.raises(SceneError, match="a.gz: more than .* GiB when decompressed"):
        list(gzip_chunks(tmp_path / "a.gz", 999))


@pytest.mark.parametrize(("begin", "end"), [(0, 20), (1, None)])
def test_damaged_file_is_refused(tmp_path: Path, begin: int, end: int | None) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(1000))[begin:end])
    with pytest.raises(SceneError, match="a.gz: damaged gzip file"):
        list(gzip_chunks(tmp_path / "a.gz"))
