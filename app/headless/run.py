"""Headless flythrough: runs the session along a camera path and writes all results to a folder.

Host code. Ctrl-C finishes the frame and writes the results so far; `--resume` with the checkpoint
in the output folder continues after the last frame that it contains.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import replace
from pathlib import Path

import torch

from app.base.files import prepare_folder
from app.base.files import read_json
from app.base.files import write_json
from app.base.image_files import to_display
from app.base.image_files import write_exr
from app.base.interrupt import INTERRUPTED
from app.base.interrupt import StopRequest
from app.base.progress import StartProgress
from app.base.progress import frames_bar
from app.base.video import VideoWriter
from app.camera_path.default import flythrough_cameras
from app.results.frame_layers import frame_layers
from app.results.frame_log import FrameRow
from app.results.frame_log import read_rows
from app.results.frame_log import write_rows
from app.results.resume_check import check_same_run
from app.results.resume_check import run_identity
from app.results.run_report import run_report
from app.session.loaded_scene import LoadedScene
from app.session.report import FrameReport
from app.session.session import REFERENCE_SEED
from app.session.session import Session
from app.session.stage_timer import COMPARISON
from app.settings.options import Options
from denoiser.metrics import psnr
from denoiser.metrics import rel_mse
from denoiser.metrics import trimmed_rel_mse
from denoiser.online import checkpoint
from scenes.model.description import Camera

CHECKPOINT_EVERY = 25  # frames between checkpoints; a killed run loses those since the last one
CHECKPOINT, COMPARISON_CHECKPOINT = "checkpoint.safetensors", "checkpoint-comparison.safetensors"


def run_headless(scene: LoadedScene, options: Options) -> int:
    """Run along the camera path: train, measure, write. Exit code 0, or 130 after Ctrl-C."""
    folder = options.output or Path("out")
    cameras = flythrough_cameras(scene, scene.source, options.path, options.frames)
    prepare_folder(folder)
    progress = StartProgress(options.is_quiet)
    session = Session(scene, options.session, progress)
    progress.close()
    rows = _resume(session, options, folder)
    session.frame_index = len(rows)
    video = VideoWriter(folder / "flythrough.mp4", options.session.render.size, len(rows))
    last: FrameReport | None = None
    reference: torch.Tensor | None = None
    bar = frames_bar(cameras[len(rows) :], options.frames, len(rows), options.is_quiet)
    with StopRequest() as stop:
        for camera in bar:
            last = session.step(camera)
            reference = _reference(session, camera, options)
            rows.append(_row(session, last, reference))
            video.add(to_display(last.denoised))
            bar.set_postfix_str(_postfix(rows), refresh=False)
            if len(rows) % CHECKPOINT_EVERY == 0:
                video.flush()
                _save(session, rows, options, folder)
            if stop.is_set:
                break
        bar.close()
        video.close()
        if last is not None:
            write_exr(folder / "last_frame.exr", frame_layers(last, reference))
        _write_results(session, rows, options, folder)
    if stop.is_set:
        saved = folder / CHECKPOINT
        message = f"interrupted after frame {len(rows)}; continue with --resume {saved}"
        print(message, file=sys.stderr)
        return INTERRUPTED
    return 0


def _resume(session: Session, options: Options, folder: Path) -> list[FrameRow]:
    """Load the checkpoint; return the rows of its frames if it lies in this folder, else none.

    UsageError if the report in this folder is of a different run.
    """
    if options.resume is None:
        return []
    checkpoint.resume(options.resume, session.trainer, options.session.denoiser)
    log = folder / "frames.csv"
    if options.resume.resolve().parent != folder.resolve() or not log.exists():
        return []
    if (report := folder / "report.json").exists():
        check_same_run(report, read_json(report), run_identity(session.scene, options), "frames")
    if (comparison := session.denoisers.comparison_trainer) is not None:
        checkpoint.resume(folder / COMPARISON_CHECKPOINT, comparison, comparison.settings)
    rows = [row for row in read_rows(log) if row.step_count <= session.trainer.step_count]
    return rows[: options.frames]


def _reference(session: Session, camera: Camera, options: Options) -> torch.Tensor | None:
    """(H, W, 3) linear radiance of the reference if one is due at this frame, else None."""
    if not options.reference_every or session.frame_index % options.reference_every:
        return None
    return session.reference(camera, options.reference_spp, REFERENCE_SEED)


def _row(session: Session, report: FrameReport, reference: torch.Tensor | None) -> FrameRow:
    """Row of the frame log, with quality measures if there is a reference."""
    times = report.milliseconds
    row = FrameRow(
        frame=session.frame_index,
        render_ms=times["render"],
        train_ms=times["train"],
        denoise_ms=times["denoise"],
        total_ms=times["total"],
        loss=statistics.fmean(report.losses) if report.losses else None,
        step_count=report.step_count,
        nonfinite=report.nonfinite_count,
        comparison_ms=times.get(COMPARISON),
    )
    if reference is None:
        return row
    mean, comparison = report.pair.mean_color(), report.comparison
    return replace(
        row,
        psnr_noisy=float(psnr(report.pair.a.color, reference)),
        psnr_mean=float(psnr(mean, reference)),
        psnr_denoised=float(psnr(report.denoised, reference)),
        relmse_mean=float(rel_mse(mean, reference)),
        relmse_denoised=float(rel_mse(report.denoised, reference)),
        trimmed_relmse_denoised=float(trimmed_rel_mse(report.denoised, reference)),
        psnr_comparison=None if comparison is None else float(psnr(comparison, reference)),
        relmse_comparison=None if comparison is None else float(rel_mse(comparison, reference)),
    )


def _postfix(rows: list[FrameRow]) -> str:
    """Text for the progress bar: last loss, last measured PSNR of mean and denoised image."""
    loss = f"loss {rows[-1].loss:.3f}" if rows[-1].loss is not None else ""
    measured = [row for row in rows if row.psnr_mean is not None]
    if not measured:
        return loss
    return f"{loss}, {measured[-1].psnr_mean:.1f} -> {measured[-1].psnr_denoised:.1f} dB"


def _save(session: Session, rows: list[FrameRow], options: Options, folder: Path) -> None:
    """Write the log, then the checkpoint: resuming drops rows newer than the checkpoint."""
    write_json(folder / "report.json", run_report(session, rows, options))
    write_rows(folder / "frames.csv", rows)
    if session.denoisers.comparison_trainer is not None:
        checkpoint.save(folder / COMPARISON_CHECKPOINT, session.denoisers.comparison_trainer)
    checkpoint.save(folder / CHECKPOINT, session.trainer)


def _write_results(session: Session, rows: list[FrameRow], options: Options, folder: Path) -> None:
    """Write the log, the checkpoints and the convergence plot."""
    from app.headless.convergence_plot import (
        draw_convergence,  # lazy import: matplotlib must not delay the first frame
    )

    _save(session, rows, options, folder)
    if options.save is not None:
        checkpoint.save(options.save, session.trainer)
    draw_convergence(
        folder / "convergence.png", rows, f"{session.scene.name}, {session.backend.name}"
    )
    print(f"{folder}: {len(rows)} frames, {_postfix(rows) if rows else ''}")
