"""A scene built in another process equals the one built in this process.

Host code.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import fields
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest

from app.session.loaded_scene import open_scene
from app.session.scene_process import SceneProcess
from app.session.scene_process import receive
from renderer.tables.build import build_scene_arrays
from scenes.default_camera import with_default_camera
from scenes.loader import load_scene
from scenes.model.description import SceneError

ROOT = Path(__file__).resolve().parents[3]
TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def test_scene_process_gives_the_arrays_built_in_this_process(tmp_path: Path) -> None:
    path = tmp_path / "triangle.obj"
    path.write_text(TRIANGLE)
    for source in ("still-life", str(path)):
        process = SceneProcess(source, None)
        scene, fractions = with_default_camera(process.outline(), 1.5), []
        arrays = process.arrays(fractions.append)
        here = load_scene(source, None, 1.5)
        assert scene.name == here.name and scene.notes == here.notes
        np.testing.assert_array_equal(scene.camera.to_world, here.camera.to_world)
        expected = build_scene_arrays(here)
        for field in fields(expected):
            mine, other = getattr(arrays, field.name), getattr(expected, field.name)
            if isinstance(other, np.ndarray):
                assert (mine.shape, mine.dtype) == (other.shape, other.dtype), field.name
                assert mine.tobytes() == other.tobytes(), field.name
            else:
                assert mine == other, field.name
        assert all(0.0 <= fraction <= 1.0 for fraction in fractions)


def test_scene_process_raises_the_same_error_for_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "broken.obj"
    path.write_text("v 0 0 0\nf 1 2 3\n")
    for source in (str(path), str(tmp_path / "missing.ply"), "no-such-scene"):
        with pytest.raises(SceneError) as here:
            load_scene(source)
        process = SceneProcess(source, None)
        with pytest.raises(SceneError) as there:
            process.outline()
        assert str(there.value) == str(here.value)
        process.close()


def test_killed_scene_process_raises_a_scene_error() -> None:
    process = SceneProcess("reading-room", None)
    process._process.kill()
    with pytest.raises(SceneError, match="reading-room: .* ended from outside"):
        process.outline()


def test_pipe_closed_during_the_build_gives_an_error_message() -> None:
    ours, theirs = Pipe(duplex=False)
    theirs.send(("scene", "described"))
    theirs.send(("progress", 0.5))
    theirs.close()
    messages: list[tuple[str, object]] = []
    receive(ours, "triangle.obj", messages.append)
    assert messages[:2] == [("scene", "described"), ("progress", 0.5)]
    kind, error = messages[-1]
    assert kind == "error" and isinstance(error, SceneError)
    assert str(error) == "triangle.obj: the process that loads it was ended from outside"
    assert len(messages) == 3 and ours.closed


def test_invalid_data_on_the_pipe_gives_an_error_message() -> None:
    ours, theirs = Pipe(duplex=False)
    theirs.send_bytes(b"no message")
    messages: list[tuple[str, object]] = []
    receive(ours, "triangle.obj", messages.append)
    assert [kind for kind, _ in messages] == ["error"] and isinstance(messages[0][1], Exception)


def test_scene_process_has_ended_after_close() -> None:
    process = SceneProcess("reading-room", None)
    process.close()
    assert process._process.exitcode is not None
    process.close()


def test_opened_scene_reports_progress_while_it_builds_its_arrays(tmp_path: Path) -> None:
    path = tmp_path / "triangle.obj"
    path.write_text(TRIANGLE)
    scene = open_scene(str(path))
    heard: list[tuple[str, float]] = []
    scene.arrays(lambda text, done: heard.append((text, done)))
    assert scene.source == str(path) and scene.triangle_count == 1
    assert heard[0][1] == 0.0 and heard[-1][1] == 1.0


def test_scene_process_leaves_no_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    process = SceneProcess("cornell-box", None)
    process.outline()
    process.arrays(lambda done: None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("module", ["app.main", "app.cli.parser", "renderer.tables.build"])
def test_command_line_and_scene_build_import_neither_torch_nor_taichi(module: str) -> None:
    check = f"import sys, {module}; sys.exit(any(n in sys.modules for n in ('torch', 'taichi')))"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_image_is_identical_with_and_without_a_scene_process(tmp_path: Path) -> None:
    """Run in its own process, where a further process loads the scene, and in this process."""
    import OpenImageIO as oiio

    from app.main import main

    words = "--render --scene still-life --size 24x16 --spp 2 --device cpu --quiet --output".split()
    images = [tmp_path / "there.exr", tmp_path / "here.exr"]
    command = [sys.executable, "run_viewer.py", *words, str(images[0])]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert main([*words, str(images[1])]) == 0
    there, here = (oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT) for path in images)
    np.testing.assert_array_equal(there, here)
