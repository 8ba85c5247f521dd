"""Bad input ends in one line on stderr and exit code 2, before and after the renderer starts.

Host code.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from app import main as program
from app.base.interrupt import INTERRUPTED
from app.main import USER_ERROR
from app.main import main
from app.session.loaded_scene import LoadedScene
from app.settings.options import Options
from tests.app.memory_limit import memory_limit
from tests.app.runs import LEARNING
from tests.app.runs import TINY
from tests.scenes.gltf_builder import GltfBuilder
from tests.scenes.mitsuba_text import SENSOR

EMITTER = '<emitter type="area"><rgb name="radiance" value="1"/></emitter>'
OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n"


class Folder:
    """Writes the input files of a test into one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self, name: str, text: str) -> str:
        """Write a text file and return its path."""
        (self.path / name).write_text(text)
        return str(self.path / name)

    def mitsuba(self, body: str) -> str:
        """Write a Mitsuba scene with `body` and return its path."""
        return self.text("scene.xml", f'<scene version="3.0.0">{SENSOR}{body}</scene>')


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def one_line(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run the program, check that it ends in a user error, and return its one line of stderr."""
    code = main([*words, *TINY])
    captured = capsys.readouterr()
    assert code == USER_ERROR, captured.err
    assert captured.err.endswith("\n") and captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("error: ") and "Traceback" not in captured.err
    assert captured.out == ""
    return captured.err


def test_missing_scene_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("nowhere.glb", "nowhere.xml", "nowhere.obj", "nowhere.ply", "no-such-scene"):
        assert name in one_line(capsys, "--render", "--scene", str(tmp_path / name))


def test_truncated_glb_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    whole = GltfBuilder().triangle().write(tmp_path / "whole.glb").read_bytes()
    for count in (0, 3, 11, 19, len(whole) // 2, len(whole) - 1):
        cut = tmp_path / "cut.glb"
        cut.write_bytes(whole[:count])
        assert "cut.glb" in one_line(capsys, "--render", "--scene", str(cut))


def test_unknown_mitsuba_plugin_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    path = folder.mitsuba('<shape type="klein-bottle"/>')
    message = one_line(capsys, "--render", "--scene", path)
    assert "klein-bottle" in message and path in message


def test_vertex_index_out_of_range_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    path = folder.text("mesh.obj", OBJ)
    assert path in one_line(capsys, "--render", "--scene", path)
    builder = GltfBuilder()
    position = builder.accessor(np.eye(3, dtype=np.float32))
    builder.mesh({"POSITION": position}, {}, indices=builder.accessor(np.array([0, 1, 9], "u4")))
    path = str(builder.write(folder.path / "mesh.glb"))
    assert path in one_line(capsys, "--render", "--scene", path)


@pytest.mark.parametrize("kind", ["rectangle", "disk"])
def test_emitter_with_zero_area_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder, kind: str
) -> None:
    flat = '<transform name="to_world"><scale x="0" y="1" z="1"/></transform>'
    path = folder.mitsuba(f'<shape type="{kind}">{flat}{EMITTER}</shape>')
    message = one_line(capsys, "--render", "--scene", path)
    assert "zero area" in message and path in message


def test_broken_or_missing_environment_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    for path in (folder.text("sky.hdr", "not a picture"), str(folder.path / "nowhere.exr")):
        words = ("--render", "--scene", "furnace", "--environment", path)
        assert path in one_line(capsys, *words)


def test_invalid_flag_value_is_a_one_line_error(capsys: pytest.CaptureFixture[str]) -> None:
    # The last --size counts, so TINY, which has one, is left out.
    assert main(["--render", "--size", "0x0"]) == USER_ERROR
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and "--size" in captured.err


@pytest.mark.parametrize("mode", ["--headless", "--benchmark"])
def test_unwritable_output_or_save_folder_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder, mode: str
) -> None:
    blocked = folder.text("file", "") + "/folder"
    words = (mode, "--scene", "furnace", *LEARNING)
    assert blocked in one_line(capsys, *words, "--output", blocked)
    save = blocked + "/end.safetensors"
    assert blocked in one_line(capsys, *words, "--save", save)


def test_save_path_that_is_a_folder_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    words = ("--headless", "--scene", "furnace", *LEARNING, "--output", str(folder.path / "out"))
    assert "is a folder" in one_line(capsys, *words, "--save", str(folder.path))


def test_out_of_memory_is_a_one_line_error_and_leaves_no_file(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    words = ["--render", "--scene", "furnace", *TINY, "--size", "16384x16384"]
    with memory_limit(megabytes=2000):  # one feature image of 16384x16384 takes 3000
        assert main([*words, "--output", str(folder.path / "large.exr")]) == USER_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "out of memory" in error
    assert not list(folder.path.iterdir())


def test_unwritable_image_file_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    words = ("--render", "--scene", "furnace", "--output")
    blocked = folder.text("file", "") + "/folder/picture.exr"
    assert "cannot be written" in one_line(capsys, *words, blocked)
    (folder.path / "folder.exr").mkdir()
    assert "folder.exr" in one_line(capsys, *words, str(folder.path / "folder.exr"))
    assert "picture.bmp" in one_line(capsys, *words, str(folder.path / "picture.bmp"))
    assert sorted(item.name for item in folder.path.iterdir()) == ["file", "folder.exr"]


def test_broken_or_missing_camera_path_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    output = ("--output", str(folder.path / "out"))
    for mode in ("--headless", "--benchmark"):
        for path in (folder.text("path.json", "{"), str(folder.path / "nowhere.json")):
            words = (mode, "--scene", "furnace", "--path", path)
            assert path in one_line(capsys, *words, *LEARNING, *output)


def test_broken_or_missing_checkpoint_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], folder: Folder
) -> None:
    output = ("--output", str(folder.path / "out"))
    for mode in ("--headless", "--benchmark"):
        for path in (folder.text("broken.safetensors", "?"), str(folder.path / "nowhere")):
            words = (mode, "--scene", "furnace", "--resume", path)
            assert path in one_line(capsys, *words, *LEARNING, *output)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_device_cuda_without_cuda_is_a_one_line_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--render", "--scene", "furnace", "--device", "cuda", "--quiet"]
    assert main([*words, "--output", str(tmp_path / "picture.exr")]) == USER_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "--device cuda" in error


@pytest.fixture
def scenes_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Scenes for which a headless run was started; the run itself is replaced by a stub."""
    scenes: list[str] = []

    def fly(scene: LoadedScene, options: Options) -> int:
        scenes.append(options.scene)
        return 0

    monkeypatch.setattr("app.headless.run.run_headless", fly)
    return scenes


@pytest.mark.parametrize("lack", ["display", "gl"])
def test_headless_run_starts_if_no_window_can_be_opened(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scenes_run: list[str],
    lack: str,
) -> None:
    if lack == "display":
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
    else:  # as on a machine without libGL, where the GUI bindings cannot be imported
        for library in ("imgui", "imgui_bundle"):
            monkeypatch.setitem(sys.modules, library, None)
        for name in [name for name in sys.modules if name.startswith("app.viewer")]:
            monkeypatch.delitem(sys.modules, name, raising=False)
    assert main(["--scene", "furnace", *TINY]) == 0 and scenes_run == ["furnace"]
    error = capsys.readouterr().err
    assert "cannot open a window" in error and error.count("\n") == 1


def test_interrupt_before_the_first_frame_returns_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(options: Options, scene: LoadedScene) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "run", interrupt)
    assert main(["--scene", "furnace"]) == INTERRUPTED
