"""A viewer on a virtual display with a real session, driven by simulated keyboard and mouse input.

Host code. The scene is the inside of an emissive sphere, rendered with max depth 1: every sample of
a pixel equals the sphere's radiance, so the expected colour on the screen is known exactly.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np
import torch
from PIL import ImageGrab

from app.session.loaded_scene import LoadedScene
from app.session.loaded_scene import Progress
from app.session.report import NO_EDITS
from app.session.report import Edits
from app.session.session import Session
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.viewer.gui import panel
from app.viewer.loop.viewer import Viewer
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from denoiser.transfer import tone
from scenes.model.description import Camera
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material

WINDOW_SIZE = (960, 640)
PATIENCE_SECONDS = 20.0  # for an event to arrive on a busy machine
# Slightly off the centre, which lies between two pixels of the image.
IMAGE_CENTER = ((WINDOW_SIZE[0] + int(panel.WIDTH)) // 2 + 4, WINDOW_SIZE[1] // 2 + 4)
TOLERANCE = 2  # in 8-bit levels, of 255
SIZE = (64, 48)
RADIANCE = (0.7, 0.1, 0.05)
REFLECTANCE = (0.0, 0.2, 0.9)
ALBEDO = (0.7, 0.3, 0.95)  # RADIANCE + REFLECTANCE: emitters add their radiance
SETTINGS = SessionSettings(
    RenderSettings(size=SIZE, spp=1, max_depth=1),
    DenoiserSettings(network=NetworkName.UNET, train_steps=0, crop=32),
    "cpu",
)


def glowing_ball() -> LoadedScene:
    """Scene with the camera inside an emissive sphere, looking along +z."""
    ball = Sphere((0.0, 0.0, 0.0), 100.0, radiance=RADIANCE, is_flipped=True)
    material = Material(Diffuse(REFLECTANCE))
    return LoadedScene.of(SceneDescription("ball", (ball,), (material,), Camera(np.eye(4))))


class RecordingSession(Session):
    """A session that records the cameras and edits of its frames."""

    def __init__(
        self, scene: LoadedScene, settings: SessionSettings, progress: Progress | None = None
    ) -> None:
        super().__init__(scene, settings, progress)
        self.cameras: list[Camera] = []
        self.edits: list[Edits] = []

    def stages(self, camera: Camera, edits: Edits = NO_EDITS) -> Iterator[str]:
        """Record `camera` and `edits`, then run the frame."""
        self.cameras.append(camera)
        self.edits.append(edits)
        yield from super().stages(camera, edits)


class WindowDriver:
    """A viewer on a display, with simulated keyboard and mouse input (xdotool)."""

    def __init__(self, display: str, viewer: Viewer, session: RecordingSession) -> None:
        self.display, self.viewer, self.session = display, viewer, session

    def do(self, *words: str) -> None:
        """Run xdotool with `words`, then one frame of the viewer."""
        subprocess.run(["xdotool", *words], check=True, timeout=20)
        self.viewer.run_frame(self.session)

    def until(self, condition: Callable[[], bool]) -> None:
        """Run frames until `condition()` holds; fail after PATIENCE_SECONDS."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, "the condition never held"
            self.viewer.run_frame(self.session)

    def shot(self) -> np.ndarray:
        """Screenshot (H, W, 3) uint8 of the window on the display."""
        time.sleep(0.1)
        shot = np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"))
        return shot[: WINDOW_SIZE[1], : WINDOW_SIZE[0]]

    def screen(self) -> np.ndarray:
        """Screenshot (H, W, 3) uint8 of the window after two more frames."""
        for _ in range(2):
            self.viewer.run_frame(self.session)
        return self.shot()

    def color(self, place: tuple[int, int] = IMAGE_CENTER) -> np.ndarray:
        """Colour (3,) of the screen at `position`, (x, y) from the upper left corner, 0 to 255."""
        return self.screen()[place[1], place[0]].astype(int)

    def position(self) -> np.ndarray:
        """Camera position (3,)."""
        return self.viewer.state.controls.camera.to_world[:3, 3]

    def denoised(self, place: tuple[int, int] = IMAGE_CENTER) -> np.ndarray:
        """Toned colour (3,) of the last denoised image at window position `position`, 0 to 255."""
        left, top, width, height = self.viewer.screen.image_rectangle(self.viewer.state.view)
        image = self.session.report.denoised
        column = int((place[0] - left) / width * image.shape[1])
        row = int((place[1] - top) / height * image.shape[0])
        exposed = image[row, column] * 2.0**self.viewer.state.view.exposure
        return tone(exposed).numpy() * 255


def toned(color: tuple[float, ...]) -> np.ndarray:
    """Colour (3,) tone mapped by T(v), 0 to 255."""
    return tone(torch.tensor(color)).numpy() * 255


def srgb(color: tuple[float, ...]) -> np.ndarray:
    """Colour (3,) in sRGB (IEC 61966-2-1), 0 to 255; for values above the linear segment."""
    return (1.055 * np.array(color) ** (1 / 2.4) - 0.055) * 255
