"""A session that needs no renderer: its pictures tell where the camera is.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from app.report import NO_EDITS
from app.report import Edits
from app.report import FrameReport
from app.settings import RenderSettings
from app.settings import SessionSettings
from renderer.frame import FramePair
from renderer.frame import Half
from scenes.description import Camera

SIZE = (64, 48)
DENOISED_COLOR = (0.05, 0.6, 0.1)
MEAN_COLOR = (0.7, 0.1, 0.05)
ALBEDO_COLOR = (0.1, 0.2, 0.9)


def plain(size: tuple[int, int], color: tuple[float, ...]) -> torch.Tensor:
    """(H, W, C) of one colour."""
    return torch.tensor(color).expand(size[1], size[0], len(color)).contiguous()


def make_report(size: tuple[int, int] = SIZE, step_count: int = 0) -> FrameReport:
    """A frame of plain images."""
    half = Half(
        plain(size, MEAN_COLOR),
        plain(size, ALBEDO_COLOR),
        plain(size, (0.0, 1.0, 0.0)),
        plain(size, (3.0,)),
    )
    return FrameReport(
        pair=FramePair(half, half, 1, 0),
        denoised=plain(size, DENOISED_COLOR),
        reference=plain(size, MEAN_COLOR),
        reference_spp=16,
        milliseconds={"render": 2.0, "train": 3.0, "denoise": 1.0, "total": 6.0},
        losses=[0.5],
        step_count=step_count,
        nonfinite_count=0,
        is_training=True,
        psnr_mean=20.0,
        psnr_denoised=30.0,
    )


class FakeSession:
    """Does frames at once and remembers what it was asked for."""

    def __init__(self) -> None:
        self.settings = SessionSettings(render=RenderSettings(size=SIZE, spp=1))
        self.cameras: list[Camera] = []
        self.edits: list[Edits] = []
        self._is_training = True
        self._report: FrameReport | None = None

    @property
    def report(self) -> FrameReport:
        """The last finished frame."""
        assert self._report is not None
        return self._report

    def stages(self, camera: Camera, edits: Edits = NO_EDITS) -> Iterator[str]:
        """Two stages that do nothing."""
        self.cameras.append(camera)
        self.edits.append(edits)
        render = replace(self.settings.render, size=edits.size or self.settings.render.size)
        self.settings = replace(self.settings, render=render)
        if edits.training_paused is not None:
            self._is_training = not edits.training_paused
        yield "render"
        report = make_report(render.size, len(self.cameras))
        saved = edits.save_checkpoint
        messages = (f"saved {saved}",) if saved is not None else ()
        self._report = replace(report, is_training=self._is_training, messages=messages)
        yield "denoise"
