"""Messages and notes stay on one line and printable, whatever names a file contains."""

from __future__ import annotations

from pathlib import Path

from scenes.loader import load_scene
from scenes.model.description import SceneError
from scenes.model.lines import single_line


def test_control_characters_become_escapes() -> None:
    assert single_line("a\nb\tc\x1b[31m \ud800 \u2028") == r"a\nb\tc\x1b[31m \ud800 \u2028"
    assert single_line("Küche 台所 a  b") == "Küche 台所 a  b"
    assert str(SceneError("a\nb")) == r"a\nb"


def test_notes_escape_the_names_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nusemtl m\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "a.mtl").write_text("newmtl m\nKd 1 1 1\nmap_\x1b[31m x\n")
    assert (
        r"a.mtl: not supported, ignored: map_\x1b[31m" in load_scene(str(tmp_path / "a.obj")).notes
    )
