"""Messages of one line, whatever names a file contains.

Host code.
"""

from __future__ import annotations

import unicodedata

CONTROL = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories of control characters, lone surrogates and line breaks."""


def single_line(text: str) -> str:
    r"""`text` with control characters, lone surrogates and line breaks as escapes such as `\n`.

    Names in a file may contain them; printed as they are, they would end the line, control the
    terminal or fail to encode.
    """
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in CONTROL else char
        for char in text
    )
