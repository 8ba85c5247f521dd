"""Makes Taichi's front end quicker: every start runs it, a cached kernel only spares the back end.

Host code. For each function it decorates, Taichi 1.7 searches all modules for the source line of
the caller, to see whether that is a class. A function is inlined wherever it is called. For each
call its source is found anew and its lines wrapped, and the source line is drawn with a marked
column for each node of its syntax tree, in case there is an error; and a sum over a vector is a
function in a function. More than half of the time goes into these (docs/experiments.md).
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from taichi.lang import kernel_impl
from taichi.lang.ast import ast_transformer_utils
from taichi.lang.impl import inside_kernel
from taichi.lang.impl import subscript


def quicken_front_end() -> None:
    """Look for classes in frames, keep sources once found, name an error's place by its line.

    Comes before functions are decorated.
    """
    text = kernel_impl.textwrap
    if isinstance(text, SimpleNamespace):
        return
    kernel_impl._inside_class = _inside_class
    for name in ("getsourcefile", "getsourcelines"):
        setattr(kernel_impl, name, functools.cache(getattr(kernel_impl, name)))
    kept = {name: functools.cache(getattr(text, name)) for name in ("fill", "dedent")}
    kernel_impl.textwrap = SimpleNamespace(**kept)
    ast_transformer_utils.ASTTransformerContext.get_pos_info = _place
    from taichi.lang import matrix_ops  # decorates functions itself

    matrix_ops._reduce = _quick(matrix_ops._reduce)


def _inside_class(level_of_class_stackframe: int) -> bool:
    """Whether a function is decorated in the body of a class, whose statement is at this level."""
    return "__qualname__" in sys._getframe(level_of_class_stackframe - 1).f_locals


def _quick(reduce: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The same, for a vector in a kernel written down at once: f(f(v[0], v[1]), v[2])."""

    def quick(vector: Any, function: Any) -> Any:
        if not inside_kernel() or len(vector.get_shape()) != 1:
            return reduce(vector, function)
        parts = [subscript(None, vector, index) for index in range(vector.get_shape()[0])]
        return functools.reduce(function, parts)

    quick.__module__ = reduce.__module__  # or Taichi warns of a foreign function
    return quick


def _place(context: ast_transformer_utils.ASTTransformerContext, node: ast.expr | ast.stmt) -> str:
    line = node.lineno + context.lineno_offset
    source = context.src[node.lineno - 1]
    return f'File "{context.file}", line {line}, in {context.func.func.__name__}:\n{source}\n'
