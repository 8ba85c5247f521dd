"""Command handler: executes the commands of keys and panel buttons.

Host code.
"""

from __future__ import annotations

import math
from pathlib import Path

from app.base.errors import UsageError
from app.base.files import prepare_folder
from app.session.report import Edits
from app.viewer.interaction.commands import Command
from app.viewer.interaction.controls import world_up
from app.viewer.interaction.lens import focused_at
from app.viewer.interaction.state import ViewerState
from app.viewer.loop.layout import Screen
from app.viewer.loop.path_player import PathPlayer
from app.viewer.loop.window import Window
from app.viewer.picture.exposure import EXPOSURES
from app.viewer.picture.inspector import pixel_at
from app.viewer.picture.screenshot import save_screenshot
from app.viewer.picture.views import init_label
from app.viewer.picture.zoom import NO_ZOOM
from scenes.default_camera import bounds_of
from scenes.default_camera import frame_camera
from scenes.model.summary import Outline

MIDDLE = (0.5, 0.5)  # centre of the image
EXPOSURE_STEP = 0.25  # stops per key press


class CommandHandler:
    """Executes viewer commands, one at a time."""

    def __init__(
        self,
        state: ViewerState,
        scene: Outline,
        window: Window,
        screen: Screen,
        player: PathPlayer,
        folder: Path,
    ) -> None:
        """Keep the parts of the viewer that commands act on; screenshots go to `folder`."""
        self._state = state
        self._scene = scene
        self._window = window
        self._screen = screen
        self._player = player
        self._folder = folder

    def handle(self, command: Command) -> None:
        """Execute one command."""
        scene, view = self._scene, self._state.view
        match command:
            case Command.FRAME_SCENE:
                self._player.stop()
                width, height = view.settings.render.size
                up = world_up(scene.camera)
                camera = frame_camera(bounds_of(scene.boxes), width / height, up)
                self._state.controls.jump(camera)
            case Command.RESET_CAMERA:
                self._player.stop()
                self._state.controls.jump(scene.camera)
            case Command.RECORD:
                self._player.toggle_recording()
            case Command.PLAY:
                self._player.toggle_playing()
            case Command.SCREENSHOT:
                self._take_screenshot()
            case Command.QUIT:
                self._close_overlay_or_window()
            case Command.PAUSE | Command.RESET_TRAINING | Command.SAVE | Command.LOAD:
                self._execute_training(command)
            case _:
                self._execute_view(command)

    def _execute_view(self, command: Command) -> None:
        """Execute a command that changes the display."""
        state, view = self._state, self._state.view
        match command:
            case Command.SWAP:
                state.show(left=view.right, right=view.left)
            case Command.SPLIT:
                state.show(is_split=not view.is_split)
            case Command.PANEL:
                state.show(panel_visible=not view.panel_visible)
            case Command.HELP:
                state.show(help_visible=not view.help_visible)
            case Command.BRIGHTER | Command.DARKER:
                step = EXPOSURE_STEP if command is Command.BRIGHTER else -EXPOSURE_STEP
                exposure = min(max(view.exposure + step, EXPOSURES[0]), EXPOSURES[1])
                state.show(exposure=exposure, is_auto_exposed=False)
            case Command.AUTO_EXPOSURE:
                state.show(is_auto_exposed=not view.is_auto_exposed)
            case Command.INSPECT:
                state.show(is_inspecting=not view.is_inspecting)
            case Command.RESET_ZOOM:
                state.show(zoom=NO_ZOOM)
            case Command.ZOOM_IN:
                position = self._screen.pointer_position(view)
                state.show(zoom=view.zoom.zoomed_in(position or MIDDLE))
            case Command.FOCUS:
                self._focus()

    def _focus(self) -> None:
        """Focus the camera on the surface under the mouse in the last frame."""
        state, view = self._state, self._state.view
        position = self._screen.pointer_position(view)
        if state.report is None or position is None:
            state.say("point at something in the image")
            return
        depth = state.report.pair.a.distance
        position, size = view.zoom.to_image_position(position), state.report.pair.a.size
        column, row = pixel_at(size, position)
        distance = float(depth[row, column])
        if not (math.isfinite(distance) and distance > 0.0):
            state.say("no surface to focus on under the mouse")
            return
        camera = focused_at(state.controls.camera, size, position, distance)
        state.controls.jump(camera)
        hint = "" if camera.aperture_radius > 0.0 else "; no blur, as the lens radius is 0"
        state.say(f"in focus at {camera.focus_distance:.4g}{hint}")

    def _execute_training(self, command: Command) -> None:
        """Execute a command for training or checkpoints."""
        state, view = self._state, self._state.view
        match command:
            case Command.PAUSE:
                state.show(is_paused=not view.is_paused)
                state.edit(Edits(training_paused=not view.is_paused))
            case Command.RESET_TRAINING:
                # The first command asks for confirmation, the second one resets.
                if view.is_asking_reset:
                    state.edit(Edits(reset_training=True))
                    start = init_label(view.settings.denoiser)
                    state.say(f"training restarts from {start}")
                state.show(is_asking_reset=not view.is_asking_reset)
            case Command.SAVE:
                self._save_checkpoint(Path(view.checkpoint))
            case Command.LOAD:
                state.edit(Edits(load_checkpoint=Path(view.checkpoint)))

    def _save_checkpoint(self, path: Path) -> None:
        """Request a checkpoint from the session if the folder of `path` can be written."""
        try:
            prepare_folder(path.parent)
            self._state.edit(Edits(save_checkpoint=path))
        except UsageError as error:
            self._state.say(str(error))

    def _close_overlay_or_window(self) -> None:
        """Close help and reset question if one is open, else the window."""
        view = self._state.view
        if view.help_visible or view.is_asking_reset:
            self._state.show(help_visible=False, is_asking_reset=False)
        else:
            self._window.request_close()

    def _take_screenshot(self) -> None:
        """Save a PNG of the displayed image and an EXR of the frame's images."""
        state = self._state
        if state.report is None:
            state.say("no image to save yet")
            return
        try:
            pixels = self._screen.pixels(state.report, state.view)
            image_rectangle = save_screenshot(self._folder, state.report, pixels)
            state.say(f"saved {image_rectangle} and .exr")
        except UsageError as error:
            state.say(str(error))
