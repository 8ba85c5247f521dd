"""The video of a stopped or killed run continues after that run's frames, and no other run's.

Host code. Frames are distinguished by their grey level.
"""

from __future__ import annotations

import resource
from pathlib import Path

import av
import numpy as np
import pytest

from app.base.errors import UsageError
from app.base.video import VideoWriter

SIZE = (32, 16)
OLD, NEW = 40, 160  # grey levels, 0 to 255, that distinguish the frames of runs
NEAR = 3  # tolerance in grey levels for lossy video coding


def write(path: Path, greys: list[int], kept_count: int = 0, has_end: bool = True) -> None:
    """Write one frame per grey, each as its own segment; killed if `has_end` is False."""
    video = VideoWriter(path, SIZE, kept_count)
    for grey in greys:
        video.add(np.full((SIZE[1], SIZE[0], 3), grey, np.uint8))
        video.flush()
    if has_end:
        video.close()


def greys_of(path: Path) -> list[int]:
    """Mean level of every frame, rounded."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [int(frame.mean().round()) for frame in frames]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Path of the video, in its own folder."""
    return tmp_path / "run.mp4"


def assert_greys(path: Path, expected: list[int]) -> None:
    """Check the video's grey levels, and that no other file is left in its folder."""
    np.testing.assert_allclose(greys_of(path), expected, atol=NEAR)
    assert list(path.parent.iterdir()) == [path]


def test_video_resumes_after_the_kept_frames_of_a_finished_run(path: Path) -> None:
    write(path, [OLD] * 3)
    write(path, [NEW] * 2, kept_count=2)
    assert_greys(path, [OLD, OLD, NEW, NEW])


def test_resume_of_killed_run_keeps_its_frames_and_not_the_older_video(path: Path) -> None:
    write(path, [OLD] * 4)
    write(path, [NEW] * 3, has_end=False)
    write(path, [NEW + 50], kept_count=2)
    assert_greys(path, [NEW, NEW, NEW + 50])


def test_video_resumes_after_a_run_was_stopped_then_resumed_then_killed(path: Path) -> None:
    write(path, [OLD] * 2)
    write(path, [NEW] * 2, kept_count=2, has_end=False)
    write(path, [NEW + 50], kept_count=4)
    assert_greys(path, [OLD, OLD, NEW, NEW, NEW + 50])


def test_run_killed_before_its_first_segment_keeps_the_earlier_video(path: Path) -> None:
    write(path, [OLD] * 3)
    write(path, [], has_end=False)
    write(path, [NEW], kept_count=3)
    assert_greys(path, [OLD, OLD, OLD, NEW])


def test_video_reports_missing_frames_and_keeps_all_others(path: Path) -> None:
    write(path, [NEW] * 3, has_end=False)
    with pytest.raises(UsageError, match="run.mp4: cannot be resumed: 3 of 5 frames"):
        VideoWriter(path, SIZE, 5)
    write(path, [OLD], kept_count=3)
    assert_greys(path, [NEW, NEW, NEW, OLD])


@pytest.mark.parametrize("has_end", [False, True], ids=["between frames", "at a segment's end"])
def test_failed_video_write_raises_and_keeps_finished_segments(path: Path, has_end: bool) -> None:
    random = np.random.default_rng(0)
    video = VideoWriter(path, (64, 64))
    video.add(random.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    video.flush()
    kept = sorted(path.parent.iterdir())
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, earlier[1]))
    try:
        with pytest.raises(UsageError, match="run.mp4: cannot be written: File too large"):
            # The encoder buffers some tens of frames before it writes any.
            for _ in range(4 if has_end else 200):
                video.add(random.integers(0, 256, (64, 64, 3), dtype=np.uint8))
            if has_end:
                video.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)
    assert sorted(path.parent.iterdir()) == kept


def test_video_crops_odd_width_and_height_by_one_pixel(path: Path) -> None:
    video = VideoWriter(path, (33, 17))
    video.add(np.full((17, 33, 3), NEW, np.uint8))
    video.close()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == SIZE


def test_colors_are_stored_in_bt709_and_tagged_so(path: Path) -> None:
    """The planes hold Y, Cb and Cr of Rec. ITU-R BT.709 in 16 to 235 and 16 to 240."""
    rgb = np.array([200, 60, 30]) / 255.0
    video = VideoWriter(path, SIZE)
    video.add(np.full((SIZE[1], SIZE[0], 3), rgb * 255.0, np.uint8))
    video.close()

    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        tags = (context.colorspace, context.color_primaries, context.color_trc)
        frame = next(container.decode(video=0))
        planes = [frame.to_ndarray()[row, 0] for row in (0, SIZE[1], SIZE[1] + SIZE[1] // 4)]

    luma = rgb @ [0.2126, 0.7152, 0.0722]
    blue, red = (rgb[2] - luma) / 1.8556, (rgb[0] - luma) / 1.5748
    right = [16 + 219 * luma, 128 + 224 * blue, 128 + 224 * red]
    assert planes == pytest.approx(right, abs=2)
    assert tags == (1, 1, 1) and context.color_range == 1
