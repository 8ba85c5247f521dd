"""Cached references of the frames of a comparison, which take longest to render."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load_file
from safetensors.torch import save_file

from app.session.session import REFERENCE_SEED
from app.session.session import Session
from benchmarks.comparison.entry import Truth
from denoiser.files import atomic_path
from scenes.model.description import Camera

PARTS = 4  # independent references of a frame


class References:
    """References from a cache folder, rendered if missing.

    Delete the folder after changes of the renderer that change radiance.
    """

    def __init__(self, session: Session, spp: int, folder: Path | None) -> None:
        """Spread `spp` samples per pixel over all parts of a frame; no folder: no cache."""
        self._session = session
        self._spp = max(spp // PARTS, 1)
        self._folder = folder

    def truth(self, camera: Camera) -> Truth:
        """Estimates of the session's scene as seen from `camera`, from the cache or rendered."""
        if self._folder is None:
            return Truth.of(self._rendered(camera))
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._session.scene.name}-{self._key(camera)}.safetensors"
        if not path.exists():
            parts = {str(index): part for index, part in enumerate(self._rendered(camera))}
            with atomic_path(path) as partial:
                save_file({name: part.cpu().contiguous() for name, part in parts.items()}, partial)
        kept = load_file(path)
        device = self._session.backend.device
        return Truth.of([kept[str(index)].to(device) for index in range(PARTS)])

    def _rendered(self, camera: Camera) -> list[torch.Tensor]:
        seeds = range(REFERENCE_SEED, REFERENCE_SEED + PARTS)
        return [self._session.reference(camera, self._spp, seed) for seed in seeds]

    def _key(self, camera: Camera) -> str:
        """Hash of all that a reference depends on except the scene and the renderer."""
        render = self._session.settings.render
        lens = (camera.fov_x, camera.aspect, camera.aperture_radius, camera.focus_distance)
        work = (render.size, render.max_depth, render.rr_depth, render.spp, self._spp)
        text = f"{camera.to_world.tolist()} {lens} {work}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]
