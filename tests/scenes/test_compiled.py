"""Cached compiled code is invalidated by changed constants of other modules, unlike in numba."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from scenes import compiled

USER = """
from compiled import compiled
from package.constants import VALUE


@compiled()
def value() -> int:
    return VALUE


print(value(), sum(value.stats.cache_hits.values()))
"""


def run(folder: Path, value: int) -> list[int]:
    """[value of the compiled function, number of cache hits] with the constant set to `value`."""
    (folder / "package" / "constants.py").write_text(f"VALUE = {value}\n", encoding="utf-8")
    command = [sys.executable, "-m", "package.user"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


def test_changed_constant_invalidates_cached_code(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    # The decorator lies in another folder: the folder of the compiled function counts.
    shutil.copy(compiled.__file__, tmp_path / "compiled.py")
    (package / "user.py").write_text(USER, encoding="utf-8")
    assert run(tmp_path, 1) == [1, 0]
    assert run(tmp_path, 1) == [1, 1]
    assert run(tmp_path, 2) == [2, 0]
    folders = list((package / "__pycache__").glob(f"{compiled.PREFIX}*"))
    assert len(folders) == 1, "cached code of the previous sources was not removed"
