"""A session on the Cornell box, small enough for a frame in milliseconds, and its helpers.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from app.session.loaded_scene import LoadedScene
from app.session.report import Edits
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from denoiser.online.denoiser import WEIGHTS
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from scenes.loader import load_scene
from scenes.model.description import Camera

SIZE = (32, 24)
SETTINGS = SessionSettings(
    RenderSettings(size=SIZE, spp=1),
    DenoiserSettings(network=NetworkName.UNET, train_steps=1, crop=16, precision=Precision.FP32),
    "cpu",
)


def start_session() -> Session:
    """Start a new session on the Cornell box."""
    return Session(LoadedScene.of(load_scene("cornell-box")), SETTINGS)


def begin_again(session: Session) -> None:
    """Reset a session to its state after its first frame."""
    session.measure.holds_out = False
    begin = Edits(settings=SETTINGS, training_paused=True)
    session.step(moved(session.scene.camera, -1.0), begin)
    session.step(session.scene.camera, Edits(training_paused=False, reset_training=True))


def moved(camera: Camera, distance: float = 0.01) -> Camera:
    """Camera moved by `distance` along its x axis."""
    to_world = np.array(camera.to_world, float)
    to_world[:3, 3] += distance * to_world[:3, 0]
    return replace(camera, to_world=to_world)


def weights(session: Session) -> torch.Tensor:
    """Copy of all network weights as one vector."""
    state = session.trainer.state()
    return torch.cat([state[name].flatten() for name in state if name.startswith(WEIGHTS)])
