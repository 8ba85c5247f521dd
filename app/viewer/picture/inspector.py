"""Inspector: values of the pixel under the mouse.

Host code.
"""

from __future__ import annotations

import torch

from app.session.report import FrameReport
from app.viewer.picture.zoom import Position


def pixel_at(size: tuple[int, int], position: Position) -> tuple[int, int]:
    """(column, row), from the upper left corner, of the pixel at `position` of an image of `size`.

    `size` is (width, height); `position` is in [0, 1]^2, y upwards.
    """
    width, height = size
    column = min(max(int(position[0] * width), 0), width - 1)
    row = min(max(int((1.0 - position[1]) * height), 0), height - 1)
    return column, row


def pixel_rows(report: FrameReport, position: Position) -> list[list[str]]:
    """Table of a frame's values at the pixel at `position`, in [0, 1]^2, y upwards.

    A title row with the pixel's position, then a row for each image: its name and values, linear
    radiance or features.
    """
    half = report.pair.a
    column, row = pixel_at(half.size, position)
    images = {
        "denoised": report.denoised,
        "comparison": report.comparison,
        "reference": report.reference,
        "noisy": half.color,
        "albedo": half.albedo,
        "normal": half.normal,
        "depth": half.distance,
    }
    pixels = {name: image[row, column] for name, image in images.items() if image is not None}
    # One copy to the host, not one for each image.
    numbers = iter(torch.cat(list(pixels.values())).tolist())
    rows = [[f"pixel {column}, {row}"]]
    for name, pixel in pixels.items():
        rows.append([name, *(f"{next(numbers):.4g}" for _ in range(len(pixel)))])
    return rows
