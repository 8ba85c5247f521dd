"""Options: fields of settings records with their command-line flag, help text and range.

Host code. A settings record is a frozen dataclass whose fields are created by `option`. Everything
that depends on the list of options is derived from the fields: flags and `--help`, JSON in reports
and checkpoints, range checks, the check on resuming, and the limits of the panel's widgets. Other
fields are kept in JSON, but have no flag.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import Field
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from typing import TypeVar
from typing import Union
from typing import get_args
from typing import get_origin
from typing import get_type_hints

MAX_INTEGER = 2**63 - 1  # largest integer that torch accepts, as a seed for example
MAX_NUMBER = (2 - 2**-23) * 2.0**127  # largest float32
KEY, GROUP_KEY = "option", "group"  # keys in a field's metadata
Record = TypeVar("Record")


@dataclass(frozen=True)
class Option:
    """Description of a settings field besides its type and default."""

    help: str
    """Help text of the option for `--help`, without its default."""
    flag: str | None = None
    """Flag without leading dashes; None: the field's name with dashes. If the field is a bool that
    is True by default, the flag makes it False."""
    short: str | None = None
    """One-letter flag with its dash, which may be given several times."""
    unit: str = ""
    """Unit of a number, shown by `--help`."""
    low: float | None = None
    """Minimum value."""
    is_open: bool = False
    """True: the value must be above `low`."""
    panel: tuple[float, float] | None = None
    """Minimum and maximum of the panel's widget; None: the panel does not edit the option."""
    default_text: str | None = None
    """Default in words for `--help`; None: the default value itself."""
    uses: Mapping[str, Any] = field(default_factory=dict)
    """Other defaults by use: "cpu" (in the window and offline on a CPU), "cpu NAME" (the same with
    that task or network), "paper" (experiments of the paper), "still" (one image), or the name of a
    mode."""
    modes: tuple[str, ...] | None = None
    """Modes that read the option; None: the modes of the record that contains it."""
    choices: tuple[str, ...] | None = None
    """Accepted texts; None: the values of an enum, else any."""
    parse: Callable[[Any], Any] | None = None
    """Converts the flag's text, or list of texts, to a value; ValueError gives the reason."""
    takes_list: bool = False
    """True: the flag takes one or more texts."""
    metavar: str | None = None
    group: str | None = None
    """Heading in `--help`; None: the record's heading."""
    old_names: tuple[str, ...] = ()
    """Former names of the field, still accepted in flags and files."""
    must_match: bool = False
    """True: a run can only be resumed with the same value."""
    may_be_missing: bool = False
    """True: files without the option, from before it existed, are read with its default."""


def option(default: Any = MISSING, help: str = "", **known: Any) -> Any:  # noqa: A002
    """Create a dataclass field with an `Option`; `known`: the other fields of `Option`."""
    return field(default=default, metadata={KEY: Option(help, **known)})


@dataclass(frozen=True)
class Group:
    """Description of a settings record nested in another record."""

    title: str
    """Heading of its options in `--help`."""
    modes: tuple[str, ...]
    """Modes that read its options, for options that name no modes themselves."""


def group(record: Any, title: str, modes: tuple[str, ...]) -> Any:
    """Create a dataclass field that holds a nested settings record, by default `record()`."""
    return field(default_factory=record, metadata={GROUP_KEY: Group(title, modes)})


def group_of(record_field: Field[Any]) -> Group | None:
    """`Group` of a dataclass field, None if the field is not a nested settings record."""
    found: Group | None = record_field.metadata.get(GROUP_KEY)
    return found


def option_of(record_field: Field[Any]) -> Option | None:
    """`Option` of a dataclass field, None if it has none."""
    found: Option | None = record_field.metadata.get(KEY)
    return found


def options(record: Any) -> Iterator[tuple[Field[Any], Option]]:
    """Yield each field of a record or its class that has an `Option`, with that `Option`."""
    for each in fields(record):
        found = option_of(each)
        if found is not None:
            yield each, found


def flag_of(record_field: Field[Any], known: Option) -> str:
    """Flag of a field, without leading dashes."""
    return known.flag or record_field.name.replace("_", "-")


def panel_range(record: Any, name: str) -> tuple[float, float]:
    """Limits of the panel's widget for the field `name` of a record or its class."""
    found = next(known.panel for each, known in options(record) if each.name == name)
    assert found is not None, name
    return found


@functools.cache
def types_of(record: type) -> dict[str, Any]:
    """Type of each field by name, with forward references resolved."""
    return get_type_hints(record)


def without_none(kind: Any) -> Any:
    """X of `X | None`, else the type itself."""
    if get_origin(kind) in (Union, types.UnionType):
        return next(each for each in get_args(kind) if each is not type(None))
    return kind


def check_ranges(record: Any) -> None:
    """Raise ValueError if a number is not a finite float32 or below its minimum, or no choice of
    several.
    """
    for each, known in options(record):
        value = getattr(record, each.name)
        if value is None:
            continue
        if known.choices is not None and isinstance(value, int) and str(value) not in known.choices:
            raise ValueError(f"{each.name} {value} is not one of {', '.join(known.choices)}")
        if known.low is None:
            continue
        is_low = value <= known.low if known.is_open else value < known.low
        if is_low or not abs(value) <= MAX_NUMBER:  # true for NaN
            relation = "above" if known.is_open else "at least"
            limits = f"{relation} {known.low:g} and finite as a float32"
            raise ValueError(f"{each.name} {value} is not {limits}")


def to_json(value: Any) -> Any:
    """Convert a record recursively to JSON values: enums by value, paths as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {key: to_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(inner) for inner in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def from_json(record: type[Record], values: Mapping[str, Any]) -> Record:
    """Build a `record` from the JSON `values` of `to_json`; unknown names are ignored.

    Raises KeyError, TypeError or ValueError if a value is missing or unusable.
    """
    kinds: dict[str, Any] = get_type_hints(record)
    found: dict[str, Any] = {}
    for each in fields(record):  # type: ignore[arg-type]
        known = option_of(each)
        name = name_in(values, each)
        if name not in values and known is not None and known.may_be_missing:
            continue
        found[each.name] = _value_of(kinds[each.name], values[name])
    return record(**found)


def typed(record: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert texts in `values` to the enums or paths that the fields of `record` require.

    Raises TypeError for a name that is not a field, ValueError for a text that is no enum value.
    """
    kinds, found = types_of(record), {}
    for name, value in values.items():
        if name not in kinds:
            raise TypeError(f"{record.__name__} has no option {name}")
        kind = without_none(kinds[name])
        is_named = isinstance(value, str) and isinstance(kind, type)
        found[name] = kind(value) if is_named and issubclass(kind, (Enum, Path)) else value
    return found


def name_in(values: Mapping[str, Any], record_field: Field[Any]) -> str:
    """Key of a field in the JSON `values`: its current name, or a former one."""
    known = option_of(record_field)
    names = (record_field.name, *(known.old_names if known is not None else ()))
    return next((name for name in names if name in values), record_field.name)


def _value_of(kind: Any, value: Any) -> Any:
    """Convert a JSON value to the type `kind`; TypeError or ValueError if that fails."""
    inner = without_none(kind)
    if value is None and inner is not kind:
        return None
    if get_origin(inner) is tuple:
        return tuple(_value_of(get_args(inner)[0], each) for each in value)
    if is_dataclass(inner):
        return from_json(inner, value)  # type: ignore[arg-type]
    if issubclass(inner, (Enum, Path)):
        return inner(value)
    accepted = (int, float) if inner is float else inner
    if not isinstance(value, accepted) or (isinstance(value, bool) and inner is not bool):
        raise TypeError(f"{value!r} is not of type {inner.__name__}")
    if isinstance(value, int) and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ValueError(f"an integer of {len(str(abs(value)))} digits is too large")
    return inner(value)
