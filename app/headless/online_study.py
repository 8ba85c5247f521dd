"""Online studies: several denoisers trained side by side on the frames of one camera path.

Host code. `losses` is figure 6 of Lehtinen et al. 2018, `online` is figure 8. All denoisers start
from the same weights and train on the same crops. Running the same command again resumes an
interrupted study.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from dataclasses import replace
from math import nan
from pathlib import Path

import torch

from app.base.errors import UsageError
from app.base.files import prepare_folder
from app.base.files import read_json
from app.base.files import write_json
from app.base.interrupt import INTERRUPTED
from app.base.interrupt import StopRequest
from app.base.progress import StartProgress
from app.base.progress import frames_bar
from app.camera_path.default import flythrough_cameras
from app.headless.study_curves import draw_study
from app.results.comparison_figure import Panel
from app.results.comparison_figure import draw_comparison
from app.results.comparison_figure import tone_mapped_planes
from app.results.provenance import versions
from app.results.resume_check import RunIdentity
from app.results.resume_check import check_same_run
from app.results.resume_check import run_identity
from app.session.loaded_scene import LoadedScene
from app.session.session import REFERENCE_SEED
from app.session.session import Session
from app.settings.options import OnlineStudy
from app.settings.options import Options
from denoiser.metrics import psnr
from denoiser.metrics import rel_mse
from denoiser.online import checkpoint
from denoiser.online.trainer import Trainer
from denoiser.option import to_json
from denoiser.settings import LossName
from renderer.frame import FramePair

TARGET_SEED = REFERENCE_SEED + 1  # of clean targets: they must be independent of the references
MEASUREMENTS_PER_STUDY = (
    20  # measurements against a reference per study, unless --reference-every is given
)
SAVE_EVERY = 25  # frames between saved states; a killed study loses those since the last one
STATE_PREFIX = "state"  # prefix of folders to resume from, before the number of frames done
MEAN, NOISY = "mean of halves", "noisy half"
LOSS_LABELS = {
    LossName.L2_LINEAR_INPUT: "L2, x to y",
    LossName.L2_TONED_INPUT: "L2, T(x) to y",
    LossName.L2_TONED_TARGET: "L2, T(x) to T(y)",
    LossName.HDR_LINEAR_INPUT: "L_HDR, x to y",
    LossName.HDR_TONED_INPUT: "L_HDR, T(x) to y",
}
"""Label of each loss, in the order of the paper's figure."""

Row = dict[str, float]
"""Measures of one frame: `frame`, and for every label `psnr LABEL` (dB on T), `relmse LABEL` and
`brightness LABEL`, the mean radiance divided by that of the reference."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One denoiser of a study."""

    label: str
    trainer: Trainer
    has_clean_targets: bool = False
    """True: the training target is a reference instead of the other half."""


def run_online_study(scene: LoadedScene, options: Options) -> int:
    """Run the study and write its results. Exit code 0, or 130 after Ctrl-C.

    Files: `study.json`, `study.png` and `figure.png`; until it is done also a state to resume from.
    """
    assert options.study is not None
    folder = options.output or Path("out")
    cameras = flythrough_cameras(scene, scene.source, options.path, options.frames)
    prepare_folder(folder)
    progress = StartProgress(options.is_quiet)
    idle = replace(options.session, denoiser=replace(options.session.denoiser, train_steps=0))
    session = Session(scene, idle, progress)
    progress.close()
    entries = _create_entries(options, session.backend.device)
    identity = run_identity(scene, options)
    rows, done = _resume(folder, entries, identity)
    session.frame_index = done
    look_every = options.reference_every or max(options.frames // MEASUREMENTS_PER_STUDY, 1)
    needs_targets = any(entry.has_clean_targets for entry in entries)
    panels: list[Panel] = []
    bar = frames_bar(cameras[done:], options.frames, done, options.is_quiet)
    with StopRequest() as stop:
        for number, camera in enumerate(bar, done + 1):
            pair = session.step(camera).pair
            is_look = number % look_every == 0 or number == options.frames
            target = None
            if needs_targets:
                target = session.reference(camera, options.reference_spp, TARGET_SEED)
            for entry in entries:
                clean = target if entry.has_clean_targets else None
                for _ in range(options.session.denoiser.train_steps):
                    entry.trainer.step(pair, clean)
            if is_look:
                reference = session.reference(camera, options.reference_spp, REFERENCE_SEED)
                row, panels = _measure(number, entries, pair, reference)
                rows.append(row)
                bar.set_postfix_str(_postfix(row, entries), refresh=False)
            # No state after the last frame: a resumed study needs its images for the figure.
            is_over = number == options.frames
            if (number % SAVE_EVERY == 0 or stop.is_set) and not is_over:
                _save(folder, entries, identity, rows, number)
            if stop.is_set and not is_over:
                print(
                    f"interrupted after frame {number}; the same command resumes", file=sys.stderr
                )
                return INTERRUPTED
    _write_results(session, options, folder, rows, panels)
    for state in _states(folder):
        shutil.rmtree(state)
    return 0


def _create_entries(options: Options, device: torch.device) -> list[Entry]:
    """Denoisers that the study compares."""
    settings = options.session.denoiser
    if options.study is OnlineStudy.LOSSES:
        return [
            Entry(label, Trainer(replace(settings, loss=loss), device))
            for loss, label in LOSS_LABELS.items()
        ]
    return [
        Entry("noisy targets", Trainer(settings, device)),
        Entry("clean targets", Trainer(settings, device), has_clean_targets=True),
    ]


def _measure(
    number: int, entries: list[Entry], pair: FramePair, reference: torch.Tensor
) -> tuple[Row, list[Panel]]:
    """Measures of frame `number` against the reference, and its images."""
    images = {NOISY: pair.a.color, MEAN: pair.mean_color()}
    images |= {c.label: c.trainer.denoiser.denoise(pair) for c in entries}
    row: Row = {"frame": number}
    panels = []
    for label, image in images.items():
        row[f"psnr {label}"] = float(psnr(image, reference))
        row[f"relmse {label}"] = float(rel_mse(image, reference))
        row[f"brightness {label}"] = float(image.mean() / reference.mean())
        panels.append(Panel(label, tone_mapped_planes(image), row[f"psnr {label}"]))
    return row, [*panels, Panel("reference", tone_mapped_planes(reference))]


def _write_results(
    session: Session, options: Options, folder: Path, rows: list[Row], panels: list[Panel]
) -> None:
    assert options.study is not None
    report = {
        "study": options.study.value,
        "scene": session.scene.name,
        "device": session.backend.name,
        "frames": options.frames,
        "reference_spp": options.reference_spp,
        "rows": rows,
        "settings": to_json(options),
        "versions": versions(),
    }
    write_json(folder / "study.json", report)
    title = f"{session.scene.name}, {options.study.value}"
    draw_study(folder / "study.png", rows, title, dotted=(NOISY, MEAN))
    if panels:
        draw_comparison(folder / "figure.png", [panels])
    last = rows[-1]
    for name in (name for name in last if name.startswith("psnr ")):
        label = name.removeprefix("psnr ")
        error, light = last[f"relmse {label}"], last[f"brightness {label}"]
        print(f"{label}: {last[name]:.2f} dB, relMSE {error:.3f}, brightness {light:.3f}")


def _save(
    folder: Path, entries: list[Entry], identity: RunIdentity, rows: list[Row], number: int
) -> None:
    """Write a state under a temporary name, rename it, and only then delete earlier states."""
    earlier = _states(folder)
    partial = folder / f".{STATE_PREFIX}.part"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for index, entry in enumerate(entries):
        checkpoint.save(partial / f"{index}.safetensors", entry.trainer)
    labels = [entry.label for entry in entries]
    write_json(partial / "rows.json", identity | {"rows": rows, "labels": labels})
    partial.rename(folder / f"{STATE_PREFIX}-{number:06d}")
    for state in earlier:
        shutil.rmtree(state)


def _resume(folder: Path, entries: list[Entry], identity: RunIdentity) -> tuple[list[Row], int]:
    """Restore the trainers from the newest state; return its rows and its number of frames.

    Without a state: no rows and 0. UsageError if the state belongs to another run or study.
    """
    states = _states(folder)
    if not states:
        return [], 0
    content = read_json(states[-1] / "rows.json")
    check_same_run(states[-1] / "rows.json", content, identity, "frames", "reference_spp")
    if content.get("labels") != [entry.label for entry in entries]:
        raise UsageError(f"{states[-1]}: belongs to another study, choose another --output")
    for index, entry in enumerate(entries):
        trainer = entry.trainer
        checkpoint.resume(states[-1] / f"{index}.safetensors", trainer, trainer.settings)
    rows = [{n: nan if v is None else v for n, v in row.items()} for row in content["rows"]]
    return rows, int(states[-1].name.removeprefix(f"{STATE_PREFIX}-"))


def _states(folder: Path) -> list[Path]:
    """Folders of complete states, the newest last."""
    return sorted(folder.glob(f"{STATE_PREFIX}-[0-9]*"))


def _postfix(row: Row, entries: list[Entry]) -> str:
    return " / ".join(f"{row[f'psnr {c.label}']:.1f}" for c in entries) + " dB"
