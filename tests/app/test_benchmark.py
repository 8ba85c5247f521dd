"""The benchmark's table and file.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.benchmark import WARM_UP_FRAMES
from app.report import FrameReport
from app.session import Session
from scenes.description import Camera
from tests.app.runs import SIZE
from tests.app.runs import run

STAGES = ("render", "train", "denoise", "total")
SPREAD = ("median", "p95", "min", "max")
KEYS = {
    *("scene", "device", "size", "spp", "frames", "triangles", "milliseconds"),
    *("paths_per_second", "budget_ms", "is_within_budget", "settings", "versions"),
}


@pytest.mark.parametrize(("budget", "is_within"), [("1e6", True), ("1e-3", False)])
def test_file_and_table(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    budget: str,
    is_within: bool,
) -> None:
    frames: list[int] = []
    step = Session.step

    def counted(session: Session, camera: Camera) -> FrameReport:
        frames.append(1)
        return step(session, camera)

    monkeypatch.setattr(Session, "step", counted)
    assert run("--benchmark", tmp_path, "--frames", "3", "--budget-ms", budget) == 0
    assert len(frames) == 3 + WARM_UP_FRAMES
    assert [item.name for item in tmp_path.iterdir()] == ["benchmark.json"]
    result = json.loads((tmp_path / "benchmark.json").read_text())
    assert result.keys() == KEYS
    assert (result["scene"], result["size"], result["frames"]) == ("cornell-box", list(SIZE), 3)
    assert tuple(result["milliseconds"]) == STAGES
    for spread in result["milliseconds"].values():
        assert tuple(spread) == SPREAD
        assert 0.0 < spread["min"] <= spread["median"] <= spread["p95"] <= spread["max"]
    seconds = result["milliseconds"]["render"]["median"] / 1e3
    assert result["paths_per_second"] == pytest.approx(2 * SIZE[0] * SIZE[1] / seconds)
    assert result["is_within_budget"] is is_within and result["budget_ms"] == float(budget)
    output = capsys.readouterr().out
    table = {line.split()[0]: line.split()[1:] for line in output.splitlines() if line}
    for stage in STAGES:
        wanted = [f"{result['milliseconds'][stage][key]:.1f}" for key in SPREAD]
        assert table[stage] == wanted
    assert ("within the budget" if is_within else "over the budget") in output
