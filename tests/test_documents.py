"""Documents: Python code runs, command lines parse, links lead to existing files.

Host code.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from app.base.errors import UsageError
from app.cli.parser import parse_options
from app.main import main
from denoiser.errors import CheckpointError

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("findings/*.md")])
NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))
PROGRAMS = ("hush", "run_viewer.py", ".venv/bin/hush", ".venv/bin/python run_viewer.py")
QUICK = ("--headless", "--benchmark", "--render")
MOST_PIXELS = 128 * 128  # maximum image size of a command that the tests run
PLACEHOLDERS = {"NAME|FILE", "...", "N", "FILE", "--help"}
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def relative(path: Path) -> str:
    """Path of a page relative to the repository, for test reports."""
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    """Contents of the fenced code blocks of a page in `language`."""
    text = path.read_text(encoding="utf-8")
    return [content for name, content in BLOCK.findall(text) if name == language]


def commands(path: Path) -> Iterator[list[str]]:
    """Yield the arguments of each command line of this program on a page, without placeholders."""
    text = path.read_text(encoding="utf-8")
    lines = [line for content in blocks(path, "") for line in _joined(content)]
    lines += re.findall(r"`((?:hush|run_viewer\.py) [^`]+)`", text)
    for line in lines:
        for program in PROGRAMS:
            if line.startswith(f"{program} ") or line == program:
                words = shlex.split(line.removeprefix(program), comments=True)
                if not PLACEHOLDERS & set(words):
                    yield words


def _joined(content: str) -> list[str]:
    """Stripped lines of a block; lines continued by a backslash are joined."""
    return [line.strip() for line in content.replace("\\\n", " ").splitlines()]


COMMANDS = [(path, words) for path in PAGES for words in commands(path)]


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_relative_links_lead_to_existing_files(path: Path) -> None:
    for target, _ in LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize(
    ("path", "words"), COMMANDS, ids=[f"{relative(p)}: {' '.join(w)}" for p, w in COMMANDS]
)
def test_documented_command_lines_parse(path: Path, words: list[str]) -> None:
    try:
        parse_options(words)
    except CheckpointError as error:  # the page names a file that the reader supplies
        assert "no such file" in str(error)
    except UsageError as error:
        pytest.fail(f"{relative(path)}: {error}")


def small(words: list[str]) -> bool:
    """True if a command takes only seconds, so that the tests can run it."""
    if not any(word in QUICK for word in words) or "--resume" in words or "--path" in words:
        return False
    width, height = parse_options(words).session.render.size
    return width * height <= MOST_PIXELS and "--scene" in words


@pytest.mark.parametrize(
    "words", [w for _, w in COMMANDS if small(w)], ids=lambda words: " ".join(words)[:60]
)
def test_quick_documented_command_lines_run(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--device", "cpu", "--quiet"]) == 0
    assert list(tmp_path.iterdir())


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p, "python")], ids=relative)
def test_python_code_blocks_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for content in blocks(path, "python"):
        exec(compile(content, relative(path), "exec"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=relative)
def test_notebooks_run_and_keep_their_image_count(path: Path, tmp_path: Path) -> None:
    """With a quarter of the frames, which need a quarter of the time."""
    notebook = nbformat.read(path, as_version=4)
    shown = sum(_image_outputs(cell) for cell in notebook.cells)
    assert shown, "the notebook was saved without outputs"
    source = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    for cell in notebook.cells:
        cell.source = cell.source.replace("camera_path(40)", "camera_path(10)")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(source))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert sum(_image_outputs(cell) for cell in notebook.cells) == shown


def _image_outputs(cell: nbformat.NotebookNode) -> int:
    """Number of PNG images among the outputs of a cell."""
    return sum("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
