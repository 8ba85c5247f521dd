"""Commands: what a key or a button of the panel asks for, besides flying.

Host code.
"""

from __future__ import annotations

from enum import Enum


class Command(Enum):
    """What a key or a button asks for, besides flying. The value says it to the user."""

    FRAME_SCENE = "frame the scene"
    RESET_CAMERA = "reset the camera"
    SWAP = "swap the sides of the split"
    SPLIT = "split the picture"
    PANEL = "show or hide the panel"
    PAUSE = "pause or resume training"
    RESET_TRAINING = "forget all training (asks first)"
    RECORD = "record the camera path, stop recording"
    PLAY = "play the camera path, stop playing"
    SCREENSHOT = "screenshot, PNG and EXR"
    SAVE = "save a checkpoint"
    LOAD = "load the checkpoint"
    BRIGHTER = "exposure up"
    DARKER = "exposure down"
    AUTO_EXPOSURE = "exposure that follows the picture, on and off"
    CLOSER = "zoom in at the mouse"
    WHOLE = "the whole picture again"
    INSPECT = "numbers of the pixel under the mouse"
    FOCUS = "focus on what is under the mouse"
    HELP = "this help"
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
    "z": Command.CLOSER,
    "c": Command.WHOLE,
    "i": Command.INSPECT,
    "v": Command.FOCUS,
    "f1": Command.HELP,
    "escape": Command.QUIT,
}
"""Keys by GLFW's name in lower case."""
