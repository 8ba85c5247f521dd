"""Cached scenes equal freshly built ones, and damaged cache files are rebuilt.

Host code.
"""

from __future__ import annotations

import os
from dataclasses import fields
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.session import scene_cache
from app.session.loaded_scene import open_scene
from app.session.scene_cache import CachedScene
from app.session.scene_cache import cache_path
from app.session.scene_cache import keep
from app.session.scene_cache import read_scene_file
from app.session.scene_process import SceneProcess
from renderer.tables.build import build_scene_arrays
from scenes.loader import load_scene_without_camera
from scenes.model.summary import outline_of


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "hush"


def made(source: str) -> CachedScene:
    scene = load_scene_without_camera(source)
    return CachedScene(outline_of(scene), build_scene_arrays(scene))


def assert_same(mine: object, other: object) -> None:
    for field in fields(other):
        a, b = getattr(mine, field.name), getattr(other, field.name)
        if isinstance(b, np.ndarray):
            assert (a.shape, a.dtype) == (b.shape, b.dtype), field.name
            assert a.tobytes() == b.tobytes(), field.name
        elif field.name == "camera":
            assert_same(a, b)
        else:
            assert a == b, field.name


def test_cached_scene_equals_the_built_scene(cache: Path) -> None:
    place = cache_path("still-life", None)
    assert place is not None and place.parent == cache and read_scene_file(place) is None
    scene = made("still-life")
    scene = scene._replace(
        outline=replace(scene.outline, notes=("a", "b"), has_default_camera=True)
    )
    keep(place, scene)
    kept = read_scene_file(place)
    assert kept is not None and list(cache.iterdir()) == [place]
    assert_same(kept.outline, scene.outline)
    assert_same(kept.arrays, scene.arrays)


def test_opened_scene_equals_the_one_that_the_scene_process_cached(cache: Path) -> None:
    path = cache_path("cornell-box", None)
    process = SceneProcess("cornell-box", None, path)
    outline, arrays = process.outline(), process.arrays(lambda done: None)
    assert list(cache.iterdir()) == [path]
    scene = open_scene("cornell-box")
    assert_same(scene.arrays(), arrays)
    assert (scene.name, scene.triangle_count) == (outline.name, outline.triangle_count)
    np.testing.assert_array_equal(scene.camera.to_world, outline.camera.to_world)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x08" + bytes(7) + b"{}      "])
def test_damaged_cache_file_is_rebuilt(cache: Path, damage: bytes) -> None:
    place = cache_path("furnace", None)
    assert place is not None
    cache.mkdir()
    place.write_bytes(damage)
    assert read_scene_file(place) is None
    process = SceneProcess("furnace", None, place)
    assert process.outline().name == "furnace"
    process.arrays(lambda done: None)
    assert read_scene_file(place) is not None


def test_truncated_cache_file_is_not_read(cache: Path) -> None:
    place = cache_path("furnace", None)
    assert place is not None
    keep(place, made("furnace"))
    place.write_bytes(place.read_bytes()[:-5])
    assert read_scene_file(place) is None


def test_scene_files_and_other_environments_are_not_cached(cache: Path) -> None:
    assert cache_path("scene.xml", None) is None
    assert cache_path("cornell-box", Path("sky.hdr")) is None


def test_cache_keeps_the_three_most_recently_used_versions(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = made("cornell-box")
    cache.mkdir()
    other_scene = cache / f"still-life-{'0' * 16}.safetensors"
    other_scene.touch()
    paths = []
    for version in "0123":
        monkeypatch.setattr(scene_cache, "_fingerprint", lambda version=version: version * 16)
        path = cache_path("cornell-box", None)
        assert path is not None
        if version == "3":
            assert read_scene_file(paths[0]) is not None  # version 0 is used once more
        assert keep(path, scene)
        paths.append(path)
        os.utime(path, ns=(int(version), int(version)))  # the order does not depend on the clock
    assert [path.exists() for path in paths] == [True, False, True, True]
    assert other_scene.exists()


def test_changed_source_code_changes_the_cache_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scene_cache._fingerprint()
    changed = tmp_path / "more.py"
    changed.write_text("ROOM = 1\n")
    for text in ("ROOM = 1\n", "ROOM = 2\n"):
        changed.write_text(text)
        monkeypatch.setattr(scene_cache.scenes, "__path__", [str(tmp_path)])
        scene_cache._fingerprint.cache_clear()
        after = scene_cache._fingerprint()
        assert after != before
        before = after
    scene_cache._fingerprint.cache_clear()


def test_scene_is_built_if_the_cache_is_not_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    process = SceneProcess("furnace", None, cache_path("furnace", None))
    assert process.outline().name == "furnace"
    process.arrays(lambda done: None)
