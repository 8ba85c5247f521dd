"""JSON files are written completely or not at all.

Host code.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from app.base.errors import UsageError
from app.base.files import read_json
from app.base.files import write_json


def test_json_holds_null_where_a_number_is_not_finite(tmp_path: Path) -> None:
    """Python's json would write NaN, which is not valid JSON."""
    path = tmp_path / "report.json"
    write_json(path, {"psnr": math.nan, "rows": [{"a": math.inf, "b": 0.5}, (1, -math.inf)]})

    def refuse(name: str) -> None:
        raise AssertionError(name)

    content = json.loads(path.read_text(), parse_constant=refuse)
    assert content == {"psnr": None, "rows": [{"a": None, "b": 0.5}, [1, None]]}


def test_failed_json_write_raises_and_leaves_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(UsageError, match="report.json: cannot be written"):
        write_json(tmp_path / "report.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_invalid_or_missing_json_is_a_one_line_error(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("{1}\n\n")
    for place in (path, tmp_path / "none.json"):
        with pytest.raises(UsageError) as caught:
            read_json(place)
        assert "\n" not in str(caught.value) and place.name in str(caught.value)
