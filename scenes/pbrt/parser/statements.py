"""Statements of pbrt files: directive, words and parameters, with included files in place.

Host code. Values are not interpreted here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.model.description import SceneError
from scenes.pbrt.parser.tokens import Token
from scenes.pbrt.parser.tokens import Tokens

INCLUDE_DEPTH = 32
"""Maximum depth of nested includes."""
ARGUMENTS: dict[str, str] = {
    "Accelerator": "s*",
    "ActiveTransform": "w",
    "AreaLightSource": "s*",
    "Attribute": "s*",
    "AttributeBegin": "",
    "AttributeEnd": "",
    "Camera": "s*",
    "ColorSpace": "s",
    "ConcatTransform": "nnnnnnnnnnnnnnnn",
    "CoordSysTransform": "s",
    "CoordinateSystem": "s",
    "Film": "s*",
    "Identity": "",
    "Import": "s",
    "Include": "s",
    "Integrator": "s*",
    "LightSource": "s*",
    "LookAt": "nnnnnnnnn",
    "MakeNamedMaterial": "s*",
    "MakeNamedMedium": "s*",
    "Material": "s*",
    "MediumInterface": "s?",
    "NamedMaterial": "s",
    "ObjectBegin": "s",
    "ObjectEnd": "",
    "ObjectInstance": "s",
    "Option": "*",
    "PixelFilter": "s*",
    "ReverseOrientation": "",
    "Rotate": "nnnn",
    "Sampler": "s*",
    "Scale": "nnn",
    "Shape": "s*",
    "Texture": "sss*",
    "Transform": "nnnnnnnnnnnnnnnn",
    "TransformBegin": "",
    "TransformEnd": "",
    "TransformTimes": "nn",
    "Translate": "nnn",
    "WorldBegin": "",
    "WorldEnd": "",
}
"""Directive -> what follows it: string (s), one more string or none (?), word without quotes (w),
number (n), parameters (*)."""
BOOLEANS = {"true": 1.0, "false": 0.0}


@dataclass(eq=False)
class Parameter:
    """A typed parameter, such as `"float radius" [ 2 ]`."""

    kind: str
    """The type as written: float, rgb, texture, ..."""
    name: str
    numbers: np.ndarray
    """(N,) float64; booleans are 0 and 1; empty where the values are strings."""
    texts: tuple[str, ...]
    """Strings; empty where the values are numbers."""
    is_used: bool = False
    """Whether anything has read it; notes list the others."""


@dataclass(frozen=True, eq=False)
class Statement:
    """A directive with everything that follows it."""

    directive: str
    file: Path
    line: int
    words: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    parameters: dict[str, Parameter] = field(default_factory=dict)
    """By name."""

    def error(self, reason: str) -> SceneError:
        """SceneError that names file, line and directive."""
        return SceneError(f"{self.file}: line {self.line}: {self.directive}: {reason}")


class Reader:
    """Reads the statements of a scene file and of all files that it includes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        """What was left out, a line each."""

    def statements(self) -> Iterator[Statement]:
        """Statements in order. An import is enclosed in AttributeBegin and AttributeEnd.

        Raises:
            SceneError: a file that is missing or that breaks the syntax.
        """
        yield from self._of_file(self.path, 0)

    def resolve(self, name: str, file: Path) -> Path:
        """Path of `name`: relative to the scene's folder, else to the folder of `file`."""
        relative = Path(name.replace("\\", "/"))
        first = self.path.parent / relative
        other = file.parent / relative
        return other if os.path.exists(other) and not os.path.exists(first) else first

    def _of_file(self, file: Path, depth: int) -> Iterator[Statement]:
        tokens = Tokens(file)
        while (token := tokens.next()) is not None:
            if token.is_string or token.text not in ARGUMENTS:
                self._skip_unknown(tokens, token)
                continue
            statement = _statement(tokens, token)
            if statement.directive not in ("Include", "Import"):
                yield statement
                continue
            target = self.resolve(statement.words[0], file)
            if not os.path.isfile(target):
                raise statement.error(f"{target}: no such file")
            if depth >= INCLUDE_DEPTH:
                raise statement.error("files include each other in a circle")
            if statement.directive == "Include":
                yield from self._of_file(target, depth + 1)
                continue
            yield Statement("AttributeBegin", file, statement.line)
            yield from self._of_file(target, depth + 1)
            yield Statement("AttributeEnd", file, statement.line)

    def _skip_unknown(self, tokens: Tokens, token: Token) -> None:
        """Skip up to the next known directive, with a note."""
        self.notes.append(
            f"{tokens.file}: line {token.line}: {token.text}: unknown directive; it was left out"
        )
        while (following := tokens.peek()) is not None:
            if not following.is_string and following.text in ARGUMENTS:
                return
            tokens.next()


def _statement(tokens: Tokens, token: Token) -> Statement:
    """The statement that begins with the directive `token`."""
    words: list[str] = []
    numbers: list[float] = []
    parameters: dict[str, Parameter] = {}
    arguments = ARGUMENTS[token.text]
    count = arguments.count("n")
    if count:
        numbers = _numbers(tokens, token, count)
    for argument in arguments.replace("n", ""):
        following = tokens.peek()
        if argument == "*":
            parameters = _parameters(tokens, token)
        elif argument == "?" and (following is None or not following.is_string):
            break
        elif following is None or following.is_string != (argument != "w"):
            found = "end of file" if following is None else repr(following.text)
            kind = "word" if argument == "w" else "string"
            raise tokens.error(token.line, f"{token.text}: {found} where a {kind} is needed")
        else:
            words.append(following.text)
            tokens.next()
    return Statement(token.text, tokens.file, token.line, tuple(words), tuple(numbers), parameters)


def _numbers(tokens: Tokens, directive: Token, count: int) -> list[float]:
    """The numbers after a directive, with or without brackets."""
    first = tokens.peek()
    has_brackets = first is not None and first.text == "[" and not first.is_string
    if has_brackets:
        tokens.next()
    values: list[float] = []
    while len(values) < count:
        token = tokens.next()
        try:
            values.append(float("" if token is None or token.is_string else token.text))
        except ValueError:
            found = "end of file" if token is None else repr(token.text)
            raise tokens.error(
                directive.line, f"{directive.text}: {found} where {count} numbers are needed"
            ) from None
    if has_brackets:
        closing = tokens.next()
        if closing is None or closing.text != "]":
            raise tokens.error(directive.line, f"{directive.text}: more than {count} numbers")
    if not np.isfinite(values).all():
        raise tokens.error(directive.line, f"{directive.text}: not finite")
    return values


def _parameters(tokens: Tokens, directive: Token) -> dict[str, Parameter]:
    """All parameters up to the next directive; the first of two with the same name is kept."""
    parameters: dict[str, Parameter] = {}
    while (token := tokens.peek()) is not None and token.is_string:
        tokens.next()
        words = token.text.split()
        if len(words) != 2:
            raise tokens.error(
                token.line, f'{directive.text}: "{token.text}" is not type and name of a parameter'
            )
        kind, name = words
        numbers, texts = _values(tokens, token, directive)
        parameters.setdefault(name, Parameter(kind, name, numbers, texts))
    return parameters


def _values(
    tokens: Tokens, declaration: Token, directive: Token
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Numbers or strings of a parameter: a list in brackets, or one value."""
    name = f'{directive.text}: "{declaration.text}"'
    token = tokens.next()
    if token is None:
        raise tokens.error(declaration.line, f"{name}: no value")
    if token.is_string or token.text != "[":
        found = [token]
    else:
        fast = tokens.numbers()
        if fast is not None:
            return fast, ()
        found = []
        while (value := tokens.next()) is None or value.is_string or value.text != "]":
            if (
                value is None
                or value.text == "["
                or (not value.is_string and value.text in ARGUMENTS)
            ):
                raise tokens.error(declaration.line, f"{name}: ] is missing")
            found.append(value)
    if found and all(value.is_string for value in found):
        return np.zeros(0), tuple(value.text for value in found)
    numbers = []
    for value in found:
        try:
            if value.is_string:
                raise ValueError
            numbers.append(BOOLEANS[value.text] if value.text in BOOLEANS else float(value.text))
        except ValueError:
            raise tokens.error(value.line, f"{name}: not a number {value.text!r}") from None
    return np.array(numbers), ()
