"""Tables of supported elements in the manual: equal to those of the readers' registries."""

from __future__ import annotations

from benchmarks.format_tables import PAGE
from benchmarks.format_tables import page_with_tables
from benchmarks.format_tables import rows
from scenes.model.support import Supported


def test_page_has_the_tables_of_the_registries() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_with_tables(text) == text
    assert "`blendbsdf`" in text and "`KHR_materials_sheen`" in text


def test_a_changed_row_is_detected() -> None:
    text = PAGE.read_text(encoding="utf-8")
    changed = text.replace("always read as raw", "raw")
    assert changed != text and page_with_tables(changed) == text


def test_names_without_remark_share_a_row() -> None:
    registry = {"a": Supported(list), "b": Supported(list, "odd"), "c": ""}
    assert rows("x", registry) == ["| x | `a`, `c` |  |", "| x | `b` | odd |"]
