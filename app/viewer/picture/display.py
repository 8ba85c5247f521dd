"""Display: images become textures, a shader draws them, and their names are written over them.

Host code. Needs a current GL context.
"""

from __future__ import annotations

from pathlib import Path

import imgui
import moderngl
import numpy as np

from app.session.report import FrameReport
from app.viewer.picture.upload import Upload
from app.viewer.picture.views import Encoding
from app.viewer.picture.views import Rectangle
from app.viewer.picture.views import Shown
from app.viewer.picture.views import ViewState
from app.viewer.picture.views import view_label
from app.viewer.picture.zoom import WHOLE

SHADERS = Path(__file__).resolve().parents[3] / "shaders"
LEFT_UNIT, RIGHT_UNIT = 0, 1  # texture units
SPLIT_PIXELS = 2.0  # width of the split line
NO_SPLIT = 2.0  # a place right of the picture
BACKGROUND = (0.06, 0.06, 0.07)
TAG_INSET = 8.0  # screen units from the picture's edge to a tag, and between two tags
TAG_PADDING = 5.0
TAG_BACKGROUND = (0.0, 0.0, 0.0, 0.6)
TAG_COLOR = (0.92, 0.92, 0.94, 1.0)
NOTICE_COLOR = (0.98, 0.68, 0.25, 1.0)


class Display:
    """Draws one or two images into a rectangle of a framebuffer."""

    def __init__(self, context: moderngl.Context) -> None:
        """Compile the shader."""
        self._context = context
        self._program = context.program(
            vertex_shader=_source("screen.vert.glsl"), fragment_shader=_source("display.frag.glsl")
        )
        self._program["left_image"] = LEFT_UNIT
        self._program["right_image"] = RIGHT_UNIT
        self._triangle = context.vertex_array(self._program, [])
        self._uploads = (Upload(context), Upload(context))
        self._textures: list[moderngl.Texture] = []
        self._encodings = (Encoding.RADIANCE, Encoding.RADIANCE)
        self._depth_scales = (1.0, 1.0)

    @property
    def has_image(self) -> bool:
        """True once something was uploaded."""
        return bool(self._textures)

    @property
    def way(self) -> str:
        """How images get here, for people."""
        return self._uploads[0].way

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the left image."""
        return self._textures[0].size

    def upload(self, left: Shown, right: Shown | None) -> None:
        """Take over the image or the two images to draw from now on."""
        images = (left, left if right is None else right)
        self._textures = [self._uploads[0].texture(left.image)]
        self._textures.append(
            self._textures[0] if right is None else self._uploads[1].texture(right.image)
        )
        self._encodings = (images[0].encoding, images[1].encoding)
        self._depth_scales = (images[0].depth_scale, images[1].depth_scale)

    def draw(self, target: moderngl.Framebuffer, area: Rectangle, view: ViewState) -> None:
        """Draw the images into `area` of `target`."""
        target.use()
        self._context.viewport = area
        self._context.disable(moderngl.BLEND | moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        # At their own size pixels are shown as they are, which interpolation only nearly does.
        is_whole = view.zoom == WHOLE
        is_smooth = view.is_smooth and not (is_whole and area[2:] == self.size)
        mode = moderngl.LINEAR if is_smooth else moderngl.NEAREST
        for unit, texture in enumerate(self._textures):
            texture.filter = (mode, mode)
            texture.use(unit)
        program = self._program
        program["encodings"] = tuple(int(encoding) for encoding in self._encodings)
        program["depth_scales"] = self._depth_scales
        program["part"] = (*view.zoom.corner, view.zoom.extent)
        program["split"] = view.split if view.is_split else NO_SPLIT
        program["split_width"] = SPLIT_PIXELS / area[2]
        program["gain"] = 2.0**view.exposure
        program["curve"] = int(view.curve)
        program["is_smooth"] = is_smooth
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def pixels(self, view: ViewState) -> np.ndarray:
        """(H, W, 3) uint8, row 0 on top: the picture as drawn, at the images' own size."""
        width, height = self.size
        canvas = self._context.renderbuffer((width, height), components=4)
        target = self._context.framebuffer([canvas])
        try:
            self.draw(target, (0, 0, width, height), view)
            data = np.frombuffer(target.read(components=3, alignment=1), dtype=np.uint8)
        finally:
            # moderngl goes back to the framebuffer that was bound last, even to a released one.
            self._context.screen.use()
            target.release()
            canvas.release()
        return data.reshape(height, width, 3)[::-1]

    def release(self) -> None:
        """Give back what the GL holds."""
        for upload in self._uploads:
            upload.release()
        self._triangle.release()
        self._program.release()


def draw_tags(
    report: FrameReport | None, view: ViewState, corner: tuple[float, float], width: float
) -> None:
    """Names of the views, recording and message on the picture.

    Args:
        corner: upper left corner of the picture in screen units, y downwards.
        width: of the picture in screen units.
    """
    x, y = corner[0] + TAG_INSET, corner[1] + TAG_INSET
    line = imgui.get_text_line_height() + 2 * TAG_PADDING + TAG_INSET
    _draw_tag(view_label(report, view.left), (x, y), TAG_COLOR)
    if view.is_split:
        label = view_label(report, view.right)
        right = corner[0] + width - TAG_INSET - 2 * TAG_PADDING - imgui.calc_text_size(label)[0]
        _draw_tag(label, (right, y), TAG_COLOR)
    notices = ["recording the camera"] if view.is_recording else []
    notices += ["playing the camera path"] if view.is_playing else []
    for index, notice in enumerate(notices):
        _draw_tag(notice, (x, y + (index + 1) * line), NOTICE_COLOR)
    if view.message:
        _draw_tag(view.message, (x, imgui.get_io().display_size[1] - line), NOTICE_COLOR)


def draw_table(rows: list[list[str]], place: tuple[float, float]) -> None:
    """A plate with a title and rows right below a place in screen units, kept inside the window.

    The first column of a row is its name; numbers stand below each other, at their right ends.
    """
    (title,), *rest = rows
    line, gap = imgui.get_text_line_height(), 1.5 * TAG_PADDING
    name_width = max(_width(name) for name, *_ in rest)
    number_width = gap + max(_width(number) for _, *numbers in rest for number in numbers)
    count = max(len(numbers) for _, *numbers in rest)
    wide = max(_width(title), name_width + count * number_width)
    beside = 2 * (TAG_INSET + TAG_PADDING)
    width, height = imgui.get_io().display_size
    x = min(place[0] + beside, width - wide - beside)
    y = min(place[1] + beside, height - line * len(rows) - beside)
    ink = _draw_plate((x, y), (wide, line * len(rows)), TAG_COLOR)
    canvas = imgui.get_background_draw_list()
    for index, (name, *numbers) in enumerate(rows):
        left, top = x + TAG_PADDING, y + TAG_PADDING + index * line
        canvas.add_text(left, top, ink, name)
        for column, number in enumerate(numbers, 1):
            end = left + name_width + column * number_width
            canvas.add_text(end - _width(number), top, ink, number)


def _draw_tag(text: str, corner: tuple[float, float], color: tuple[float, ...]) -> None:
    """Text on a dark plate, below all panels."""
    ink = _draw_plate(corner, imgui.calc_text_size(text), color)
    x, y = corner
    imgui.get_background_draw_list().add_text(x + TAG_PADDING, y + TAG_PADDING, ink, text)


def _draw_plate(
    corner: tuple[float, float], size: tuple[float, float], color: tuple[float, ...]
) -> int:
    """A dark plate that holds text of this size; what to write on it with."""
    x, y = corner
    right, bottom = x + size[0] + 2 * TAG_PADDING, y + size[1] + 2 * TAG_PADDING
    plate, ink = (imgui.get_color_u32_rgba(*value) for value in (TAG_BACKGROUND, color))
    canvas = imgui.get_background_draw_list()
    canvas.add_rect_filled(x, y, right, bottom, plate, rounding=4.0)
    return int(ink)


def _width(text: str) -> float:
    return float(imgui.calc_text_size(text)[0])


def _source(name: str) -> str:
    """Text of a shader."""
    return (SHADERS / name).read_text(encoding="utf-8")
