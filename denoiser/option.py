"""Options: fields of settings records that carry their flag, help and range.

Host code. A settings record is a frozen dataclass whose fields are made by `option`. Everything
that depends on the list of options is derived from the fields: flags and `--help`, JSON in reports
and checkpoints, range checks, the check on resuming, and the limits of the panel's widgets. Fields
made otherwise are kept in JSON, but have no flag.
"""

from __future__ import annotations

import functools
import math
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

KEY, GROUP_KEY = "option", "group"  # of the field's metadata
Record = TypeVar("Record")


@dataclass(frozen=True)
class Option:
    """What is known of a field besides its type and default."""

    help: str
    """What the option does, without its default, as `--help` shows it."""
    flag: str | None = None
    """Flag without dashes, None: the field's name with dashes. Of a bool that is True by default
    the flag that makes it False."""
    unit: str = ""
    """Unit of a number, as `--help` shows it."""
    low: float | None = None
    """Least value."""
    is_open: bool = False
    """True: the value must be above `low`."""
    panel: tuple[float, float] | None = None
    """Least and largest value of the panel's widget; None: the panel does not edit the option."""
    default_text: str | None = None
    """The default in words, None: as it is."""
    uses: Mapping[str, Any] = field(default_factory=dict)
    """Other defaults by use: "cpu" (someone waits at a CPU), "paper" (experiments of the paper),
    "still" (one image), or the name of a mode."""
    modes: tuple[str, ...] | None = None
    """Modes that read the option; None: those of the record it is in."""
    choices: tuple[str, ...] | None = None
    """Accepted texts, None: those of the type."""
    parse: Callable[[Any], Any] | None = None
    """Value of a flag's text, or of its list of texts; ValueError says what is wrong with it."""
    takes_list: bool = False
    """True: the flag takes one text or more."""
    metavar: str | None = None
    group: str | None = None
    """Heading in `--help`; None: that of the record."""
    old_names: tuple[str, ...] = ()
    """Earlier names of the field, which flags and files may still have."""
    must_match: bool = False
    """True: a run can only be resumed with the same value."""
    may_be_missing: bool = False
    """True: files from before the option existed are read with its default."""


def option(default: Any = MISSING, help: str = "", **known: Any) -> Any:  # noqa: A002
    """A dataclass field with an `Option`; `known` are fields of it."""
    return field(default=default, metadata={KEY: Option(help, **known)})


@dataclass(frozen=True)
class Group:
    """What is known of a record within a record."""

    title: str
    """Heading of its options in `--help`."""
    modes: tuple[str, ...]
    """Modes that read its options, where they name none themselves."""


def group(record: Any, title: str, modes: tuple[str, ...]) -> Any:
    """A dataclass field that holds a record of options, by default `record()`."""
    return field(default_factory=record, metadata={GROUP_KEY: Group(title, modes)})


def group_of(record_field: Field[Any]) -> Group | None:
    """The group of a dataclass field, None where it is no record of options."""
    found: Group | None = record_field.metadata.get(GROUP_KEY)
    return found


def option_of(record_field: Field[Any]) -> Option | None:
    """The option of a dataclass field, None where it has none."""
    found: Option | None = record_field.metadata.get(KEY)
    return found


def options(record: Any) -> Iterator[tuple[Field[Any], Option]]:
    """Fields of a record or its class that have an option."""
    for each in fields(record):
        found = option_of(each)
        if found is not None:
            yield each, found


def flag_of(record_field: Field[Any], known: Option) -> str:
    """Flag of a field, without dashes."""
    return known.flag or record_field.name.replace("_", "-")


def panel_range(record: Any, name: str) -> tuple[float, float]:
    """Limits of the panel's widget for the field `name` of a record or its class."""
    found = next(known.panel for each, known in options(record) if each.name == name)
    assert found is not None, name
    return found


@functools.cache
def types_of(record: type) -> dict[str, Any]:
    """Type of each field, with names resolved."""
    return get_type_hints(record)


def without_none(kind: Any) -> Any:
    """X of `X | None`, else the type itself."""
    if get_origin(kind) in (Union, types.UnionType):
        return next(each for each in get_args(kind) if each is not type(None))
    return kind


def check_ranges(record: Any) -> None:
    """Raise ValueError where a number is not finite or below its least value."""
    for each, known in options(record):
        value = getattr(record, each.name)
        if known.low is None or value is None:
            continue
        is_low = value <= known.low if known.is_open else value < known.low
        if is_low or not math.isfinite(value):
            relation = "above" if known.is_open else "at least"
            raise ValueError(f"{each.name} {value} is not {relation} {known.low:g} and finite")


def to_json(value: Any) -> Any:
    """Plain values of a record, all the way down: enums by value, paths as text."""
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
    """The record whose `to_json` gave `values`; names that it does not have are left out.

    Raises KeyError, TypeError or ValueError where a value is missing or not usable.
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
    """Values for fields of a record, with texts turned into the enums or paths they name.

    Raises TypeError for a name that the record does not have, ValueError for an unknown text.
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
    """Name that plain values have for a field: its own, or an earlier one."""
    known = option_of(record_field)
    names = (record_field.name, *(known.old_names if known is not None else ()))
    return next((name for name in names if name in values), record_field.name)


def _value_of(kind: Any, value: Any) -> Any:
    """A plain value as the type asks for it."""
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
        raise TypeError(f"{value!r} is no {inner.__name__}")
    return inner(value)
