"""The quicker front end still says where an error is."""

import inspect

import numpy as np
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


@ti.kernel
def filled(out: ti.types.ndarray(), value: ti.f32):
    for index in ti.grouped(out):
        out[index] = doubled(value)


def test_a_kernel_may_be_compiled_again_for_other_arguments(backend: Backend) -> None:
    for shape in ((3,), (2, 2)):
        out = np.zeros(shape, np.float32)
        filled(out, 4.0)
        assert (out == 8.0).all()


def test_a_function_may_be_called_again_and_again(backend: Backend) -> None:
    assert sum_of_two_calls(3.0) == 18.0


@ti.kernel
def reduced(v: ti.types.vector(3, ti.f32)) -> ti.types.vector(4, ti.f32):
    return ti.Vector([v.sum(), (2.0 * v).norm_sqr(), v.max(), ti.min(-v.min(), v.dot(v))])


@ti.kernel
def lengths(v: ti.types.vector(3, ti.f32)) -> ti.types.vector(4, ti.f32):
    unit = (v + v).normalized()
    return ti.Vector([(v + v).norm(), unit.x, unit.y, unit.z])


@ti.kernel
def reduced_matrix(a: ti.f32) -> ti.f32:
    return ti.Matrix([[a, 2.0], [3.0, 4.0]]).sum()


def test_sums_and_extremes_of_vectors_and_matrices(backend: Backend) -> None:
    assert list(reduced(ti.Vector([1.0, -7.0, 3.5]))) == [-2.5, 249.0, 3.5, 7.0]
    assert list(lengths(ti.Vector([3.0, 0.0, -4.0]))) == pytest.approx([10.0, 0.6, 0.0, -0.8])
    assert reduced_matrix(-1.0) == 8.0
    assert ti.Vector([1.0, 2.0, 4.0]).sum() == 7.0, "outside of a kernel"


@ti.data_oriented
class Scaler:
    """Functions and kernels of a class are told by the frame that decorates them."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    @ti.func
    def scaled(self, x: ti.f32) -> ti.f32:
        return self.factor * x

    @ti.kernel
    def twice(self, x: ti.f32) -> ti.f32:
        return self.scaled(self.scaled(x))


def test_functions_of_a_class_get_the_object(backend: Backend) -> None:
    assert Scaler(3.0).twice(2.0) == 18.0

    @ti.kernel
    def local(x: ti.f32) -> ti.f32:
        return doubled(x)

    assert local(2.0) == 4.0, "a function in a function is no method"
