"""Commands: actions of keys and panel buttons, except camera motion.

Host code.
"""

from __future__ import annotations

from enum import Enum


class Command(Enum):
    """An action of a key or panel button. The value is its description for the user."""

    FRAME_SCENE = "frame the scene"
    RESET_CAMERA = "reset the camera"
    SWAP = "swap the sides of the split"
    SPLIT = "split view on or off"
    PANEL = "show or hide the panel"
    PAUSE = "pause or resume training"
    RESET_TRAINING = "reset training (asks first)"
    RECORD = "start or stop recording the camera path"
    PLAY = "start or stop playing the camera path"
    SCREENSHOT = "save a screenshot as PNG and EXR"
    SAVE = "save a checkpoint"
    LOAD = "load the checkpoint"
    BRIGHTER = "increase exposure"
    DARKER = "decrease exposure"
    AUTO_EXPOSURE = "auto exposure on or off"
    ZOOM_IN = "zoom in at the mouse"
    RESET_ZOOM = "reset zoom to the whole image"
    INSPECT = "values of the pixel under the mouse on or off"
    FOCUS = "focus on the surface under the mouse"
    HELP = "show or hide this help"
    QUIT = "quit"


COMMAND_KEYS = {
    "f": Command.FRAME_SCENE,
    "r": Command.RESET_CAMERA,
    "tab": Command.SWAP,
    "x": Command.SPLIT,
    "h": Command.PANEL,
    "p": Command.PAUSE,
    "t": Command.RESET_TRAINING,
    "space": Command.RECORD,
    "enter": Command.PLAY,
    "f12": Command.SCREENSHOT,
    "f5": Command.SAVE,
    "f9": Command.LOAD,
    "equal": Command.BRIGHTER,
    "kp_add": Command.BRIGHTER,
    "minus": Command.DARKER,
    "kp_subtract": Command.DARKER,
    "o": Command.AUTO_EXPOSURE,
    "z": Command.ZOOM_IN,
    "c": Command.RESET_ZOOM,
    "i": Command.INSPECT,
    "v": Command.FOCUS,
    "f1": Command.HELP,
    "escape": Command.QUIT,
}
"""Command of each key, by GLFW's key name in lower case."""
