"""Path player: records the camera's motion, and plays a camera path.

Host code.
"""

from __future__ import annotations

from pathlib import Path

from app.base.errors import UsageError
from app.base.files import free_path
from app.base.files import prepare_folder
from app.camera_path.default import flythrough_path
from app.camera_path.files import save_camera_path
from app.camera_path.spline import CameraPath
from app.camera_path.spline import PathRecorder
from app.session.loaded_scene import LoadedScene
from app.settings.options import Options
from app.viewer.interaction.state import ViewerState

STEM = "camera-path"


class PathPlayer:
    """Recorder of the camera's path, and player of the last recorded path or a given one."""

    def __init__(
        self, state: ViewerState, scene: LoadedScene, options: Options, folder: Path
    ) -> None:
        """Save recorded paths to `folder`; until one is recorded, play the options' path."""
        self._state = state
        self._scene = scene
        self._options = options
        self._folder = folder
        self._recorder: PathRecorder | None = None
        self._path: CameraPath | None = None
        self._start = 0.0

    def toggle_recording(self) -> None:
        """Start recording, or stop, save the path as JSON and make it the path to play.

        If it cannot be saved, a message says so.
        """
        if self._recorder is None:
            self._recorder = PathRecorder()
        else:
            path, self._recorder = self._recorder.path(), None
            if path is not None:
                self._keep(path)
        self._state.show(is_recording=self._recorder is not None)

    def toggle_playing(self) -> None:
        """Play the path from its start, or stop; if it cannot be read, a message says so."""
        if self._state.view.is_playing:
            self.stop()
            return
        try:
            self._path = self._path or flythrough_path(
                self._scene, self._scene.source, self._options.path
            )
        except UsageError as error:
            self._state.say(str(error))
            return
        self._start = self._state.clock()
        self._state.show(is_playing=True)

    def stop(self) -> None:
        """Stop playing."""
        self._state.show(is_playing=False)

    def play(self, now: float) -> None:
        """Move the camera along the path that is playing, to its pose at clock time `now` (s).

        Playing stops at the end of the path.
        """
        if not self._state.view.is_playing or self._path is None:
            return
        controls, played = self._state.controls, now - self._start
        controls.jump(self._path.camera_at(played, controls.camera))
        if played >= self._path.seconds:
            self.stop()

    def record(self, now: float) -> None:
        """Add the camera's pose at clock time `now` (s) if recording, at most every 0.1 s."""
        if self._recorder is not None:
            self._recorder.add(now, self._state.controls.camera)

    def _keep(self, path: CameraPath) -> None:
        """Save a recorded path, and use it for playback from now on."""
        self._path = path
        try:
            prepare_folder(self._folder)
            file = free_path(self._folder, STEM, ".json")
            save_camera_path(file, path)
            self._state.say(f"recorded {path.seconds:.1f} s: {file}")
        except UsageError as error:
            self._state.say(str(error))
