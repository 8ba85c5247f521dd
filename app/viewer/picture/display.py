"""Display: uploads images to textures and draws them with a shader.

Host code. Needs a current GL context.
"""

from __future__ import annotations

from pathlib import Path

import moderngl
import numpy as np

from app.viewer.picture.upload import Upload
from app.viewer.picture.views import Encoding
from app.viewer.picture.views import Rectangle
from app.viewer.picture.views import ViewImage
from app.viewer.picture.views import ViewState
from app.viewer.picture.zoom import NO_ZOOM

SHADERS = Path(__file__).resolve().parents[3] / "shaders"
LEFT_UNIT, RIGHT_UNIT = 0, 1  # texture units
SPLIT_PIXELS = 2.0  # width of the split line
NO_SPLIT = 2.0  # split position right of the image: only the left image is drawn
BACKGROUND = (0.06, 0.06, 0.07)


class Display:
    """Draws one or two images into a rectangle of a framebuffer."""

    def __init__(self, context: moderngl.Context) -> None:
        """Compile the shaders."""
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
        """True once an image was uploaded."""
        return bool(self._textures)

    @property
    def way(self) -> str:
        """How the last left image was uploaded, as text for the user."""
        return self._uploads[0].way

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the left image."""
        return self._textures[0].size

    def upload(self, left: ViewImage, right: ViewImage | None) -> None:
        """Upload the one or two images to draw from now on."""
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
        # At native size draw pixels unfiltered: interpolation reproduces them only approximately.
        is_whole = view.zoom == NO_ZOOM
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
        """(H, W, 3) uint8, row 0 on top: the view as drawn, at the native size of the images."""
        width, height = self.size
        canvas = self._context.renderbuffer((width, height), components=4)
        target = self._context.framebuffer([canvas])
        try:
            self.draw(target, (0, 0, width, height), view)
            data = np.frombuffer(target.read(components=3, alignment=1), dtype=np.uint8)
        finally:
            # moderngl rebinds the last bound framebuffer, even if released: bind the screen first.
            self._context.screen.use()
            target.release()
            canvas.release()
        return data.reshape(height, width, 3)[::-1]

    def release(self) -> None:
        """Release all GL resources."""
        for upload in self._uploads:
            upload.release()
        self._triangle.release()
        self._program.release()


def _source(name: str) -> str:
    """Source text of a shader file."""
    return (SHADERS / name).read_text(encoding="utf-8")
