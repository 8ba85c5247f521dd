"""Import of hush: fast, without side effects, with a clear error for shadowed packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hush

ROOT = Path(__file__).resolve().parent.parent


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code in `folder`, which precedes the checkout on the module search path."""
    program = (
        f"import sys\nsys.path[:0] = [{str(folder)!r}]\nsys.path.append({str(ROOT)!r})\n{code}"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_import_does_not_load_torch_taichi_or_numba(tmp_path: Path) -> None:
    code = "import hush; print([n for n in ('torch', 'taichi', 'numba') if n in sys.modules])"
    done = run(code, tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)


def test_every_public_name_exists_and_has_a_docstring() -> None:
    for name in hush.__all__:
        assert getattr(hush, name).__doc__, name
    assert set(hush.__all__) == {*hush.NAMES, "main"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        hush.nothing  # noqa: B018


@pytest.mark.parametrize("package", hush.PACKAGES)
def test_import_error_names_shadowing_package(tmp_path: Path, package: str) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    done = run("import hush", tmp_path)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("ImportError")]
    assert f"another package named {package}" in line and str(tmp_path) in line


def test_folder_without_init_file_does_not_shadow_package(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    program = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport hush"
    command = [sys.executable, "-c", program]
    # A folder without __init__.py hides nothing: the real package is preferred.
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def test_torch_imported_before_hush_gives_a_warning(tmp_path: Path) -> None:
    done = run("import torch; import hush", tmp_path)
    assert done.returncode == 0 and "torch was imported before hush" in done.stderr


def test_script_without_main_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    (tmp_path / "triangle.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    code = f"import sys; sys.path.append({str(ROOT)!r}); print('once'); import hush\n"
    script.write_text(code + "print(hush.load_scene('triangle.obj').loaded.arrays().root)\n")
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count("once") == 1 and len(done.stdout.splitlines()) == 2
