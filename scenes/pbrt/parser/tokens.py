"""Tokens of a pbrt file: words, quoted strings and brackets, with their line numbers.

Host code. A `#` outside a string starts a comment that ends with the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenes.model.compressed import gzip_chunks
from scenes.model.description import SceneError

TOKEN = re.compile(r'\s*(?:#[^\n]*\s*)*("(?:[^"\\\n]|\\.)*"|[\[\]]|[^\s"\[\]#][^\s"\[\]]*)')
SPACE = re.compile(r"\s*(?:#[^\n]*\s*)*")
COMMENT = re.compile(r"#[^\n]*")
ESCAPED = re.compile(r"\\(.)")
MAX_TEXT_BYTES = 1 << 29
"""Largest compressed scene file after decompression, 512 MiB."""
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Token:
    """A word, bracket or quoted string."""

    text: str
    """Without the quotes of a string."""
    is_string: bool
    line: int
    """Line number, from 1."""


class Tokens:
    """Tokens of one file, in order."""

    def __init__(self, file: Path) -> None:
        """Read `file`; a name that ends in .gz is decompressed. OSError if it cannot be read."""
        self.file = file
        self._text = _read(file)
        self._at = 0
        self._line = 1
        self._counted = 0

    def next(self) -> Token | None:
        """The next token, None at the end of the file; SceneError for an unterminated string."""
        match = TOKEN.match(self._text, self._at)
        if match is None:
            rest = SPACE.match(self._text, self._at)
            assert rest is not None
            if rest.end() == len(self._text):
                return None
            raise self.error(self._line_at(rest.end()), "unterminated string")
        self._at = match.end()
        text = match[1]
        line = self._line_at(match.start(1))
        if not text.startswith('"'):
            return Token(text, False, line)
        text = text[1:-1]
        if "\\" in text:
            text = ESCAPED.sub(lambda found: ESCAPES.get(found[1], found[1]), text)
        return Token(text, True, line)

    def peek(self) -> Token | None:
        """The next token, which stays."""
        at = self._at
        token = self.next()
        self._at = at
        return token

    def numbers(self) -> np.ndarray | None:
        """(N,) float64 numbers up to and with the next `]`, None if there are other values.

        This reads meshes far faster than `next`. Nothing is consumed where the answer is None.
        """
        end = self._text.find("]", self._at)
        content = self._text[self._at : end]
        if end < 0 or '"' in content:
            return None
        if "#" in content:
            if content.rfind("#") > content.rfind("\n"):
                return None  # the bracket belongs to a comment
            content = COMMENT.sub("", content)
        try:
            values = np.array(content.split(), np.float64)
        except ValueError:
            return None
        self._at = end + 1
        return values

    def error(self, line: int, reason: str) -> SceneError:
        """SceneError that names file and line."""
        return SceneError(f"{self.file}: line {line}: {reason}")

    def _line_at(self, position: int) -> int:
        if position < self._counted:
            self._line -= self._text.count("\n", position, self._counted)
        else:
            self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line


def _read(file: Path) -> str:
    if file.suffix == ".gz":
        data = b"".join(gzip_chunks(file, MAX_TEXT_BYTES))
    else:
        data = file.read_bytes()
    return data.decode("utf-8", errors="replace")
