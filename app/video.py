"""Writes a video of display-referred frames, H.264 in MP4.

Host code. The file appears under its name when it is closed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from app.errors import UsageError

QUALITY = "18"  # x264's constant rate factor: visually lossless
FRAMES_PER_SECOND = 25


class VideoWriter:
    """Encodes frame after frame."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        """`size` (width, height); odd sides lose their last pixel, which H.264 cannot hold."""
        self._path = path
        self._partial = path.with_name(f".{path.stem}.part{path.suffix}")
        self._width, self._height = max(size[0] // 2 * 2, 2), max(size[1] // 2 * 2, 2)
        try:
            self._container = av.open(str(self._partial), "w")
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error}") from error
        self._stream = self._container.add_stream("libx264", rate=Fraction(FRAMES_PER_SECOND))
        self._stream.width, self._stream.height = self._width, self._height
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": QUALITY}

    def add(self, pixels: np.ndarray) -> None:
        """Append (H, W, 3) uint8."""
        padded = np.pad(pixels, ((0, self._height % 2), (0, self._width % 2), (0, 0)), mode="edge")
        cropped = np.ascontiguousarray(padded[: self._height, : self._width])
        if cropped.shape[:2] != (self._height, self._width):  # a frame one pixel wide
            cropped = np.resize(cropped, (self._height, self._width, 3))
        frame = av.VideoFrame.from_ndarray(cropped, format="rgb24")
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finish the file and give it its name."""
        self._container.mux(self._stream.encode())
        self._container.close()
        os.replace(self._partial, self._path)


def read_video(path: Path, limit: int) -> Iterator[np.ndarray]:
    """The first `limit` frames of a video, (H, W, 3) uint8 each. UsageError if it is none."""
    try:
        with av.open(str(path)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                if index >= limit:
                    return
                yield frame.to_ndarray(format="rgb24")
    except av.FFmpegError as error:
        raise UsageError(f"{path}: cannot be resumed: {error.strerror}") from error
