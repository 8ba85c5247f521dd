"""The quicker front end still says where an error is."""

import inspect

import pytest
import taichi as ti

from renderer.backend import Backend


@ti.func
def doubled(x: ti.f32) -> ti.f32:
    return 2.0 * x


@ti.kernel
def broken() -> ti.f32:
    return doubled(1.0) + undefined_name  # noqa: F821


@ti.kernel
def sum_of_two_calls(x: ti.f32) -> ti.f32:
    return doubled(x) + doubled(doubled(x))


def test_an_error_names_file_line_and_source(backend: Backend) -> None:
    lines, start = inspect.getsourcelines(broken)
    offset, line = next((n, t) for n, t in enumerate(lines) if "undefined_name" in t)
    with pytest.raises(ti.TaichiCompilationError) as caught:
        broken()
    message = str(caught.value)
    assert f'File "{__file__}", line {start + offset}, in broken' in message
    assert line.strip() in message and 'Name "undefined_name" is not defined' in message


def test_a_function_may_be_called_again_and_again(backend: Backend) -> None:
    assert sum_of_two_calls(3.0) == 18.0
