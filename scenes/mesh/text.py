"""Lines of OBJ and MTL files.

Host code.
"""

from __future__ import annotations

import re
from pathlib import Path

CONTINUATION = re.compile(r"\\[ \t]*\n")
COMMENT = re.compile(r"(^|\s)#.*")
"""A name may hold a #, so a comment begins at the start of a word."""


def text_lines(path: Path) -> list[str]:
    """Lines of a file; one that ends in a backslash goes on in the next."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return CONTINUATION.sub(" ", text).splitlines()


def without_comment(line: str) -> str:
    """The line up to its comment, without spaces around it."""
    return COMMENT.sub("", line).strip()
