"""The task `montecarlo` end to end: view files, killed workers, disjoint train and test scenes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch

from app.base.image_files import write_exr
from app.main import USER_ERROR
from app.main import main
from app.offline.montecarlo_data import read_view_data
from app.settings.offline_options import OfflineOptions
from denoiser.rendered.files import LIST_NAME
from denoiser.rendered.files import read_views
from denoiser.restoration.dataset import ignore_progress
from denoiser.restoration.settings import MONTECARLO

ROOT = Path(__file__).resolve().parents[3]
SCENES = ("cornell-box", "veach-mis")
RENDER = (
    *("--offline", "--task", MONTECARLO, "--stage", "render", "--scene", *SCENES),
    *("--views", "3", "--size", "32x24", "--spp", "2", "--reference-spp", "64"),
    *("--targets", "both", "--device", "cpu", "--quiet", "--output"),
)
LEARN = ("--offline", "--task", MONTECARLO, "--device", "cpu", "--quiet", "--crop", "24")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six rendered views of two scenes."""
    folder = tmp_path_factory.mktemp("views")
    assert main([*RENDER, str(folder)]) == 0
    return folder


def images(folder: Path) -> dict[str, bytes]:
    """Bytes of every EXR file in `folder`, by file name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.exr"))}


def test_rendered_views_have_independent_halves_and_a_clean_image(views: Path) -> None:
    found = read_views(views)
    assert [view.scene for view in found] == [SCENES[0]] * 3 + [SCENES[1]] * 3
    for view in found:
        assert view.clean is not None and view.pair.spp == 2 and view.pair.a.size == (32, 24)
        assert view.pair.a.albedo.max() <= 1 and view.pair.a.distance.max() > 0
        # No two of the three images share samples; black pixels and visible lamps have no noise.
        lit = view.clean.amax(dim=-1) > 0
        images = (view.pair.a.color, view.pair.b.color, view.clean)
        for one, other in combinations(images, 2):
            assert float((one == other).all(dim=-1)[lit].float().mean()) < 0.1
        errors = (view.pair.mean_color() - view.clean).mean(dim=-1)[lit]
        assert abs(float(errors.mean())) < 4.5 * float(errors.std()) / len(errors) ** 0.5
    first, second = found[0].clean, found[1].clean
    assert first is not None and second is not None
    assert float((first - second).abs().mean()) > 0.01  # another viewpoint


def test_rerun_renders_only_views_with_missing_files(views: Path) -> None:
    before = images(views)
    kept = {path: path.stat().st_mtime_ns for path in views.glob("*.exr")}
    lost = views / "veach-mis-0001-b.exr"
    lost.unlink()
    assert main([*RENDER, str(views)]) == 0
    assert images(views) == before
    again = {path for path, changed in kept.items() if path.stat().st_mtime_ns != changed}
    assert {path.name for path in again} == {f"veach-mis-0001-{n}.exr" for n in ("a", "b", "clean")}


def test_render_rejects_a_folder_of_views_with_another_environment(
    views: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_exr(tmp_path / "sky.exr", {"c": torch.ones(4, 8, 3)})
    assert main([*RENDER, str(views), "--environment", str(tmp_path / "sky.exr")]) == USER_ERROR
    assert "lists other views" in capsys.readouterr().err


def test_rerun_after_a_killed_worker_gives_identical_files(views: Path, tmp_path: Path) -> None:
    command = [sys.executable, *TORCHRUN, str(ROOT / "run_viewer.py"), *RENDER, str(tmp_path)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE)
    try:
        patience = time.monotonic() + 120
        while not list(tmp_path.glob("[!.]*.exr")) and time.monotonic() < patience:
            time.sleep(0.01)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert children
        os.kill(int(children[-1]), signal.SIGKILL)
        process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode != 0
    whole = images(views)
    assert 0 < len(images(tmp_path)) < len(whole)
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert images(tmp_path) == whole
    assert (tmp_path / LIST_NAME).read_text() == (views / LIST_NAME).read_text()


def test_noisy_and_clean_targets_train_and_are_tested_on_another_scene(
    views: Path, tmp_path: Path
) -> None:
    words = ("--train-data", str(views), "--targets", "both", "--iterations", "30", "--batch", "2")
    assert main([*LEARN, *words, "--learning-rate", "1e-3", "--output", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert list(report["test"]) == ["veach-mis"]
    result = report["test"]["veach-mis"]
    assert list(result["networks"]) == ["noisy targets", "clean targets"]
    assert len(result["images"]) == 3
    means = np.mean(list(result["images"].values()), axis=0)
    assert means == pytest.approx([result["psnr_input"], result["psnr_denoised"]])
    assert result["psnr_mean"] > result["psnr_input"] + 0.5
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    # The trained network can be evaluated again, and resumed in a headless run.
    saved = tmp_path / "checkpoint-noisy.safetensors"
    again = tmp_path / "again"
    words = ("--stage", "evaluate", "--checkpoint", str(saved), "--test-data", f"x={views}")
    assert main([*LEARN, *words, "--output", str(again)]) == 0
    measured = json.loads((again / "report.json").read_text())["test"]
    assert list(measured) == list(SCENES)
    assert measured["veach-mis"]["psnr_denoised"] == pytest.approx(result["psnr_denoised"])
    arguments = (
        "--headless",
        "--scene",
        "cornell-box",
        "--size",
        "32x24",
        "--spp",
        "1",
        "--frames",
    )
    words = (*arguments, "2", "--train-steps", "1", "--resume", str(saved), "--device", "cpu")
    assert main([*words, "--quiet", "--output", str(tmp_path / "run")]) == 0


def test_training_and_test_views_come_from_different_scenes(views: Path) -> None:
    offline = OfflineOptions(task=MONTECARLO, train_data=views)
    data = read_view_data(offline, torch.device("cpu"), ignore_progress)
    assert {view.scene for view in data.train} == {"cornell-box"}
    assert {view.scene for view in data.test} == {"veach-mis"}


def test_montecarlo_task_without_stage_renders_views_and_trains(tmp_path: Path) -> None:
    words = ("--size", "24x24", "--spp", "1", "--views", "1", "--reference-spp", "8")
    assert main([*LEARN, *words, "--iterations", "2", "--output", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert list(report["test"]) == ["reading-room"]
    assert len(list((tmp_path / "views").glob("*-clean.exr"))) == 1


ERRORS = {
    "no views": ("--train-data", "EMPTY"),
    "one scene": ("--train-data", "ONE"),
    "no clean picture": ("--train-data", "VIEWS", "--test-data", "x=NOISY"),
    "other views there": (*RENDER[3:5], "--scene", "cornell-box", "--output", "VIEWS"),
    "same name twice": (*RENDER[3:5], "--scene", "cornell-box", "cornell-box"),
    "missing picture": ("--train-data", "BROKEN"),
    "broken list": ("--train-data", "GARBLED"),
    "denoise": ("--stage", "denoise"),
    "no checkpoint": ("--stage", "evaluate", "--test-data", "x=VIEWS"),
    "missing scene": (*RENDER[3:5], "--scene", "MISSING"),
    "offline loss": ("--loss", "l0"),
    "study": ("--study", "brown"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_invalid_montecarlo_arguments_are_one_line_errors(
    views: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    content = json.loads((views / LIST_NAME).read_text())
    places = {"EMPTY": "", "MISSING": "", "VIEWS": "", "GARBLED": "{"}
    one = [view for view in content["views"] if view["scene"] == SCENES[0]]
    places["ONE"] = json.dumps(content | {"views": one})
    unclean = [view | {"has_clean": False} for view in content["views"]]
    places["NOISY"] = json.dumps(content | {"views": unclean})
    broken = [view | {"name": f"{view['name']}-x"} for view in content["views"]]
    places["BROKEN"] = json.dumps(content | {"views": broken})
    for name, text in places.items():
        if name in ("ONE", "NOISY", "BROKEN", "GARBLED", "EMPTY"):
            (tmp_path / name).mkdir()
        if text:
            (tmp_path / name / LIST_NAME).write_text(text)
            for path in views.glob("*.exr"):
                (tmp_path / name / path.name).symlink_to(path)
    (tmp_path / "VIEWS").symlink_to(views)
    words = [
        str(tmp_path / word.removeprefix("x=")) if word.removeprefix("x=") in places else word
        for word in ERRORS[case]
    ]
    output = () if "--output" in words else ("--output", str(tmp_path / "out"))
    assert main([*LEARN, "--iterations", "1", *words, *output]) == USER_ERROR
    message = capsys.readouterr().err
    assert message.startswith("error: ") and message.count("\n") == 1, message
    assert not (tmp_path / "out" / "report.json").exists()


def test_headless_mode_rejects_several_scenes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--headless", "--scene", *SCENES]) == USER_ERROR
    assert "several are for" in capsys.readouterr().err
