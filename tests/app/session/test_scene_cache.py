"""Cached scenes equal freshly built ones, and damaged cache files are rebuilt.

Host code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
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
from app.session.scene_cache import write_scene_file
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
    path = cache_path("still-life", None)
    assert path is not None and path.parent == cache and read_scene_file(path) is None
    scene = made("still-life")
    scene = scene._replace(
        outline=replace(scene.outline, notes=("a", "b"), has_default_camera=True)
    )
    keep(path, scene)
    kept = read_scene_file(path)
    assert kept is not None and list(cache.iterdir()) == [path]
    assert_same(kept.outline, scene.outline)
    assert_same(kept.arrays, scene.arrays)


def test_opened_scene_equals_the_one_that_the_scene_process_cached(cache: Path) -> None:
    path = cache_path("cornell-box", None)
    process = SceneProcess("cornell-box", None, cache=path)
    outline, arrays = process.outline(), process.arrays(lambda done: None)
    assert list(cache.iterdir()) == [path]
    scene = open_scene("cornell-box")
    assert_same(scene.arrays(), arrays)
    assert (scene.name, scene.triangle_count) == (outline.name, outline.triangle_count)
    np.testing.assert_array_equal(scene.camera.to_world, outline.camera.to_world)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x08" + bytes(7) + b"{}      "])
def test_damaged_cache_file_is_rebuilt(cache: Path, damage: bytes) -> None:
    path = cache_path("furnace", None)
    assert path is not None
    cache.mkdir()
    path.write_bytes(damage)
    assert read_scene_file(path) is None
    process = SceneProcess("furnace", None, cache=path)
    assert process.outline().name == "furnace"
    process.arrays(lambda done: None)
    assert read_scene_file(path) is not None


def test_truncated_cache_file_is_not_read(cache: Path) -> None:
    path = cache_path("furnace", None)
    assert path is not None
    keep(path, made("furnace"))
    path.write_bytes(path.read_bytes()[:-5])
    assert read_scene_file(path) is None


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
    process = SceneProcess("furnace", None, cache=cache_path("furnace", None))
    assert process.outline().name == "furnace"
    process.arrays(lambda done: None)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_reading_a_scene_needs_less_than_one_and_a_half_times_its_memory(tmp_path: Path) -> None:
    scene, path = made("furnace"), tmp_path / "scene"
    table = np.ones(32 * 2**20, np.uint8)
    names = ("nodes", "geometry", "shading", "texels")
    arrays = replace(scene.arrays, **{name: table.view(np.float32) for name in names})
    write_scene_file(path, scene._replace(arrays=arrays))
    code = f"""
from pathlib import Path
from app.session.scene_cache import read_scene_file
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))  # KiB
before = peak()
assert read_scene_file(Path({str(path)!r})) is not None
print(peak() - before)
"""
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout

    assert int(output) * 1024 < 1.5 * len(names) * table.nbytes


def test_opened_scene_hands_out_cached_arrays_without_keeping_them(cache: Path) -> None:
    path = cache_path("cornell-box", None)
    assert path is not None and keep(path, made("cornell-box"))
    scene = open_scene("cornell-box")
    arrays = scene.arrays()
    first = weakref.ref(arrays)
    del arrays
    assert first() is None
    edited = made("cornell-box")
    assert keep(path, edited._replace(arrays=replace(edited.arrays, radius=7.0)))
    assert scene.arrays().radius == 7.0, "read from the cache, not built again"
