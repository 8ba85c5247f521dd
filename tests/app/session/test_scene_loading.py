"""A scene made in another process is the same scene.

Host code.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from io import FileIO
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest

from app.session.scene_loading import SceneLoading
from app.session.scene_loading import begin_loading
from app.session.scene_loading import receive
from renderer.tables.build import build_scene_arrays
from scenes.default_camera import with_camera
from scenes.loader import load_scene
from scenes.model.description import SceneError

ROOT = Path(__file__).resolve().parents[3]
TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def test_arrays_are_those_of_this_process(tmp_path: Path) -> None:
    path = tmp_path / "triangle.obj"
    path.write_text(TRIANGLE)
    for source in ("still-life", str(path)):
        loading = SceneLoading(source, None)
        scene, shares = with_camera(loading.scene(), 1.5), []
        arrays = loading.arrays(shares.append)
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
        assert all(0.0 <= share <= 1.0 for share in shares)


def test_bad_input_is_told_as_here(tmp_path: Path) -> None:
    path = tmp_path / "broken.obj"
    path.write_text("v 0 0 0\nf 1 2 3\n")
    for source in (str(path), str(tmp_path / "missing.ply"), "no-such-scene"):
        with pytest.raises(SceneError) as here:
            load_scene(source)
        loading = SceneLoading(source, None)
        with pytest.raises(SceneError) as there:
            loading.scene()
        assert str(there.value) == str(here.value)
        loading.close()


def test_a_killed_process_is_told() -> None:
    loading = SceneLoading("reading-room", None)
    loading._process.kill()
    with pytest.raises(SceneError, match="reading-room: .* ended from outside"):
        loading.scene()


def test_one_that_is_killed_between_two_arrays_is_told() -> None:
    ours, theirs = Pipe(duplex=False)
    theirs.send(("scene", "described"))
    theirs.send(("arrays", {"nodes": np.empty(3, np.float32), "blocks": np.empty(5, np.float32)}))
    with FileIO(theirs.fileno(), "wb", closefd=False) as stream:
        stream.write(bytes(3 * 4 + 7))
    theirs.close()
    messages: list[tuple[str, object]] = []
    receive(ours, "triangle.obj", messages.append)
    assert messages[0] == ("scene", "described")
    kind, error = messages[-1]
    assert kind == "error" and isinstance(error, SceneError)
    assert str(error) == "triangle.obj: the process that loads it was ended from outside"
    assert len(messages) == 2 and ours.closed


def test_what_cannot_be_received_is_told() -> None:
    ours, theirs = Pipe(duplex=False)
    theirs.send_bytes(b"no message")
    messages: list[tuple[str, object]] = []
    receive(ours, "triangle.obj", messages.append)
    assert [kind for kind, _ in messages] == ["error"] and isinstance(messages[0][1], Exception)


def test_closing_ends_the_process_at_once() -> None:
    loading = SceneLoading("reading-room", None)
    loading.close()
    assert loading._process.exitcode is not None
    loading.close()


def test_with_torch_at_hand_no_process_is_begun() -> None:
    assert begin_loading("cornell-box", None) is None


@pytest.mark.parametrize("module", ["app.main", "app.cli.parser", "renderer.tables.build"])
def test_the_command_line_and_the_other_process_need_no_torch(module: str) -> None:
    check = f"import sys, {module}; sys.exit(any(n in sys.modules for n in ('torch', 'taichi')))"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_a_picture_is_the_same_either_way(tmp_path: Path) -> None:
    """The program in a process of its own, where it loads elsewhere, and in this one."""
    import OpenImageIO as oiio

    from app.main import main

    words = "--render --scene still-life --size 24x16 --spp 2 --device cpu --quiet --output".split()
    pictures = [tmp_path / "there.exr", tmp_path / "here.exr"]
    command = [sys.executable, "run_viewer.py", *words, str(pictures[0])]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert main([*words, str(pictures[1])]) == 0
    there, here = (oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT) for path in pictures)
    np.testing.assert_array_equal(there, here)
