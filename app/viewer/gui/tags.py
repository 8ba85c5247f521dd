"""Tags: view names, notices and pixel tables drawn over the image.

Host code.
"""

from __future__ import annotations

from app.session.report import FrameReport
from app.viewer.gui import gui
from app.viewer.gui.canvas import Canvas
from app.viewer.picture.views import ViewState
from app.viewer.picture.views import view_label

TAG_INSET = 8.0  # screen units from the image's edge to a tag, and between two tags
TAG_PADDING = 5.0
TAG_BACKGROUND = (0.0, 0.0, 0.0, 0.6)
TAG_COLOR = (0.92, 0.92, 0.94, 1.0)
NOTICE_COLOR = (0.98, 0.68, 0.25, 1.0)


def draw_tags(
    report: FrameReport | None, view: ViewState, corner: tuple[float, float], width: float
) -> None:
    """Draw view names, notices (recording, playing) and the message over the image.

    Args:
        corner: upper left corner of the image in screen units, y downwards.
        width: width of the image in screen units.
    """
    x, y = corner[0] + TAG_INSET, corner[1] + TAG_INSET
    line = gui.line_height() + 2 * TAG_PADDING + TAG_INSET
    _draw_tag(view_label(report, view.left), (x, y), TAG_COLOR)
    if view.is_split:
        label = view_label(report, view.right)
        right = corner[0] + width - TAG_INSET - 2 * TAG_PADDING - gui.text_size(label)[0]
        _draw_tag(label, (right, y), TAG_COLOR)
    notices = ["recording the camera"] if view.is_recording else []
    notices += ["playing the camera path"] if view.is_playing else []
    for index, notice in enumerate(notices):
        _draw_tag(notice, (x, y + (index + 1) * line), NOTICE_COLOR)
    if view.message:
        _draw_tag(view.message, (x, gui.display_size()[1] - line), NOTICE_COLOR)


def draw_table(rows: list[list[str]], position: tuple[float, float]) -> None:
    """Draw a table to the lower right of `position` (screen units), kept inside the window.

    The first row is the title. The first column of other rows is a name; numbers are right-aligned.
    """
    (title,), *rest = rows
    line, gap = gui.line_height(), 1.5 * TAG_PADDING
    name_width = max(_width(name) for name, *_ in rest)
    number_width = gap + max(_width(number) for _, *numbers in rest for number in numbers)
    count = max(len(numbers) for _, *numbers in rest)
    wide = max(_width(title), name_width + count * number_width)
    beside = 2 * (TAG_INSET + TAG_PADDING)
    width, height = gui.display_size()
    x = min(position[0] + beside, width - wide - beside)
    y = min(position[1] + beside, height - line * len(rows) - beside)
    _draw_background((x, y), (wide, line * len(rows)))
    canvas = Canvas.of_background()
    for index, (name, *numbers) in enumerate(rows):
        left, top = x + TAG_PADDING, y + TAG_PADDING + index * line
        canvas.text((left, top), TAG_COLOR, name)
        for column, number in enumerate(numbers, 1):
            end = left + name_width + column * number_width
            canvas.text((end - _width(number), top), TAG_COLOR, number)


def _draw_tag(text: str, corner: tuple[float, float], color: tuple[float, ...]) -> None:
    """Draw text on a dark background, behind all GUI windows."""
    _draw_background(corner, gui.text_size(text))
    x, y = corner
    Canvas.of_background().text((x + TAG_PADDING, y + TAG_PADDING), color, text)


def _draw_background(corner: tuple[float, float], size: tuple[float, float]) -> None:
    """Draw a dark background rectangle for text of this size."""
    x, y = corner
    right, bottom = x + size[0] + 2 * TAG_PADDING, y + size[1] + 2 * TAG_PADDING
    canvas = Canvas.of_background()
    canvas.rectangle((x, y), (right, bottom), TAG_BACKGROUND, 4.0)


def _width(text: str) -> float:
    return float(gui.text_size(text)[0])
