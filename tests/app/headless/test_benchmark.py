"""The benchmark's printed table and benchmark.json.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.headless.benchmark import WARM_UP_FRAMES
from app.session.frame_budget import Work
from app.session.frame_budget import quality_levels
from app.session.report import Edits
from app.session.report import FrameReport
from app.session.session import Session
from scenes.model.description import Camera
from tests.app.runs import SIZE
from tests.app.runs import run

STAGES = ("render", "train", "denoise", "total")
SPREAD = ("median", "p95", "min", "max")
KEYS = {
    *("scene", "device", "launches", "size", "spp", "frames", "triangles", "milliseconds"),
    *("stage_fraction", "paths_per_second", "budget_ms", "is_within_budget"),
    *("settings", "versions"),
}
RUN_FRAMES = 3 + WARM_UP_FRAMES


@pytest.mark.parametrize(("budget", "is_within"), [("1e6", True), ("1e-3", False)])
def test_benchmark_writes_json_and_prints_the_same_times(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    budget: str,
    is_within: bool,
) -> None:
    works: list[Edits] = []
    step = Session.step

    def watched(session: Session, camera: Camera, edits: Edits) -> FrameReport:
        works.append(edits)
        return step(session, camera, edits)

    monkeypatch.setattr(Session, "step", watched)
    assert run("--benchmark", tmp_path, "--frames", "3", "--budget-ms", budget) == 0
    assert len(works) == (RUN_FRAMES if is_within else 2 * RUN_FRAMES)
    assert len(set(works[:RUN_FRAMES])) == 1 and works[0].settings is not None
    assert works[0].settings.render.size == SIZE, "the first run must do full work"
    assert [item.name for item in tmp_path.iterdir()] == ["benchmark.json"]
    result = json.loads((tmp_path / "benchmark.json").read_text())
    assert result.keys() == (KEYS if is_within else KEYS | {"held"})
    assert 0.0 < result["stage_fraction"] < 1.0
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
    if not is_within:
        held = result["held"]
        done = [Work.of(edits.settings) for edits in works if edits.settings is not None]
        least = list(quality_levels(done[0]))[-1]
        assert held["size"] == list(least.size) and held["train_steps"] == least.train_steps
        assert held["spp"] == least.spp and held["frames"] == 3 and held["changes"] == 0
        assert set(done[RUN_FRAMES:]) == {least}
        assert f"held with {least.train_steps} training steps" in output
