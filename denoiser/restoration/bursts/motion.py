"""Motion of a hand-held camera between two frames: shift, turn and zoom, from noisy frames.

Host code. Shifts of tiles are found by cross-correlation; a similarity transform is fitted to them
by random sample consensus (Fischler and Bolles 1981), so that tiles without content, or whose
content moves by itself, do not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import affine_transform
from skimage.measure import ransac
from skimage.registration import phase_cross_correlation
from skimage.transform import SimilarityTransform

WHOLE_SIDE = 1024  # pixels: largest side at which whole frames are compared
TILE_SIDES = (64, 256)  # pixels: smallest and largest side of a tile
GRID = 6  # tiles along each side of a frame; they overlap where it is small
LEAST_CONTENT = 0.1  # of a tile, relative to the one with most: covariance of both frames
ROUNDS = 2  # the second one compares tiles that are already turned
STEPS = 20  # a pixel is divided into so many steps by the correlation
INLIER = 0.5  # pixels: largest distance of a tile from the transform that it agrees with
TRIALS = 200  # of random sample consensus
LEAST_AGREEMENT = 0.3  # fraction of the tiles with content that has to agree
LEAST_TILES = 4  # that agree, for a transform with turn and zoom; fewer: a shift alone
LEAST_SHIFT = 0.2  # pixels: what moves less anywhere is taken for still
NORMAL_MEDIAN = 0.6745  # median of |x| of a normal distribution of standard deviation 1
SURE = 8.0
"""A motion counts when it is this many standard errors: those of frames that did not move, with
sigma 13 to 76 (of 255), were found to move by up to 7.5."""


@dataclass(frozen=True, eq=False)
class Motion:
    """Where in a frame the content of the burst's first frame lies."""

    matrix: np.ndarray
    """(2, 3) float64: (row, column) in the frame = matrix @ (row, column, 1) of the first."""

    @property
    def is_still(self) -> bool:
        """True if nothing moves."""
        return bool(np.array_equal(self.matrix, STILL.matrix))

    def to(self, other: Motion) -> Motion:
        """The motion from this frame to another one of the same burst."""
        back = np.linalg.inv(_square(self.matrix))
        return Motion((_square(other.matrix) @ back)[:2])

    def largest_shift(self, size: tuple[int, int]) -> float:
        """Largest distance, pixels, that a corner of a frame of `size` (H, W) moves."""
        corners = _corners(size)
        return float(np.linalg.norm(_moved(self.matrix, corners) - corners, axis=1).max())


STILL = Motion(np.eye(2, 3))
"""No motion."""


def find_motion(first: np.ndarray, second: np.ndarray) -> Motion | None:
    """Motion from frame `first` to `second`, (H, W) grey of any scale; None if none is found.

    Still where the frames move by less than the noise lets one tell.
    """
    if _is_flat(first) or _is_flat(second):
        return STILL
    height, width = first.shape
    factor = -(-max(first.shape) // WHOLE_SIDE)
    reduced = [_reduced(image, factor) for image in (first, second)]
    whole = np.rint(_correlate(*reduced) * factor)
    motion = Motion(np.hstack([np.eye(2), whole[:, None]]))
    for _ in range(ROUNDS):
        centres, places = _matched_tiles(first, second, motion)
        if not len(centres):
            return None
        matrix, agreeing = _fitted(centres, places)
        if agreeing.mean() < LEAST_AGREEMENT:
            return None
        motion = Motion(matrix)
    # Standard deviation of a tile's shift from the median, which outliers hardly move. Tiles
    # overlap: no more of them count than fit side by side. The error at the corners is about twice
    # that of the mean.
    left = np.abs(places - _moved(matrix, centres))
    count = min(len(centres), height * width / _tile_side(first.shape) ** 2)
    error = float(np.hypot(np.median(left) / NORMAL_MEDIAN, 0.5 / STEPS))
    error *= 2.0 / np.sqrt(count)
    is_sure = motion.largest_shift((height, width)) >= max(LEAST_SHIFT, SURE * error)
    return motion if is_sure else STILL


def _matched_tiles(
    first: np.ndarray, second: np.ndarray, motion: Motion
) -> tuple[np.ndarray, np.ndarray]:
    """(N, 2) centres of tiles with content in `first`, and (N, 2) where that is in `second`.

    Args:
        motion: about the motion that is looked for.
    """
    size = np.array(first.shape)
    side = _tile_side(first.shape)
    corners = np.array([(0, 0), (0, side - 1), (side - 1, 0), (side - 1, side - 1)])
    starts = [np.unique(np.linspace(0, length - side, GRID).astype(int)) for length in size]
    turn = motion.matrix[:, :2]
    centres, places, contents = [], [], []
    for top in starts[0]:
        for left in starts[1]:
            corner = np.array((top, left))
            box = _moved(motion.matrix, corners + corner)
            if (box < 0).any() or (box > size - 1).any():
                continue
            a = first[top : top + side, left : left + side]
            start = turn @ corner + motion.matrix[:, 2]
            b = affine_transform(second, turn, start, (side, side), order=1)
            if _is_flat(a) or _is_flat(b):
                continue
            centre = corner + (side - 1) / 2
            centres.append(centre)
            places.append(_moved(motion.matrix, centre + _correlate(a, b)))
            contents.append(float((_without_mean(a) * _without_mean(b)).mean()))
    if not centres:
        return np.zeros((0, 2)), np.zeros((0, 2))
    has_content = np.array(contents) > LEAST_CONTENT * max(contents)
    return np.array(centres)[has_content], np.array(places)[has_content]


def _is_flat(image: np.ndarray) -> bool:
    """True if all values are equal."""
    return bool(image.min() == image.max())


def _tile_side(size: tuple[int, ...]) -> int:
    """Side of the tiles of a frame of `size` (H, W), pixels; at most half of that of the frame."""
    return min(int(np.clip(min(size) // 3, *TILE_SIDES)), max(min(size) // 2, 1))


def _correlate(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(2,) shift (down, right) of `second` against `first`, (H, W) each, in pixels."""
    window = np.hanning(first.shape[0])[:, None] * np.hanning(first.shape[1])
    shift, _, _ = phase_cross_correlation(
        _without_mean(first) * window,
        _without_mean(second) * window,
        upsample_factor=STEPS,
        normalization=None,
    )
    return -np.asarray(shift, np.float64)


def _fitted(centres: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2, 3) matrix that most tiles agree with, and (N,) whether each does."""
    if len(centres) >= LEAST_TILES:
        model, agreeing = ransac(
            (centres, places),
            SimilarityTransform,
            min_samples=2,
            residual_threshold=INLIER,
            max_trials=TRIALS,
            rng=0,
        )
        if agreeing is not None and agreeing.sum() >= LEAST_TILES:
            return np.asarray(model.params, np.float64)[:2], np.asarray(agreeing, bool)
    shift = np.median(places - centres, axis=0)
    agreeing = np.linalg.norm(places - centres - shift, axis=1) < INLIER
    return np.hstack([np.eye(2), shift[:, None]]), agreeing


def _moved(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Where (..., 2) places lie after a motion."""
    moved: np.ndarray = places @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _corners(size: tuple[int, int]) -> np.ndarray:
    bottom, right = size[0] - 1.0, size[1] - 1.0
    return np.array([(0.0, 0.0), (0.0, right), (bottom, 0.0), (bottom, right)])


def _square(matrix: np.ndarray) -> np.ndarray:
    """(3, 3) homogeneous matrix."""
    return np.vstack([matrix, (0.0, 0.0, 1.0)])


def _reduced(image: np.ndarray, factor: int) -> np.ndarray:
    """Means of blocks of `factor` x `factor` pixels; those that do not fill a block are cut off."""
    height, width = (side // factor for side in image.shape)
    blocks = image[: height * factor, : width * factor].reshape(height, factor, width, factor)
    means: np.ndarray = blocks.mean((1, 3))
    return means


def _without_mean(image: np.ndarray) -> np.ndarray:
    centred: np.ndarray = image - image.mean()
    return centred
