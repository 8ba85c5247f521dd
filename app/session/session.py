"""The session: one frame of work - render two halves, train on them, denoise both.

Host code. Window, headless flythrough and benchmark all drive this and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from collections.abc import Iterator
from dataclasses import replace

import torch

from app.base.progress import PREPARING
from app.session.denoisers import Denoisers
from app.session.frame_budget import Work
from app.session.integrator_settings import integrator_settings
from app.session.loaded_scene import LoadedScene
from app.session.loaded_scene import Progress
from app.session.report import NO_EDITS
from app.session.report import Edits
from app.session.report import FrameReport
from app.session.stage_timer import COMPARISON
from app.session.stage_timer import COMPARISON_TRAIN
from app.session.stage_timer import DENOISE
from app.session.stage_timer import RENDER
from app.session.stage_timer import TRAIN
from app.session.stage_timer import StageTimer
from app.session.static_reference import StaticReference
from app.settings.comparison import Comparison
from app.settings.session_settings import SessionSettings
from denoiser.online.trainer import Trainer
from denoiser.temporal.examples import count_nonfinite
from renderer import backend
from renderer.film import Film
from renderer.frame import FramePair
from renderer.renderer import Renderer
from renderer.renderer import compile_path_tracer
from scenes.model.description import Camera

REFERENCE_SEED = 1_000_003
"""Seed of references: their random streams are far from those of any frame."""


class Session:
    """A scene, its renderer and the denoiser trained on its frames."""

    def __init__(
        self,
        scene: LoadedScene,
        settings: SessionSettings,
        progress: Progress | None = None,
    ) -> None:
        """Compile the path tracer, initialise the network, upload the scene."""
        tell = progress or (lambda text, fraction: None)
        self.scene = scene
        self.settings = settings
        self.backend = backend.start(settings.device)
        tell(PREPARING, 0.0)
        compile_path_tracer(self.backend)
        tell(PREPARING, 1.0)
        self.denoisers = Denoisers(settings.denoiser, self.backend.device, settings.comparison)
        """The chosen denoiser and the comparison that runs beside it."""
        self._renderer = Renderer(scene.arrays(tell), self.backend)
        self.frame_index = 0
        self.band_milliseconds = math.inf
        """Longest rendering between two yields, on a CPU; a window sets it to stay responsive."""
        self.is_training = True
        self.measure = StaticReference()
        """Reference accumulated while the camera is static; a window sets its `holds_out`."""
        self._timer = StageTimer(self.backend.device)
        self._report: FrameReport | None = None

    @property
    def trainer(self) -> Trainer:
        """Trainer of the chosen denoiser."""
        return self.denoisers.trainer

    @property
    def report(self) -> FrameReport:
        """Report of the last finished frame."""
        assert self._report is not None, "no frame has been finished"
        return self._report

    def step(self, camera: Camera, edits: Edits = NO_EDITS) -> FrameReport:
        """Process one frame: render, train, denoise."""
        for _ in self.stages(camera, edits):
            pass
        return self.report

    def stages(self, camera: Camera, edits: Edits = NO_EDITS) -> Iterator[str]:
        """Process one frame in pieces; yield the stage of each piece after it."""
        is_changing = self._changes_settings(edits)
        messages = self._apply(edits)
        self._timer.start_frame()
        pair = yield from self._render(camera)
        self.measure.follow(pair)
        if self.measure.wants_frame and self._report is not None and not is_changing:
            self._report = self._rescore(self._report, pair)
            self.frame_index += 1
            yield RENDER
            return
        losses = (yield from self._train(pair)) if self.is_training else []
        begin = self._timer.now()
        denoised = self.trainer.denoiser.denoise(pair)
        self._timer.add(DENOISE, begin)
        comparison = None
        if self.denoisers.comparison is not Comparison.NONE:
            yield DENOISE
            comparison = yield from self._run_comparison(pair)
        self._report = self._make_report(pair, denoised, losses, comparison, messages)
        self.frame_index += 1
        yield DENOISE if comparison is None else COMPARISON

    def reference(self, camera: Camera, spp: int, seed: int) -> torch.Tensor:
        """(H, W, 3) mean radiance of at least `spp` samples per pixel, from streams of `seed`."""
        film = Film()
        integrator = integrator_settings(replace(self.settings.render, seed=seed))
        passes = -(-spp // (2 * integrator.spp))
        for index in range(passes):
            film.add(self._renderer.render(camera, self.settings.render.size, index, integrator))
        mean = film.mean()
        assert mean is not None
        return mean

    def _render(self, camera: Camera) -> Generator[str, None, FramePair]:
        """Both halves, in bands short enough for a window to stay responsive."""
        settings = integrator_settings(self.settings.render)
        size, count = self.settings.render.size, self._band_count()
        bands = self._renderer.bands(camera, size, self.frame_index, settings, count)
        while True:
            begin = self._timer.now()
            try:
                next(bands)
            except StopIteration as done:
                pair: FramePair = done.value
                return pair
            self._timer.add(RENDER, begin)
            yield RENDER

    def _band_count(self) -> int:
        """Bands per half: one on a GPU; on a CPU so many that one takes `band_milliseconds`."""
        if self.backend.device.type == "cuda" or self._report is None:
            return 1
        height = self.settings.render.size[1]
        wanted = self._report.milliseconds[RENDER] / 2 / self.band_milliseconds
        return min(max(round(wanted), 1), height)

    def _train(self, pair: FramePair) -> Generator[str, None, list[torch.Tensor]]:
        """The frame's training steps, one at a time; returns their losses, scalars."""
        losses = []
        for _ in range(self.trainer.settings.train_steps):
            begin = self._timer.now()
            losses.append(self.trainer.step(pair))
            self._timer.add(TRAIN, begin)
            yield TRAIN
        return losses

    def _run_comparison(self, pair: FramePair) -> Generator[str, None, torch.Tensor | None]:
        """Train the comparison, if it learns, and denoise with it; returns its (H, W, 3) image."""
        begin = self._timer.now()
        steps = self.denoisers.train_comparison(pair) if self.is_training else ()
        for _ in steps:
            self._timer.add(COMPARISON_TRAIN, begin)
            yield COMPARISON
            begin = self._timer.now()
        image = self.denoisers.denoise_comparison(pair)
        self._timer.add(COMPARISON, begin)
        return image

    def _make_report(
        self,
        pair: FramePair,
        denoised: torch.Tensor,
        losses: list[torch.Tensor],
        comparison: torch.Tensor | None,
        messages: list[str],
    ) -> FrameReport:
        """Score the images against the earlier frames, then accumulate this frame."""
        scores = [self.measure.score(each) for each in (pair.mean_color(), denoised, comparison)]
        measure_spp = self.measure.spp
        self.measure.add(pair)
        nonfinite, *numbers = self._read(count_nonfinite(pair), *scores, *losses)
        return FrameReport(
            pair=pair,
            denoised=denoised,
            reference=self.measure.reference,
            reference_spp=self.measure.reference_spp,
            losses=[number for number in numbers[3:] if number is not None],
            step_count=self.trainer.step_count,
            effective_learning_rate=self.trainer.effective_learning_rate,
            nonfinite_count=int(nonfinite or 0),
            is_training=self.is_training,
            psnr_mean=numbers[0],
            psnr_denoised=numbers[1],
            comparison=comparison,
            psnr_comparison=numbers[2],
            measure_spp=measure_spp,
            messages=tuple(messages),
            milliseconds=self._timer.milliseconds(),  # read last: all above is frame time
        )

    def _rescore(self, last: FrameReport, pair: FramePair) -> FrameReport:
        """The last frame's report, scored again after holding out `pair`."""
        self.measure.hold_out(pair)
        images = (last.pair.mean_color(), last.denoised, last.comparison)
        scores = self._read(*(self.measure.score(image) for image in images))
        return replace(
            last,
            reference=self.measure.reference,
            reference_spp=self.measure.reference_spp,
            losses=[],
            psnr_mean=scores[0],
            psnr_denoised=scores[1],
            psnr_comparison=scores[2],
            measure_spp=self.measure.spp,
            messages=(),
            is_held_out=True,
        )

    def _read(self, *scalars: torch.Tensor | None) -> list[float | None]:
        """Read scalars (None stays None) and exposures; the one place that waits for the device."""
        exposed = [each for each in self.denoisers.learning if each.exposure is not None]
        wanted = [*scalars, *(each.exposure for each in exposed)]
        found = [scalar.double() for scalar in wanted if scalar is not None]
        numbers = iter(torch.stack(found).tolist() if found else ())
        values = [None if scalar is None else next(numbers) for scalar in scalars]
        for denoiser, exposure in zip(exposed, numbers, strict=True):
            denoiser.confirm_exposure(exposure)
        return values

    def _changes_settings(self, edits: Edits) -> bool:
        """True if edits change anything but how much work a frame does."""
        if edits.settings is None:
            return edits != NO_EDITS
        work = Work.of(self.settings)
        is_other = work.applied_to(edits.settings) != work.applied_to(self.settings)
        return is_other or replace(edits, settings=None) != NO_EDITS

    def _apply(self, edits: Edits) -> list[str]:
        """Apply edits; returns messages for the user."""
        messages = []
        wanted = edits.settings or self.settings
        if wanted.denoiser != self.trainer.settings:
            self.denoisers.change(wanted.denoiser)
        if wanted.comparison is not self.denoisers.comparison:
            hint = self.denoisers.set_comparison(wanted.comparison)
            messages += [] if hint is None else [hint]
        if wanted.render.max_depth != self.settings.render.max_depth:
            self.measure.reset()
            self.denoisers.forget_history()
        self.settings = replace(
            wanted, comparison=self.denoisers.comparison, device=self.settings.device
        )
        if edits.training_paused is not None:
            self.is_training = not edits.training_paused
        if edits.reset_training:
            self.denoisers.reset()
        messages += self.denoisers.save_or_load(edits)
        if edits.load_checkpoint is not None:
            self.settings = replace(self.settings, denoiser=self.trainer.settings)
        return messages
