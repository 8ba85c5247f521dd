"""Patched Taichi front end: errors keep their source location, kernels are unchanged."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import taichi as ti

from renderer.backend import Backend

ROOT = Path(__file__).resolve().parents[2]


@ti.func
def doubled(x: ti.f32) -> ti.f32:
    return 2.0 * x


@ti.kernel
def broken() -> ti.f32:
    return doubled(1.0) + undefined_name  # noqa: F821


@ti.kernel
def sum_of_two_calls(x: ti.f32) -> ti.f32:
    return doubled(x) + doubled(doubled(x))


def test_compile_error_reports_file_line_and_source(backend: Backend) -> None:
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


def test_kernel_recompiles_for_arrays_of_other_dimensionality(backend: Backend) -> None:
    for shape in ((3,), (2, 2)):
        out = np.zeros(shape, np.float32)
        filled(out, 4.0)
        assert (out == 8.0).all()


def test_taichi_function_can_be_called_repeatedly_in_one_kernel(backend: Backend) -> None:
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


def test_vector_and_matrix_reductions_match_expected_values(backend: Backend) -> None:
    assert list(reduced(ti.Vector([1.0, -7.0, 3.5]))) == [-2.5, 249.0, 3.5, 7.0]
    assert list(lengths(ti.Vector([3.0, 0.0, -4.0]))) == pytest.approx([10.0, 0.6, 0.0, -0.8])
    assert reduced_matrix(-1.0) == 8.0
    assert ti.Vector([1.0, 2.0, 4.0]).sum() == 7.0, "sum() outside of a kernel"


@ti.data_oriented
class Scaler:
    """Class with a ti.func and a ti.kernel: its stack frame tells Taichi they are methods."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    @ti.func
    def scaled(self, x: ti.f32) -> ti.f32:
        return self.factor * x

    @ti.kernel
    def twice(self, x: ti.f32) -> ti.f32:
        return self.scaled(self.scaled(x))


def test_methods_of_data_oriented_class_receive_self(backend: Backend) -> None:
    assert Scaler(3.0).twice(2.0) == 18.0

    @ti.kernel
    def local(x: ti.f32) -> ti.f32:
        return doubled(x)

    assert local(2.0) == 4.0, "a kernel defined inside a function is not a method"


RENDER = """
import sys
import taichi
if sys.argv[1] == "other":
    taichi.__version__ = (1, 7, 5)
import hush
from taichi.lang import kernel_impl
renderer = hush.Renderer(hush.load_scene("cornell-box"), device="cpu")
pair = renderer.render(size=(16, 16), spp=2, max_depth=3, seed=0)
print(kernel_impl._get_tree_and_ctx.__module__, repr(pair.mean.tobytes()))
"""


def test_other_taichi_version_skips_patches_and_renders_same_image() -> None:
    """Patches are skipped for another Taichi version, and the rendered image is the same."""
    outputs = []
    for version in ("same", "other"):
        command = [sys.executable, "-c", RENDER, version]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        outputs.append(done.stdout.split(maxsplit=1))
    assert [output[0] for output in outputs] == [
        "renderer.taichi_patches",
        "taichi.lang.kernel_impl",
    ]
    assert outputs[0][1] == outputs[1][1]
