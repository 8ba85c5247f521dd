"""The headless flythrough writes every file, goes on where it ended, and survives Ctrl-C.

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

import av
import numpy as np
import OpenImageIO as oiio
import pytest
import torch

from app.frame_log import FrameRow
from app.frame_log import read_rows
from app.headless import CHECKPOINT_EVERY
from app.interrupt import INTERRUPTED
from app.main import USER_ERROR
from app.run_report import MEASURES
from denoiser import checkpoint
from denoiser.metrics import psnr
from denoiser.settings import NetworkName
from denoiser.trainer import Trainer
from tests.app.runs import LEARNING
from tests.app.runs import SIZE
from tests.app.runs import TINY
from tests.app.runs import run

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 4
LONG = 120  # frames: more than fly by before a signal arrives
MEASURED = ("--reference-every", "2", "--reference-spp", "8")
PATIENCE_SECONDS = 200.0  # for a process that may have to compile its kernels
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
FILES = {
    "frames.csv",
    "report.json",
    "flythrough.mp4",
    "convergence.png",
    "checkpoint.safetensors",
    "last_frame.exr",
}
LAYERS = {"mean.R", "noisy.G", "albedo.B", "normal.X", "depth.Z"}
REPORT_KEYS = {
    *("scene", "device", "size", "spp", "frames", "triangles", "milliseconds"),
    *("paths_per_second", "references", "settings", "versions"),
}


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of four frames."""
    folder = tmp_path_factory.mktemp("headless") / "out"
    assert run("--headless", folder, "--frames", str(FRAMES), *MEASURED) == 0
    return folder


def video_frames(folder: Path) -> list[np.ndarray]:
    """Every frame of the video, (H, W, 3) uint8."""
    with av.open(str(folder / "flythrough.mp4")) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def stopped(flown: Path, folder: Path) -> dict[str, bytes]:
    """A copy of a finished run, as if it had been stopped two frames before its end."""
    content = {file.name: file.read_bytes() for file in flown.iterdir()}
    report = json.loads(content["report.json"])
    report["settings"]["frames"] += 2
    content["report.json"] = json.dumps(report).encode()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return content


def layers_of(folder: Path) -> dict[str, torch.Tensor]:
    """(H, W, 3) colours of the last frame by layer."""
    picture = oiio.ImageBuf(str(folder / "last_frame.exr"))
    names = picture.spec().channelnames
    pixels = torch.from_numpy(picture.get_pixels(oiio.FLOAT))
    layers = {name.removesuffix(".R") for name in names if name.endswith(".R")}
    return {
        n: torch.stack([pixels[..., names.index(f"{n}.{c}")] for c in "RGB"], 2) for n in layers
    }


def test_writes_every_file_and_nothing_else(flown: Path) -> None:
    assert {item.name for item in flown.iterdir()} == FILES


def test_frames_are_logged_and_measured(flown: Path) -> None:
    rows = read_rows(flown / "frames.csv")
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
    # Twice the samples are half the variance: about 3 dB, less what T(v) bends.
    assert all(row.psnr_mean > row.psnr_noisy + 1.0 for row in measured)  # type: ignore


def test_header_is_that_of_the_rows(flown: Path) -> None:
    with (flown / "frames.csv").open(newline="") as file:
        assert next(csv.reader(file)) == list(FrameRow.__dataclass_fields__)


def test_report_has_all_keys(flown: Path) -> None:
    report = json.loads((flown / "report.json").read_text())
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


def test_video_has_every_frame(flown: Path) -> None:
    frames = video_frames(flown)
    assert [frame.shape for frame in frames] == [(SIZE[1], SIZE[0], 3)] * FRAMES
    assert np.std(frames[-1]) > 5.0, "a plain picture"


def test_last_frame_has_its_layers(flown: Path) -> None:
    picture = oiio.ImageBuf(str(flown / "last_frame.exr"))
    names = picture.spec().channelnames
    assert names[:3] == ("R", "G", "B") and set(names) >= LAYERS
    pixels = picture.get_pixels(oiio.FLOAT)
    assert pixels is not None and pixels.shape[:2] == SIZE[::-1] and np.isfinite(pixels).all()
    mean, noisy = pixels[..., names.index("mean.G")], pixels[..., names.index("noisy.G")]
    assert mean.mean() == pytest.approx(noisy.mean(), rel=0.5) and not np.array_equal(mean, noisy)


def test_the_reference_of_the_last_frame_is_what_it_was_measured_by(flown: Path) -> None:
    layers = layers_of(flown)
    (entry,) = json.loads((flown / "report.json").read_text())["references"][1:]
    measured = {name: float(psnr(layers[name], layers["reference"])) for name in ("mean", "noisy")}
    assert measured["mean"] == pytest.approx(entry["psnr_mean"], abs=0.01)
    assert measured["noisy"] == pytest.approx(entry["psnr_noisy"], abs=0.01)


def test_curve_is_a_picture(flown: Path) -> None:
    pixels = oiio.ImageBuf(str(flown / "convergence.png")).get_pixels(oiio.UINT8)
    assert pixels is not None and pixels.shape[0] > 400
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 9


def test_resume_goes_on_behind_the_last_frame(flown: Path, tmp_path: Path) -> None:
    stopped(flown, tmp_path)
    before = (tmp_path / "frames.csv").read_text().splitlines()
    saved = tmp_path / "end.safetensors"
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"), "--save", str(saved))
    assert run("--headless", tmp_path, "--frames", str(FRAMES + 2), *resume, *MEASURED) == 0
    after = (tmp_path / "frames.csv").read_text().splitlines()
    assert after[: len(before)] == before and len(after) == len(before) + 2
    rows = read_rows(tmp_path / "frames.csv")
    assert [row.frame for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1].step_count == 6 and len(video_frames(tmp_path)) == 6
    trainer = Trainer(checkpoint.load_settings(saved), "cpu")
    checkpoint.load(saved, trainer)
    assert trainer.step_count == 6 and trainer.settings.crop == 32


def test_resume_elsewhere_begins_a_new_flight(flown: Path, tmp_path: Path) -> None:
    resume = ("--resume", str(flown / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", "1", *resume) == 0
    rows = read_rows(tmp_path / "frames.csv")
    assert [(row.frame, row.step_count) for row in rows] == [(1, FRAMES + 1)]
    assert "reference" not in layers_of(tmp_path), "none was rendered"


def test_a_rival_goes_on_learning_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun, folder = tmp_path / "begun", tmp_path / "out"
    folder.mkdir()
    assert run("--headless", begun, "--frames", "1", "--rival", "fast") == 0
    stopped(begun, folder)
    words = ("--rival", "fast", "--resume", str(folder / "checkpoint.safetensors"))
    assert run("--headless", folder, "--frames", "3", *words) == 0
    saved = folder / "checkpoint-rival.safetensors"
    rival = Trainer(checkpoint.load_settings(saved), "cpu")
    checkpoint.load(saved, rival)
    assert rival.settings.network is NetworkName.FAST and rival.step_count == 3
    stopped(begun, folder)
    saved.unlink()
    capsys.readouterr()
    assert run("--headless", folder, "--frames", "3", *words) == USER_ERROR
    assert "checkpoint-rival.safetensors: no such file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["frames.csv", "flythrough.mp4"])
def test_resume_of_a_broken_folder_is_one_line(
    flown: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    stopped(flown, tmp_path)
    (tmp_path / name).write_bytes(b"frame\nnever\n")
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", "6", *resume) == USER_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and name in error


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--size", "48x32"), "size"),
        (("--spp", "2"), "spp"),
        (("--max-depth", "3"), "max_depth"),
        (("--frames", "7"), "frames 6, not 7"),
        (("--crop", "16"), "crop 32, not 16"),
        (("--learning-rate", "0.5"), "learning_rate"),
        (("--seed", "1"), "seed"),
        (("--rival", "fast"), "rival none, not fast"),
    ],
)
def test_another_flight_is_not_resumed_in_the_same_folder(
    flown: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, str],
    name: str,
) -> None:
    before = stopped(flown, tmp_path)
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, "--frames", "6", *resume, *words) == USER_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "report.json" in error and name in error
    assert all((tmp_path / each).read_bytes() == before[each] for each in FILES)


def test_another_scene_is_not_resumed_in_the_same_folder(
    flown: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped(flown, tmp_path)
    resume = ("--resume", str(tmp_path / "checkpoint.safetensors"))
    assert run("--headless", tmp_path, *resume, scene="veach-mis") == USER_ERROR
    assert "cornell-box, not veach-mis" in capsys.readouterr().err


def test_ctrl_c_leaves_all_files(tmp_path: Path) -> None:
    """A real signal to a real process, once it has begun to fly."""
    folder = tmp_path / "out"
    code, error = _fly_until(folder, ".flythrough.part.mp4", signal.SIGINT)
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
            assert process.poll() is None and time.monotonic() < end, "never began"
            time.sleep(0.01)
        process.send_signal(stop)
        _, error = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    return process.returncode, error
