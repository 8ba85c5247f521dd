"""Command-line arguments: argparse flags derived from the options of settings records.

Host code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import Field
from dataclasses import dataclass
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any
from typing import get_args
from typing import get_origin

from app.cli.types import number
from denoiser.option import Option
from denoiser.option import flag_of
from denoiser.option import group_of
from denoiser.option import option_of
from denoiser.option import types_of
from denoiser.option import without_none

USE_LABELS = {"cpu": "on a CPU in the window and offline", "paper": "studies and offline"}
"""Labels in `--help` of keys of `Option.uses`; a key without a label shows its name."""
LABELS_OF_MODES = {"still": "--render and montecarlo", "benchmark": "--benchmark"}


@dataclass(frozen=True)
class Argument:
    """An option with its field and its place in the tree of settings records."""

    field: Field[Any]
    option: Option
    kind: Any
    """Type of the field, without None."""
    modes: tuple[str, ...]
    """Modes that read the option."""
    title: str = ""
    """Heading in `--help`."""

    @property
    def flag(self) -> str:
        """Flag without dashes."""
        return flag_of(self.field, self.option)

    @property
    def name(self) -> str:
        """Attribute name in the parsed arguments."""
        return self.flag.replace("-", "_")

    @property
    def choices(self) -> tuple[str, ...] | None:
        """Accepted texts, None for any."""
        if self.option.choices is not None:
            return self.option.choices
        is_enum = isinstance(self.kind, type) and issubclass(self.kind, Enum)
        return tuple(member.value for member in self.kind) if is_enum else None

    def value_of(self, parsed: Any) -> Any:
        """Convert the value from argparse to that of the field. ValueError if it is invalid."""
        if self.kind is bool:
            return not self.field.default
        choices = self.choices
        if choices is not None and parsed not in choices:
            raise ValueError(f"{parsed} is not one of {', '.join(choices)}")
        if self.option.parse is not None:
            return self.option.parse(parsed)
        if self.option.takes_list:
            kind = get_args(self.kind)[0]
            return tuple(kind(text) for text in parsed)
        return self.kind(parsed)


def arguments_of(record: type, modes: tuple[str, ...], title: str) -> Iterator[Argument]:
    """All options of a record and its nested records, in field order."""
    kinds = types_of(record)
    for each in fields(record):
        kind, known, inner = without_none(kinds[each.name]), option_of(each), group_of(each)
        if known is not None:
            yield Argument(each, known, kind, known.modes or modes, known.group or title)
        elif inner is not None:
            yield from arguments_of(kind, inner.modes, inner.title)


def add_argument(parser: argparse._ArgumentGroup, same: list[Argument]) -> None:
    """Add one flag for all options with that flag."""
    first = same[0]
    help_text = "; ".join(dict.fromkeys(_help(argument) for argument in same))
    known = first.option
    names = [f"--{flag}" for flag in (first.flag, *known.old_names)]
    if first.kind is bool:
        parser.add_argument(*names, action="store_const", const=True, help=help_text)
        return
    more: dict[str, Any] = {}
    if known.short is not None:
        names.insert(0, known.short)
        more["action"] = "extend"
    choices = [text for argument in same for text in argument.choices or ()]
    parser.add_argument(
        *names,
        type=_type_of(first),
        nargs="+" if known.takes_list else None,
        choices=list(dict.fromkeys(choices)) or None,
        metavar=known.metavar,
        help=help_text.replace("%", "%%"),
        **more,
    )


def _type_of(argument: Argument) -> Callable[[str], Any]:
    """Function that converts one text of a flag, with an error that says what is wrong."""
    known, kind = argument.option, argument.kind
    if argument.choices is not None or known.takes_list or get_origin(kind) is dict:
        return str
    if known.parse is not None:
        return _checked(known.parse)
    if kind in (int, float):
        return number(kind, known.low if known.low is not None else 0, known.is_open)
    return str if kind is Path else kind  # type: ignore[no-any-return]


def _checked(parse: Callable[[Any], Any]) -> Callable[[str], str]:
    """Function that checks a text by `parse` but returns the text itself."""

    def check(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return check


def _help(argument: Argument) -> str:
    """Help text of an option with its unit and defaults."""
    known = argument.option
    unit = f", {known.unit}" if known.unit else ""
    default = known.default_text
    if default is None and argument.kind is not bool and argument.field.default != ():
        default = _text(argument.field.default)
    others = [
        f"{USE_LABELS.get(use) or LABELS_OF_MODES.get(use, use)}: {_text(value)}"
        for use, value in known.uses.items()
        if not isinstance(value, tuple) or known.parse is not None
    ]
    defaults = "; ".join([*([default] if default else []), *others])
    return f"{known.help}{unit}" + (f" ({defaults})" if defaults else "")


def _text(value: Any) -> str:
    """A value as typed on the command line."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else f"{value}"
