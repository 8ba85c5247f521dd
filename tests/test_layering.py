"""Layering: import contracts hold, imports have no side effects, forbidden calls are absent.

Host code.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "denoiser", "renderer", "scenes")
GRAPHICS = {"glfw", "moderngl", "imgui", "imgui_bundle", "OpenGL"}
MAX_MODULES = 20  # per folder, not counting __init__.py
PROBE = """
import importlib, os, pkgutil, random, sys
os.environ.pop("DISPLAY", None)
import numpy, torch, taichi
threads, seeds = torch.get_num_threads(), (random.getstate()[1], torch.initial_seed())
environment, folder = dict(os.environ), sorted(os.listdir())
for package in {packages}:
    for module in pkgutil.walk_packages([os.path.join({root!r}, package)], package + "."):
        importlib.import_module(module.name)
assert taichi.lang.impl.get_runtime().prog is None, "Taichi was started"
assert (random.getstate()[1], torch.initial_seed()) == seeds, "a seed was set"
assert torch.get_num_threads() == threads and torch.is_grad_enabled()
assert not torch.cuda.is_initialized(), "CUDA was started"
assert sorted(os.listdir()) == folder, "a file was written"
import glfw
assert not glfw.get_monitors(), "GLFW was started"
from app.viewer.gui.context import is_created
assert not is_created(), "a GUI context was made"
print("quiet")
"""
LINT = """
import sys
from importlinter.cli import lint_imports
sys.path.insert(0, "")
sys.exit(lint_imports(config_filename="setup.cfg", no_cache=True))
"""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "weights")
HEADLESS_PROBE = """
import sys
for name in {graphics}:
    sys.modules[name] = None  # importing it fails from now on
import app.main, app.headless.run, app.headless.benchmark, app.headless.render_image
import app.session.session
print("quiet")
"""


def python_files() -> Iterator[Path]:
    """Yield every Python file of the program, without the tests."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))
    yield ROOT / "run_viewer.py"


def run_fresh(code: str, folder: Path) -> str:
    """Standard output of `code` run in a new process with the project on its module path."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_contracts_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename="setup.cfg", no_cache=True)
    assert code == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("renderer.tables.alias", "taichi"),
        ("scenes.model.transforms", "torch"),
        ("denoiser.crops", "renderer.backend"),
        ("denoiser.crops", "app.base.errors"),
        ("app.offline.run", "app.viewer.loop.viewer"),
        ("app.viewer.interaction.events", "app.viewer.gui.theme"),
        ("app.headless.run", "glfw"),
        ("app.viewer.picture.views", "imgui"),
        ("renderer.bsdfs.fresnel", "renderer.geometry.ray"),
    ],
)
def test_import_contracts_detect_a_forbidden_import(tmp_path: Path, module: str, name: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=LEFT_OUT)
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    planted = tmp_path / (module.replace(".", "/") + ".py")
    planted.write_text(f"{planted.read_text(encoding='utf-8')}\nimport {name}\n", encoding="utf-8")
    command = [sys.executable, "-c", LINT]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode != 0
    assert re.search(rf"{module} -> {name}", result.stdout), result.stdout


def test_folders_do_not_exceed_module_limit() -> None:
    folders = {path.parent for path in python_files()} - {ROOT}
    for folder in folders:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= MAX_MODULES, folder


def test_importing_every_module_has_no_side_effects(tmp_path: Path) -> None:
    assert run_fresh(PROBE.format(packages=PACKAGES, root=str(ROOT)), tmp_path).endswith("quiet\n")


def test_headless_modes_import_no_graphics_packages(tmp_path: Path) -> None:
    code = HEADLESS_PROBE.format(graphics=sorted(GRAPHICS))
    assert run_fresh(code, tmp_path).endswith("quiet\n")


@pytest.mark.parametrize("package", ["denoiser", "renderer"])
def test_renderer_and_denoiser_do_not_mention_viewer(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "viewer" in line.lower()
    ]
    assert not found


def test_taichi_is_initialised_only_in_backend() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("ti.init", "taichi.init")
    ]
    assert found == ["renderer/backend.py"]


def test_no_module_uses_pickle_or_torch_load() -> None:
    forbidden = re.compile(
        r"(?<!allow_)pickle|torch\.load|torch\.save|joblib|allow_pickle(?!=False)"
    )
    for path in python_files():
        assert not forbidden.search(path.read_text(encoding="utf-8")), path


def test_modules_have_docstrings_and_no_star_imports() -> None:
    for path in python_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert path.name == "__init__.py" or ast.get_docstring(tree), path
        for node in ast.walk(tree):
            is_star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
            assert not is_star, path
