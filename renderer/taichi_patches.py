"""Patches that speed up Taichi's front end, which every start runs: cached kernels skip only the
back end.

Host code. Taichi 1.7 spends more than half of its front end's time on three steps
(docs/experiments.md). For each function it decorates, it searches all modules for the caller's
source line, to detect a class body. For each inlined call it reads, reformats and parses the
function's source again, and for each node of the syntax tree it formats an error position (source
line with marked column) that only an error needs. Vector sums, products and lengths are nested
functions, each inlined in this way.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any

import taichi as ti
from taichi.lang import kernel_impl
from taichi.lang import ops
from taichi.lang.ast import ast_transformer_utils
from taichi.lang.impl import expr_init
from taichi.lang.impl import get_runtime
from taichi.lang.impl import inside_kernel
from taichi.lang.impl import subscript

PATCHED_VERSION = (1, 7, 4)


def speed_up_front_end() -> None:
    """Patch the front end: detect classes by stack frame, cache syntax trees, name errors by line.

    Call it before functions are decorated. Does nothing if Taichi's version is not PATCHED_VERSION:
    the unpatched front end is slower, but gives the same kernels.
    """
    if ti.__version__ != PATCHED_VERSION or is_front_end_patched():
        return
    kernel_impl._inside_class = _inside_class
    kernel_impl._get_tree_and_ctx = _tree_and_context
    ast_transformer_utils.ASTTransformerContext.get_pos_info = _position_text
    from taichi.lang import matrix_ops  # after the patches: importing it decorates functions

    for name, (quick, count) in VECTOR_FUNCTIONS.items():
        setattr(matrix_ops, name, _dispatch_vector(getattr(matrix_ops, name), quick, count))


def is_front_end_patched() -> bool:
    """True after `speed_up_front_end` with Taichi PATCHED_VERSION."""
    return kernel_impl._get_tree_and_ctx is _tree_and_context


def _inside_class(level_of_class_stackframe: int) -> bool:
    """True if the frame at this stack level is a class body, which defines `__qualname__`."""
    return "__qualname__" in sys._getframe(level_of_class_stackframe - 1).f_locals


@functools.cache
def _parse(function: FunctionType) -> tuple[ast.Module, list[str], int, str]:
    """Syntax tree without decorators, source lines, first line number and file of a function.

    The tree can be reused for each call: the front end overwrites what it stores in the nodes.
    """
    file, (lines, first) = inspect.getsourcefile(function) or "", _lines(function)
    source = [line.rstrip() for line in lines]
    tree = ast.parse(textwrap.dedent("\n".join(source)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    return tree, source, first, file


def _lines(function: FunctionType) -> tuple[list[str], int]:
    """Result of `inspect.getsourcelines`, without tokenizing to find the function's last line."""
    code = function.__code__
    if sys.version_info < (3, 11):  # `co_positions` is new in Python 3.11
        return inspect.getsourcelines(function)
    last = max(end for _, end, _, _ in code.co_positions() if end is not None)
    lines = linecache.getlines(inspect.getsourcefile(function) or "")
    return lines[code.co_firstlineno - 1 : last], code.co_firstlineno


def _tree_and_context(
    self: Any, *, args: Any = None, is_kernel: bool = True, **others: Any
) -> tuple[ast.Module, ast_transformer_utils.ASTTransformerContext]:
    """Syntax tree and transformer context of a function; replaces `_get_tree_and_ctx`."""
    tree, source, first, file = _parse(self.func)
    names = kernel_impl._get_global_vars(self.func)
    if is_kernel or others.get("is_real_function"):
        tree = copy.deepcopy(tree)  # the front end removes a kernel's arguments
        for index in self.template_slot_locations:
            names[self.arguments[index].name] = args[index]
    if "ast_builder" in others:
        # Taichi passes the kernel's: a function that is inlined in a real function belongs there.
        others["ast_builder"] = get_runtime().compiling_callable.ast_builder()
    context = ast_transformer_utils.ASTTransformerContext(
        func=self,
        global_vars=names,
        argument_data=args,
        src=source,
        start_lineno=first,
        file=file,
        is_kernel=is_kernel,
        **others,
    )
    return tree, context


def _fold(vector: Any, function: Callable[[Any, Any], Any]) -> Any:
    """Expression f(f(v[0], v[1]), v[2]), built without an inlined function."""
    parts = [subscript(None, vector, index) for index in range(vector.get_shape()[0])]
    return functools.reduce(function, parts)


def _reduce(vector: Any, function: Callable[[Any, Any], Any]) -> Any:
    return _fold(expr_init(vector), function)


def _sum(vector: Any) -> Any:
    return _fold(expr_init(vector), ops.add)


def _dot(a: Any, b: Any) -> Any:
    return _sum(a * b)


def _norm_sqr(vector: Any) -> Any:
    kept = expr_init(vector)
    return _sum(kept * kept)


def _norm(vector: Any, eps: float = 0.0) -> Any:
    return ops.sqrt(_norm_sqr(vector) + eps)


def _normalized(vector: Any, eps: float = 0.0) -> Any:
    kept = expr_init(vector)
    return 1.0 / (_norm(kept) + eps) * kept


VECTOR_FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "_reduce": (_reduce, 1),
    "sum": (_sum, 1),
    "dot": (_dot, 2),
    "norm_sqr": (_norm_sqr, 1),
    "norm": (_norm, 1),
    "normalized": (_normalized, 1),
}
"""Replacement of each `matrix_ops` function; number of leading arguments that must be vectors."""


def _dispatch_vector(
    plain: Callable[..., Any], quick: Callable[..., Any], count: int
) -> Callable[..., Any]:
    """Function that calls `quick` for vectors in a kernel, else `plain`."""

    def choose(*args: Any, **named: Any) -> Any:
        is_quick = inside_kernel() and all(_is_vector(value) for value in args[:count])
        return (quick if is_quick else plain)(*args, **named)

    choose.__module__ = plain.__module__  # else Taichi warns of a non-Taichi function
    return choose


def _is_vector(value: Any) -> bool:
    """True if `value` is a vector expression; call it in a kernel only."""
    return hasattr(value, "get_shape") and len(value.get_shape()) == 1


def _position_text(
    context: ast_transformer_utils.ASTTransformerContext, node: ast.expr | ast.stmt
) -> str:
    places: dict[int, str] = context.__dict__.setdefault("places", {})
    number = node.lineno
    if number not in places:
        name, source = context.func.func.__name__, context.src[number - 1]
        line = number + context.lineno_offset
        places[number] = f'File "{context.file}", line {line}, in {name}:\n{source}\n'
    return places[number]
