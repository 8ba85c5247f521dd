"""GUI: widgets and layout over pyimgui (Dear ImGui 1.82) or imgui-bundle (1.93).

Host code. The only module that imports either library: pyimgui, which has wheels for Python 3.10
and 3.11, or imgui-bundle where pyimgui is missing. Lengths and positions are in screen units from
the upper left corner of the window; colours are floats in [0, 1]. A widget returns
(changed, value).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

try:
    import imgui
    from imgui.integrations.glfw import GlfwRenderer

    IS_BUNDLE = False
except ImportError:
    from imgui_bundle import imgui  # type: ignore[no-redef]

    GlfwRenderer = None
    IS_BUNDLE = True

__all__ = ["IS_BUNDLE", "GlfwRenderer", "imgui"]

Color = Sequence[float]
"""Red, green, blue, and alpha where it is not 1."""
Position = tuple[float, float]

if IS_BUNDLE:
    CLAMPED = int(imgui.SliderFlags_.always_clamp)
    LOGARITHMIC = int(imgui.SliderFlags_.logarithmic) | CLAMPED
    _DEFAULT_OPEN = int(imgui.TreeNodeFlags_.default_open)
    _ANY_POPUP = int(imgui.PopupFlags_.any_popup)
    _FIXED = int(
        imgui.WindowFlags_.no_title_bar
        | imgui.WindowFlags_.no_resize
        | imgui.WindowFlags_.no_move
        | imgui.WindowFlags_.no_collapse
        | imgui.WindowFlags_.no_saved_settings
    )
    _BEHIND = int(imgui.WindowFlags_.no_bring_to_front_on_focus)
else:
    CLAMPED = imgui.SLIDER_FLAGS_ALWAYS_CLAMP
    LOGARITHMIC = imgui.SLIDER_FLAGS_LOGARITHMIC | CLAMPED
    _DEFAULT_OPEN = imgui.TREE_NODE_DEFAULT_OPEN
    _ANY_POPUP = imgui.POPUP_ANY_POPUP
    _FIXED = (
        imgui.WINDOW_NO_TITLE_BAR
        | imgui.WINDOW_NO_RESIZE
        | imgui.WINDOW_NO_MOVE
        | imgui.WINDOW_NO_COLLAPSE
        | imgui.WINDOW_NO_SAVED_SETTINGS
    )
    _BEHIND = imgui.WINDOW_NO_BRING_TO_FRONT_ON_FOCUS


# ---- Style ---------------------------------------------------------------------------------------


def set_style(colors: Mapping[str, Color], sizes: Mapping[str, float | Position]) -> None:
    """Set the current context's colours and sizes, by Dear ImGui's names in lower case."""
    style = imgui.get_style()
    for name, size in sizes.items():
        setattr(style, name, size)
    if IS_BUNDLE:
        # Dear ImGui 1.82 gives a ticked checkbox the same background as other frames.
        colors = {"checkbox_selected_bg": colors["frame_bg"], **colors}
    for name, color in colors.items():
        if IS_BUNDLE:
            style.set_color_(int(getattr(imgui.Col_, name)), (*color, 1.0))
        else:
            index = getattr(imgui, "COLOR_" + name.upper().replace("BG", "BACKGROUND"))
            style.colors[index] = (*color, 1.0)


# ---- Layout --------------------------------------------------------------------------------------


@contextmanager
def fixed_window(
    name: str,
    position: Position,
    size: Position,
    pivot: Position = (0.0, 0.0),
    is_behind: bool = False,
    takes_focus: bool = False,
) -> Iterator[None]:
    """A window without title that the user can neither move nor resize.

    Args:
        size: (width, height); 0 fits the content.
        pivot: the point of the window, in [0, 1]^2, that lies at `position`.
        is_behind: stay behind other windows when clicked.
    """
    if IS_BUNDLE:
        imgui.set_next_window_pos(position, 0, pivot)
        imgui.set_next_window_size(size)
    else:
        imgui.set_next_window_position(*position, pivot_x=pivot[0], pivot_y=pivot[1])
        imgui.set_next_window_size(*size)
    if takes_focus:
        imgui.set_next_window_focus()
    imgui.begin(name, flags=_FIXED | (_BEHIND if is_behind else 0))
    yield
    imgui.end()


@contextmanager
def item_width(width: float) -> Iterator[None]:
    """Set the width of the widgets inside; negative: distance to the window's right edge."""
    imgui.push_item_width(width)
    yield
    imgui.pop_item_width()


@contextmanager
def two_columns(name: str, first_width: float) -> Iterator[None]:
    """Lay out widgets in two columns; `next_column` switches to the next one."""
    if IS_BUNDLE:
        imgui.columns(2, name, borders=False)
    else:
        imgui.columns(2, name, border=False)
    imgui.set_column_width(0, first_width)
    yield
    imgui.columns(1)


def next_column() -> None:
    """Continue in the next column."""
    imgui.next_column()


def same_line() -> None:
    """Put the next widget beside the last one."""
    imgui.same_line()


def dummy(width: float, height: float) -> None:
    """Add empty space of this size."""
    imgui.dummy(*_size(width, height))


def display_size() -> Position:
    """(width, height) of the window."""
    width, height = imgui.get_io().display_size
    return width, height


def content_width() -> float:
    """Width from the cursor to the right edge of the content."""
    if IS_BUNDLE:
        return float(imgui.get_content_region_avail()[0])
    return float(imgui.get_content_region_available_width())


def item_spacing() -> float:
    """Horizontal space between widgets."""
    return float(imgui.get_style().item_spacing[0])


def cursor() -> Position:
    """Upper left corner of the next widget."""
    x, y = imgui.get_cursor_screen_pos()
    return x, y


def line_height() -> float:
    """Height of a line of text."""
    return float(imgui.get_text_line_height())


def text_size(text: str) -> Position:
    """(width, height) of a text."""
    width, height = imgui.calc_text_size(text)
    return width, height


def has_popup() -> bool:
    """True while a drop-down list is open. Call between begin and end of a frame."""
    return bool(imgui.is_popup_open("", _ANY_POPUP))


# ---- Widgets -------------------------------------------------------------------------------------


def text(content: str) -> None:
    """A line of text."""
    imgui.text(content)


def text_colored(content: str, color: Color) -> None:
    """A line of coloured text."""
    if IS_BUNDLE:
        imgui.text_colored((*color, 1.0), content)
    else:
        imgui.text_colored(content, *color)


def text_wrapped(content: str) -> None:
    """Text broken into lines at the window's edge."""
    imgui.text_wrapped(content)


def progress_bar(fraction: float, label: str) -> None:
    """A bar over the whole width, filled to a fraction in [0, 1]."""
    imgui.progress_bar(fraction, (-1.0, 0.0), label)


def header(title: str) -> bool:
    """A collapsible section header, open at first; True while it is open."""
    result = imgui.collapsing_header(title, flags=_DEFAULT_OPEN)
    return bool(result if IS_BUNDLE else result[0])


def button(label: str, width: float = 0.0) -> bool:
    """A button, True in the frame of a click; a width of 0 fits the label."""
    return bool(imgui.button(label, *_size(width, 0.0)))


def checkbox(label: str, value: bool) -> tuple[bool, bool]:
    """A checkbox."""
    changed, value = imgui.checkbox(label, value)
    return changed, value


def combo(label: str, index: int, labels: list[str]) -> tuple[bool, int]:
    """A drop-down list; the value is the index of the selected label."""
    changed, index = imgui.combo(label, index, labels)
    return changed, index


def slider_float(
    label: str, value: float, low: float, high: float, text: str = "%.3f", flags: int = 0
) -> tuple[bool, float]:
    """A slider; `text` is a printf format, `flags` are CLAMPED or LOGARITHMIC."""
    changed, value = imgui.slider_float(label, value, low, high, text, flags)
    return changed, value


def slider_int(
    label: str, value: int, low: int, high: int, text: str = "%d", flags: int = 0
) -> tuple[bool, int]:
    """A slider over integers."""
    changed, value = imgui.slider_int(label, value, low, high, text, flags)
    return changed, value


def drag_float(
    label: str, value: float, speed: float, low: float, high: float, text: str
) -> tuple[bool, float]:
    """A number field; dragging changes it by `speed` per pixel."""
    changed, value = imgui.drag_float(label, value, speed, low, high, text)
    return changed, value


def input_int2(label: str, values: tuple[int, int]) -> tuple[bool, tuple[int, int]]:
    """Two integer input fields side by side."""
    arguments: Any = ([*values],) if IS_BUNDLE else values
    changed, (first, second) = imgui.input_int2(label, *arguments)
    return changed, (first, second)


def input_text(label: str, value: str) -> tuple[bool, str]:
    """A single-line text field."""
    changed, value = imgui.input_text(label, value)
    return changed, value


def is_edit_finished() -> bool:
    """True in the frame in which the last widget loses focus after an edit."""
    return bool(imgui.is_item_deactivated_after_edit())


def _size(width: float, height: float) -> Any:
    """A size as call arguments: one pair for imgui-bundle, two numbers for pyimgui."""
    return ((width, height),) if IS_BUNDLE else (width, height)
