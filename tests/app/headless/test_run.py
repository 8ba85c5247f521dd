"""The headless run writes every file, resumes after its last frame, and survives Ctrl-C.

Host code.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from app.base.interrupt import INTERRUPTED
from app.headless.run import CHECKPOINT_EVERY
from app.results.frame_log import FrameRow
from app.results.frame_log import read_rows
from app.results.run_report import MEASURES
from denoiser.metrics import psnr
from tests.app.headless_runs import FILES
from tests.app.headless_runs import FRAMES
from tests.app.headless_runs import layers_of
from tests.app.headless_runs import run_headless
from tests.app.headless_runs import video_frames
from tests.app.runs import LEARNING
from tests.app.runs import SIZE
from tests.app.runs import TINY
from tests.app.runs import run

ROOT = Path(__file__).resolve().parents[3]
LONG = 120  # frames: more than are rendered before a signal arrives
PATIENCE_SECONDS = 200.0  # for a process that may have to compile its kernels
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
LAYERS = {"mean.R", "noisy.G", "albedo.B", "normal.X", "depth.Z"}
REPORT_KEYS = {
    *("scene", "device", "size", "spp", "frames", "triangles", "milliseconds"),
    *("paths_per_second", "references", "settings", "versions"),
}


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a finished run."""
    return run_headless(tmp_path_factory.mktemp("headless") / "out")


def test_writes_every_file_and_nothing_else(finished_run: Path) -> None:
    assert {item.name for item in finished_run.iterdir()} == FILES


def test_frames_are_logged_and_measured(finished_run: Path) -> None:
    rows = read_rows(finished_run / "frames.csv")
    assert [row.frame for row in rows] == [1, 2, 3, 4]
    assert [row.step_count for row in rows] == [1, 2, 3, 4]
    assert all(row.loss is not None and np.isfinite(row.loss) for row in rows)
    assert all(row.nonfinite == 0 for row in rows)
    for row in rows:
        stages = row.render_ms + row.train_ms + row.denoise_ms
        assert row.total_ms > stages and row.render_ms > 0.0
        measures = [getattr(row, name) for name in MEASURES]
        assert all((value is not None) == (row.frame % 2 == 0) for value in measures)
    measured = [row for row in rows if row.psnr_mean is not None and row.psnr_noisy is not None]
    # Twice the samples are half the variance: about +3 dB, reduced by the tone curve T(v).
    assert all(row.psnr_mean > row.psnr_noisy + 1.0 for row in measured)  # type: ignore


def test_frame_log_header_lists_the_row_fields(finished_run: Path) -> None:
    with (finished_run / "frames.csv").open(newline="") as file:
        assert next(csv.reader(file)) == list(FrameRow.__dataclass_fields__)


def test_report_has_all_keys(finished_run: Path) -> None:
    report = json.loads((finished_run / "report.json").read_text())
    assert REPORT_KEYS <= report.keys()
    assert (report["size"], report["spp"], report["frames"]) == (list(SIZE), 1, FRAMES)
    assert report["scene"] == "cornell-box" and report["triangles"] > 0
    assert report["milliseconds"].keys() == {"render", "train", "denoise", "total"}
    assert report["paths_per_second"] > 0.0
    assert [entry["frame"] for entry in report["references"]] == [2, 4]
    for entry in report["references"]:
        assert entry["spp"] == 8 and entry.keys() == {"frame", "spp", *MEASURES}
    assert report["settings"]["session"]["denoiser"]["crop"] == 32
    assert {"python", "torch", "taichi", "numpy"} <= report["versions"].keys()


def test_video_has_every_frame(finished_run: Path) -> None:
    frames = video_frames(finished_run)
    assert [frame.shape for frame in frames] == [(SIZE[1], SIZE[0], 3)] * FRAMES
    assert np.std(frames[-1]) > 5.0, "the frame is uniform"


def test_last_frame_exr_has_color_and_feature_layers(finished_run: Path) -> None:
    image = oiio.ImageBuf(str(finished_run / "last_frame.exr"))
    names = image.spec().channelnames
    assert names[:3] == ("R", "G", "B") and set(names) >= LAYERS
    pixels = image.get_pixels(oiio.FLOAT)
    assert pixels is not None and pixels.shape[:2] == SIZE[::-1] and np.isfinite(pixels).all()
    mean, noisy = pixels[..., names.index("mean.G")], pixels[..., names.index("noisy.G")]
    assert mean.mean() == pytest.approx(noisy.mean(), rel=0.5) and not np.array_equal(mean, noisy)


def test_reported_psnr_matches_the_reference_layer_of_the_last_frame(finished_run: Path) -> None:
    layers = layers_of(finished_run)
    (entry,) = json.loads((finished_run / "report.json").read_text())["references"][1:]
    measured = {name: float(psnr(layers[name], layers["reference"])) for name in ("mean", "noisy")}
    assert measured["mean"] == pytest.approx(entry["psnr_mean"], abs=0.01)
    assert measured["noisy"] == pytest.approx(entry["psnr_noisy"], abs=0.01)


def test_convergence_plot_is_not_blank(finished_run: Path) -> None:
    pixels = oiio.ImageBuf(str(finished_run / "convergence.png")).get_pixels(oiio.UINT8)
    assert pixels is not None and pixels.shape[0] > 400
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 9


def test_ctrl_c_still_writes_all_files(tmp_path: Path) -> None:
    """Send a real SIGINT to a real process once its first video segment exists."""
    folder = tmp_path / "out"
    code, error = _fly_until(folder, ".flythrough.0000.mp4", signal.SIGINT)
    assert code == INTERRUPTED, error
    assert error.count("\n") == 1 and "--resume" in error
    assert {item.name for item in folder.iterdir()} == FILES
    rows = read_rows(folder / "frames.csv")
    report = json.loads((folder / "report.json").read_text())
    assert len(rows) == report["frames"] == len(video_frames(folder)) > 0


def test_a_killed_run_loses_only_what_came_after_its_last_checkpoint(tmp_path: Path) -> None:
    _fly_until(tmp_path, "checkpoint.safetensors", signal.SIGKILL)
    kept = read_rows(tmp_path / "frames.csv")
    count = len(kept)
    assert count % CHECKPOINT_EVERY == 0 and not (tmp_path / "flythrough.mp4").exists()
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", str(LONG), *resume) == 0
    rows = read_rows(tmp_path / "frames.csv")
    assert rows[:count] == kept
    assert [row.step_count for row in rows] == list(range(1, LONG + 1))
    assert len(video_frames(tmp_path)) == LONG
    assert {item.name for item in tmp_path.iterdir()} == FILES


def _fly_until(folder: Path, file: str, stop: signal.Signals) -> tuple[int, str]:
    """Exit code and standard error of a run that is sent `stop` once `file` is in its folder."""
    command = [sys.executable, str(ROOT / "run_viewer.py"), "--headless", "--scene", "cornell-box"]
    command += [*TINY, *LEARNING, "--frames", str(LONG), "--output", str(folder)]
    process = subprocess.Popen(
        command,
        cwd=folder.parent,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not (folder / file).exists():
            assert process.poll() is None and time.monotonic() < end, "file was never written"
            time.sleep(0.01)
        process.send_signal(stop)
        _, error = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    return process.returncode, error
