"""The session: one frame of work - render two halves, train on them, denoise both.

Host code. Window, headless flythrough and benchmark all drive this and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import torch

from app.base.progress import PREPARING
from app.session.denoisers import Denoisers
from app.session.frame_budget import Work
from app.session.loaded_scene import LoadedScene
from app.session.loaded_scene import Progress
from app.session.report import NO_EDITS
from app.session.report import Edits
from app.session.report import FrameReport
from app.session.stage_timer import DENOISE
from app.session.stage_timer import RENDER
from app.session.stage_timer import RIVAL
from app.session.stage_timer import RIVAL_TRAIN
from app.session.stage_timer import TRAIN
from app.session.stage_timer import StageClock
from app.session.static_reference import RestMeasure
from app.settings.comparison import Rival
from app.settings.session_settings import SessionSettings
from denoiser.online.trainer import Trainer
from denoiser.temporal.examples import count_nonfinite
from renderer import backend
from renderer.film import Film
from renderer.frame import FramePair
from renderer.frame import Half
from renderer.integrator.camera import viewpoint
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from renderer.renderer import compile_path_tracer
from scenes.model.description import Camera

REFERENCE_SEED = 1_000_003
"""Seed of references: their random streams are far from those of any frame."""


class Session:
    """A scene, its renderer and the denoiser that learns it."""

    def __init__(
        self,
        scene: LoadedScene,
        settings: SessionSettings,
        progress: Progress | None = None,
    ) -> None:
        """Compile the path tracer, initialise the network, upload the scene."""
        tell = progress or (lambda text, share: None)
        self.scene = scene
        self.settings = settings
        self.backend = backend.start(settings.device)
        tell(PREPARING, 0.0)
        compile_path_tracer(self.backend)
        tell(PREPARING, 1.0)
        self.denoisers = Denoisers(settings.denoiser, self.backend.device, settings.rival)
        """The chosen one, and the rival beside it."""
        self._renderer = Renderer(scene.arrays(tell), self.backend)
        self.frame_index = 0
        self.band_milliseconds = math.inf
        """Longest stretch of rendering without a yield; a window sets it to stay lively."""
        self.is_training = True
        self.measure = RestMeasure()
        """The reference at rest; a window lets it hold frames out."""
        self._clock = StageClock(self.backend.device)
        self._report: FrameReport | None = None

    @property
    def trainer(self) -> Trainer:
        """The chosen denoiser."""
        return self.denoisers.trainer

    @property
    def report(self) -> FrameReport:
        """The last finished frame."""
        assert self._report is not None, "no frame has been finished"
        return self._report

    def step(self, camera: Camera, edits: Edits = NO_EDITS) -> FrameReport:
        """Do one frame."""
        for _ in self.stages(camera, edits):
            pass
        return self.report

    def stages(self, camera: Camera, edits: Edits = NO_EDITS) -> Iterator[str]:
        """Do one frame piece by piece, yielding the stage just worked on."""
        is_changing = self._changes_more_than_work(edits)
        messages = self._apply(edits)
        render = self.settings.render
        self.measure.forget_if_changed(camera, render)
        self._clock.start_frame()
        halves: list[Half] = []
        for half in range(2):
            yield from self._render(camera, half, halves)
        seen_from = viewpoint(camera, render.size)
        pair = FramePair(halves[0], halves[1], render.spp, self.frame_index, seen_from)
        if self.measure.wants_frame and self._report is not None and not is_changing:
            self._report = self._measure_again(self._report, pair)
            self.frame_index += 1
            yield RENDER
            return
        losses: list[torch.Tensor] = []
        if self.is_training:
            yield from self._train(pair, losses)
        begin = self._clock.now()
        denoised = self.trainer.denoise(pair)
        self._clock.add(DENOISE, begin)
        rival: list[torch.Tensor] = []
        if self.denoisers.rival is not Rival.NONE:
            yield DENOISE
            yield from self._run_rival(pair, rival)
        self._report = self._make_report(pair, denoised, losses, rival, messages)
        self.frame_index += 1
        yield RIVAL if rival else DENOISE

    def reference(self, camera: Camera, spp: int, seed: int) -> torch.Tensor:
        """(H, W, 3) radiance of many samples, from streams that no frame uses."""
        film = Film()
        integrator = replace(self._integrator_settings(), seed=seed)
        passes = -(-spp // (2 * integrator.spp))
        for index in range(passes):
            film.add(self._renderer.render(camera, self.settings.render.size, index, integrator))
        mean = film.mean()
        assert mean is not None
        return mean

    def _render(self, camera: Camera, half: int, halves: list[Half]) -> Iterator[str]:
        """One half of the frame, in bands short enough for a window to stay lively."""
        begin = self._clock.now()
        bands = self._renderer.half_bands(
            camera,
            self.settings.render.size,
            self.frame_index,
            half,
            self._integrator_settings(),
            self._band_count(),
        )
        for result in bands:
            self._clock.add(RENDER, begin)
            yield RENDER
            begin = self._clock.now()
        halves.append(result)

    def _band_count(self) -> int:
        """Bands per half: one on a GPU, on a CPU as many as the last frame's time asks for."""
        if self.backend.device.type == "cuda" or self._report is None:
            return 1
        height = self.settings.render.size[1]
        wanted = self._report.milliseconds[RENDER] / 2 / self.band_milliseconds
        return min(max(round(wanted), 1), height)

    def _train(self, pair: FramePair, losses: list[torch.Tensor]) -> Iterator[str]:
        """The frame's training steps, one at a time."""
        for _ in range(self.trainer.settings.train_steps):
            begin = self._clock.now()
            losses.append(self.trainer.step(pair))
            self._clock.add(TRAIN, begin)
            yield TRAIN

    def _run_rival(self, pair: FramePair, pictures: list[torch.Tensor]) -> Iterator[str]:
        """Train the rival, if there is one that learns, and denoise with it."""
        begin = self._clock.now()
        steps = self.denoisers.train_rival(pair) if self.is_training else ()
        for _ in steps:
            self._clock.add(RIVAL_TRAIN, begin)
            yield RIVAL
            begin = self._clock.now()
        picture = self.denoisers.denoise_rival(pair)
        self._clock.add(RIVAL, begin)
        if picture is not None:
            pictures.append(picture)

    def _integrator_settings(self) -> IntegratorSettings:
        render = self.settings.render
        return IntegratorSettings(render.spp, render.max_depth, render.rr_depth, seed=render.seed)

    def _make_report(
        self,
        pair: FramePair,
        denoised: torch.Tensor,
        losses: list[torch.Tensor],
        rivals: list[torch.Tensor],
        messages: list[str],
    ) -> FrameReport:
        """Measure against what was accumulated before, then accumulate."""
        rival = rivals[0] if rivals else None
        scores = [self.measure.score(image) for image in (pair.mean_color(), denoised, rival)]
        measure_spp = self.measure.spp
        self.measure.add(pair)
        return FrameReport(
            pair=pair,
            denoised=denoised,
            reference=self.measure.reference,
            reference_spp=self.measure.reference_spp,
            losses=torch.stack(losses).tolist() if losses else [],
            step_count=self.trainer.step_count,
            step_size=self.trainer.step_size,
            nonfinite_count=int(count_nonfinite(pair)),
            is_training=self.is_training,
            psnr_mean=scores[0],
            psnr_denoised=scores[1],
            rival=rival,
            psnr_rival=scores[2],
            measure_spp=measure_spp,
            messages=tuple(messages),
            milliseconds=self._clock.milliseconds(),  # last: all above is part of the frame
        )

    def _measure_again(self, last: FrameReport, pair: FramePair) -> FrameReport:
        """The last frame, measured by one more that is held out."""
        self.measure.hold_out(pair)
        return replace(
            last,
            reference=self.measure.reference,
            reference_spp=self.measure.reference_spp,
            losses=[],
            psnr_mean=self.measure.score(last.pair.mean_color()),
            psnr_denoised=self.measure.score(last.denoised),
            psnr_rival=self.measure.score(last.rival),
            measure_spp=self.measure.spp,
            messages=(),
            is_held_out=True,
        )

    def _changes_more_than_work(self, edits: Edits) -> bool:
        """True if edits change anything but how much work a frame does."""
        if edits.settings is None:
            return edits != NO_EDITS
        work = Work.of(self.settings)
        is_other = work.applied_to(edits.settings) != work.applied_to(self.settings)
        return is_other or replace(edits, settings=None) != NO_EDITS

    def _apply(self, edits: Edits) -> list[str]:
        """Change settings as asked; returns what the user should be told."""
        messages = []
        wanted = edits.settings or self.settings
        if wanted.denoiser != self.trainer.settings:
            self.denoisers.change(wanted.denoiser)
        if wanted.rival is not self.denoisers.rival:
            hint = self.denoisers.set_rival(wanted.rival)
            messages += [] if hint is None else [hint]
        if wanted.render.max_depth != self.settings.render.max_depth:
            self.denoisers.forget_history()
        self.settings = replace(wanted, rival=self.denoisers.rival, device=self.settings.device)
        if edits.training_paused is not None:
            self.is_training = not edits.training_paused
        if edits.reset_training:
            self.denoisers.reset()
        messages += self.denoisers.exchange_checkpoints(edits)
        if edits.load_checkpoint is not None:
            self.settings = replace(self.settings, denoiser=self.trainer.settings)
        return messages
