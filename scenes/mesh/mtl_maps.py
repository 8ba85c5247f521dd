"""Maps of MTL files: options and a file name.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scenes.images.files import read_image
from scenes.model.numbers import are_finite
from scenes.model.textures import RGB
from scenes.model.textures import Channel
from scenes.model.textures import ImageTexture
from scenes.model.textures import Wrap

CHANNELS = {
    "r": Channel.RED,
    "g": Channel.GREEN,
    "b": Channel.BLUE,
    "m": Channel.ALPHA,
    "l": Channel.LUMINANCE,
}
"""Argument of `-imfchan` -> channel; `m` is the matte."""
NEUTRAL_ARGUMENTS = {"-mm": ["0", "1"], "-t": ["0", "0", "0"], "-cc": ["off"]}
"""Options that are not supported -> the arguments with which they change nothing."""
OPTION_LENGTHS = {"-clamp": 1, "-bm": 1, "-blendu": 1, "-blendv": 1, "-imfchan": 1, "-type": 1}
"""Number of arguments of map options; -s, -o and -t take up to three numbers."""


def map_texture(
    path: Path,
    words: list[str],
    is_srgb: bool,
    factor: RGB = (1.0, 1.0, 1.0),
    is_light: bool = False,
) -> ImageTexture:
    """Texture of a map line: options, then a file name that may hold spaces."""
    wrap = Wrap.REPEAT
    offset = [0.0, 0.0, 0.0]
    scale = [1.0, 1.0, 1.0]
    position = 0
    while position < len(words) - 1 and words[position].startswith("-"):
        option = words[position]
        position += 1
        if option in ("-s", "-o", "-t"):
            target = {"-s": scale, "-o": offset}.get(option, [0.0, 0.0, 0.0])
            for axis in range(3):
                if position < len(words) - 1 and is_number(words[position]):
                    target[axis] = float(words[position])
                    position += 1
        else:
            if option == "-clamp" and words[position] == "on":
                wrap = Wrap.CLAMP
            position += 2 if option == "-mm" else OPTION_LENGTHS.get(option, 1)
    name = " ".join(words[position:]).strip('"').replace("\\", "/")
    return ImageTexture(
        image=read_image(path.parent / name, is_srgb, is_light),
        scale=(*factor, 1.0),
        uv_transform=(scale[0], 0.0, offset[0], 0.0, scale[1], offset[1]),
        wrap=wrap,
    )


def map_channel(words: list[str], default: Channel = Channel.LUMINANCE) -> Channel:
    """Channel of a map that `-imfchan` chooses."""
    if "-imfchan" not in words:
        return default
    return CHANNELS.get(words[words.index("-imfchan") + 1].lower(), default)


def ignored_options(words: list[str]) -> Iterator[str]:
    """Options of a map line that change the picture and are not supported."""
    for option, neutral in NEUTRAL_ARGUMENTS.items():
        if option in words:
            begin = words.index(option) + 1
            if words[begin : begin + len(neutral)] != neutral:
                yield option


def is_number(word: str) -> bool:
    """Whether a word is a number that is finite as float32."""
    try:
        return are_finite(float(word))
    except ValueError:
        return False
