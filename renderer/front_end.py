"""Makes Taichi's front end quicker: every start runs it, a cached kernel only spares the back end.

Host code. Taichi 1.7 finds a function's source anew for each of its calls, and draws the source
line with a marked column for each node of its syntax tree, in case there is an error. About half of
the time goes into these two (docs/experiments.md).
"""

from __future__ import annotations

import ast
import functools

from taichi.lang import kernel_impl
from taichi.lang.ast import ast_transformer_utils


def quicken_front_end() -> None:
    """Keep sources once found, and name an error's place by file, line and source line only."""
    for name in ("getsourcefile", "getsourcelines"):
        find = getattr(kernel_impl, name)
        if not hasattr(find, "cache_info"):
            setattr(kernel_impl, name, functools.cache(find))
    ast_transformer_utils.ASTTransformerContext.get_pos_info = _place


def _place(context: ast_transformer_utils.ASTTransformerContext, node: ast.expr | ast.stmt) -> str:
    line = node.lineno + context.lineno_offset
    source = context.src[node.lineno - 1]
    return f'File "{context.file}", line {line}, in {context.func.func.__name__}:\n{source}\n'
