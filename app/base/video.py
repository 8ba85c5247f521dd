"""Video writer for display-referred frames, H.264 in MP4; a killed run keeps its frames.

Host code. During a run the video is a series of finished segments, `.flythrough.0000.mp4` and so
on; at the end they are joined without encoding again, and the file appears under its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange
from av.video.reformatter import Colorspace

from app.base.errors import UsageError
from denoiser.errors import one_line
from denoiser.files import atomic_path
from denoiser.files import partial_path

# Constant rate factor 18 is visually lossless. Without B-frames packets are in display order, so
# that segments can be cut after any frame and joined end to end.
ENCODER = {"crf": "18", "bf": "0"}
PIXEL_FORMAT = "yuv420p"
BT709 = 1  # number of BT.709 among primaries, transfer curves and matrices (ITU-T H.273)
FRAMES_PER_SECOND = 25


class VideoWriter:
    """Video encoder that takes one frame at a time."""

    def __init__(self, path: Path, size: tuple[int, int], kept_count: int = 0) -> None:
        """Continue after the first `kept_count` frames of an earlier run, finished or killed.

        Args:
            size: (width, height); odd sides lose their last pixel, which H.264 cannot hold.

        Raises:
            UsageError: those frames do not exist, or the folder cannot be written.
        """
        self._path = path
        self._width, self._height = max(size[0] // 2 * 2, 2), max(size[1] // 2 * 2, 2)
        self._open: tuple[av.container.OutputContainer, av.VideoStream] | None = None
        self._segments: list[Path] = []
        if kept_count:
            first = _segment(path, 0)
            _join(_earlier_files(path, kept_count), first, kept_count)
            self._segments.append(first)
        for segment in _segments_of(path):
            if segment not in self._segments:
                segment.unlink()

    def add(self, pixels: np.ndarray) -> None:
        """Append an (H, W, 3) uint8 frame. As in the other methods, UsageError if writing fails."""
        if self._open is None:
            self._open = self._begin()
        container, stream = self._open
        padded = np.pad(pixels, ((0, self._height % 2), (0, self._width % 2), (0, 0)), mode="edge")
        cropped = np.ascontiguousarray(padded[: self._height, : self._width])
        if cropped.shape[:2] != (self._height, self._width):  # one pixel wide or high
            cropped = np.resize(cropped, (self._height, self._width, 3))
        with self._errors_in_one_line():
            frame = av.VideoFrame.from_ndarray(cropped, format="rgb24")
            frame = frame.reformat(
                format=PIXEL_FORMAT,
                src_colorspace=Colorspace.ITU709,
                dst_colorspace=Colorspace.ITU709,
                src_color_range=ColorRange.JPEG,
                dst_color_range=ColorRange.MPEG,
            )
            container.mux(stream.encode(frame))

    def flush(self) -> None:
        """Finish the current segment, so that a run killed later keeps its frames."""
        if self._open is None:
            return
        container, stream = self._open
        self._open = None
        segment = _segment(self._path, len(self._segments))
        with self._errors_in_one_line():
            container.mux(stream.encode())
            container.close()
            os.replace(partial_path(self._path), segment)
        self._segments.append(segment)

    def close(self) -> None:
        """Join the segments into the video file and delete them."""
        self.flush()
        if self._segments:
            _join(self._segments, self._path)
        # The last first: if the run is killed here, the remaining segments still have frame 0.
        for segment in reversed(self._segments):
            segment.unlink()

    @contextmanager
    def _errors_in_one_line(self) -> Iterator[None]:
        """Turn errors of writing into UsageError and remove the unfinished segment."""
        try:
            yield
        except (OSError, av.FFmpegError) as error:
            partial_path(self._path).unlink(missing_ok=True)
            raise _unwritable(self._path, error) from error

    def _begin(self) -> tuple[av.container.OutputContainer, av.VideoStream]:
        """A new segment under its temporary name."""
        container = _create(self._path, partial_path(self._path))
        stream = container.add_stream("libx264", rate=Fraction(FRAMES_PER_SECOND))
        stream.width, stream.height = self._width, self._height
        stream.pix_fmt = PIXEL_FORMAT
        context = stream.codec_context
        context.colorspace, context.color_range = BT709, ColorRange.MPEG
        context.color_primaries, context.color_trc = BT709, BT709
        stream.options = dict(ENCODER)
        return container, stream


def _segment(path: Path, index: int) -> Path:
    return path.with_name(f".{path.stem}.{index:04d}{path.suffix}")


def _segments_of(path: Path) -> list[Path]:
    """All segments of a video, in order."""
    return sorted(path.parent.glob(f".{path.stem}.[0-9][0-9][0-9][0-9]{path.suffix}"))


def _earlier_files(path: Path, count: int) -> list[Path]:
    """Files with the first `count` frames of an earlier run: its segments, or the finished video.

    A new run deletes segments it finds, but keeps a finished video until its own is complete, so
    segments are newer than the video. UsageError if neither has `count` frames.
    """
    most = 0
    for sources in (_segments_of(path), [path] if path.exists() else []):
        found = sum(_count(source) for source in sources)
        if found >= count:
            return sources
        most = max(most, found)
    raise UsageError(f"{path}: cannot be resumed: {most} of {count} frames")


def _count(path: Path) -> int:
    """Number of frames of a video file."""
    try:
        with av.open(str(path)) as container:
            return sum(packet.size > 0 for packet in container.demux(container.streams.video[0]))
    except (av.FFmpegError, IndexError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{path}: cannot be resumed: {one_line(error)}")


def _unwritable(path: Path, error: OSError | av.FFmpegError) -> UsageError:
    return UsageError(
        f"{path}: cannot be written: {getattr(error, 'strerror', None) or one_line(error)}"
    )


def _create(path: Path, partial: Path) -> av.container.OutputContainer:
    """Open `partial` for writing; errors name `path`, the final name."""
    try:
        return av.open(str(partial), "w")
    except OSError as error:
        raise _unwritable(path, error) from error


def _join(sources: Sequence[Path], target: Path, limit: int | None = None) -> None:
    """Copy the frames of all sources, at most `limit`, into `target`."""
    count = 0
    try:
        with atomic_path(target) as partial, _create(target, partial) as output:
            stream: av.VideoStream | None = None
            for source in sources:
                with av.open(str(source)) as container:
                    video = container.streams.video[0]
                    if stream is None:
                        stream = output.add_stream_from_template(video)
                    for packet in container.demux(video):
                        if packet.size == 0 or count == limit:  # demux ends on an empty packet
                            continue
                        packet.pts, packet.dts, packet.duration = count, count, 1
                        packet.time_base = Fraction(1, FRAMES_PER_SECOND)
                        packet.stream = stream
                        output.mux(packet)
                        count += 1
    except (av.FFmpegError, IndexError) as error:
        raise _unusable(sources[0], error) from error
