"""Imports run only as drawn, importing starts nothing, and forbidden words stay out.

Host code.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("app", "denoiser", "renderer", "scenes")
GRAPHICS = {"glfw", "moderngl", "imgui", "OpenGL"}
WINDOWED = {
    *("upload", "cuda_buffer"),
    *("viewer", "reactions", "viewer_commands", "screen", "window", "display"),
    *("panel", "settings_sections", "widgets", "overlays", "theme", "plots"),
}
"""Modules of app that need GL, GLFW or imgui, directly or by import."""
PROBE = """
import importlib, os, pkgutil, random, sys
os.environ.pop("DISPLAY", None)
import numpy, torch, taichi
threads, seeds = torch.get_num_threads(), (random.getstate()[1], torch.initial_seed())
environment, folder = dict(os.environ), sorted(os.listdir())
for room in {rooms}:
    for module in pkgutil.walk_packages([os.path.join({root!r}, room)], room + "."):
        importlib.import_module(module.name)
assert taichi.lang.impl.get_runtime().prog is None, "Taichi was started"
assert (random.getstate()[1], torch.initial_seed()) == seeds, "a seed was set"
assert torch.get_num_threads() == threads and torch.is_grad_enabled()
assert not torch.cuda.is_initialized(), "CUDA was started"
assert sorted(os.listdir()) == folder, "a file was written"
import glfw
assert not glfw.get_monitors(), "GLFW was started"
import imgui
assert imgui.get_current_context() is None, "imgui was started"
print("quiet")
"""
HEADLESS_PROBE = """
import sys
for name in {graphics}:
    sys.modules[name] = None  # importing it fails from now on
import app.main, app.headless.run, app.headless.benchmark, app.headless.render_image
import app.session.session
print("quiet")
"""


def python_files() -> Iterator[Path]:
    """Every file of the program itself."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    yield ROOT / "run_viewer.py"


def run_fresh(code: str, folder: Path) -> str:
    """Output of code in a new process that knows the project."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


def imported_names(path: Path) -> set[str]:
    """First parts of everything a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_contracts_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename="setup.cfg", no_cache=True)
    assert code == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_importing_every_module_starts_nothing(tmp_path: Path) -> None:
    assert run_fresh(PROBE.format(rooms=ROOMS, root=str(ROOT)), tmp_path).endswith("quiet\n")


def test_modes_without_a_window_need_no_graphics(tmp_path: Path) -> None:
    code = HEADLESS_PROBE.format(graphics=sorted(GRAPHICS))
    assert run_fresh(code, tmp_path).endswith("quiet\n")


def test_graphics_are_imported_by_the_windows_modules_only() -> None:
    users = {path for path in python_files() if imported_names(path) & GRAPHICS}
    assert {path.stem for path in users} <= WINDOWED
    assert {path.parent.name for path in users} == {"app"}


def test_taichi_and_torch_stay_in_their_rooms() -> None:
    for path in python_files():
        room, names = path.parent.name, imported_names(path)
        assert "taichi" not in names or room == "renderer", path
        assert "torch" not in names or room != "scenes", path


@pytest.mark.parametrize("room", ["denoiser", "renderer"])
def test_neither_renderer_nor_denoiser_knows_a_viewer(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "viewer" in line.lower()
    ]
    assert not found


def test_taichi_is_started_in_one_place() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("ti.init", "taichi.init")
    ]
    assert found == ["renderer/backend.py"]


def test_nothing_that_runs_on_load() -> None:
    forbidden = re.compile(
        r"(?<!allow_)pickle|torch\.load|torch\.save|joblib|allow_pickle(?!=False)"
    )
    for path in python_files():
        assert not forbidden.search(path.read_text(encoding="utf-8")), path


def test_no_star_imports_and_no_module_without_docstring() -> None:
    for path in python_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert path.name == "__init__.py" or ast.get_docstring(tree), path
        for node in ast.walk(tree):
            is_star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
            assert not is_star, path
