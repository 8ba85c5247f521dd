"""Overlaid text: Lehtinen et al. 2018, section 3.1.

Host code. The font is DejaVu Sans, free to use and part of matplotlib; strings are drawn upright.
"""

from __future__ import annotations

import functools
from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import ImageFont

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic

FONT_FILE = "fonts/ttf/DejaVuSans.ttf"  # relative to matplotlib's data folder
FONT_SIZES = (10, 33)  # pixels, the upper end not included
STRING_LENGTHS = (3, 13)  # characters, the upper end not included
SCRIPTS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω",
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
    "ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ",
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
)
"""Latin, Greek, Cyrillic, Armenian and Georgian: scripts whose letters do not join."""


class TextOverlay(Corruption):
    """Strings of random letters, sizes, places and colours over the image, one over another, until
    the fraction of pixels that they touch is closest to the level.

    A pixel keeps its value with probability 1 - level, so that for levels below 1/2 the median is
    the clean value; the mean moves towards grey.
    """

    statistic = Statistic.MEDIAN
    levels = (0.0, 0.5)
    test_level = 0.25
    limits = (0.0, 0.95)  # covering the last pixels takes very many strings

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Draw strings over the image."""
        # Strings are drawn on the host, with a seed from the image's generator.
        seed = torch.randint(2**62, (), generator=generator, device=generator.device)
        channels, height, width = clean.shape
        alpha, color = draw_strings(
            np.random.default_rng(int(seed)), (height, width), channels, level
        )
        over = torch.from_numpy(alpha).to(clean.device)
        paint = torch.from_numpy(color).to(clean.device) + BLACK
        return Corrupted(clean * (1.0 - over) + paint * over)


def draw_strings(
    random: np.random.Generator, size: tuple[int, int], channels: int, fraction: float
) -> tuple[np.ndarray, np.ndarray]:
    """(1, H, W) opacity and (C, H, W) colour, both float32 in [0, 1], of random strings.

    Args:
        size: (height, width).
        fraction: of the pixels to touch, in [0, 1).
    """
    height, width = size
    alpha = np.zeros((1, height, width), np.float32)
    color = np.zeros((channels, height, width), np.float32)
    wanted, touched = fraction * height * width, 0
    while touched < wanted:
        ink, (top, left) = _random_string(random, size)
        region = np.s_[:, top : top + ink.shape[0], left : left + ink.shape[1]]
        added = int(np.count_nonzero((ink > 0.0) & (alpha[region] == 0.0)))
        if touched + added - wanted > wanted - touched:
            break
        paint = random.random(channels, np.float32)[:, None, None]
        color[region] = color[region] * (1.0 - ink) + paint * ink
        alpha[region] = 1.0 - (1.0 - alpha[region]) * (1.0 - ink)
        touched += added
    # The colour is premultiplied by alpha: divide it by alpha.
    return alpha, np.divide(color, alpha, out=color, where=alpha > 0.0)


def _random_string(
    random: np.random.Generator, size: tuple[int, int]
) -> tuple[np.ndarray, tuple[int, int]]:
    """(h, w) opacity in [0, 1] of a random string, cropped to the image, and its (top, left)."""
    letters = SCRIPTS[random.integers(len(SCRIPTS))]
    text = "".join(
        letters[i] for i in random.integers(len(letters), size=_draw(random, STRING_LENGTHS))
    )
    mask = _font(_draw(random, FONT_SIZES)).getmask(text, mode="L")
    ink = np.asarray(mask, np.uint8).reshape(mask.size[::-1]).astype(np.float32) / BYTE_STEPS
    # Any place that overlaps the image, so that edges are covered as often as the middle.
    top = int(random.integers(1 - ink.shape[0], size[0]))
    left = int(random.integers(1 - ink.shape[1], size[1]))
    ink = ink[max(-top, 0) :, max(-left, 0) :]
    top, left = max(top, 0), max(left, 0)
    return ink[: size[0] - top, : size[1] - left], (top, left)


def _draw(random: np.random.Generator, bounds: tuple[int, int]) -> int:
    return int(random.integers(*bounds))


@functools.lru_cache(maxsize=None)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path()) / FONT_FILE
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
