"""Check that the results in a folder belong to the run to be resumed.

Host code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.base.errors import UsageError
from app.settings.options import Options
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from denoiser.option import name_in
from denoiser.option import options as options_of
from denoiser.option import to_json
from denoiser.option import types_of
from denoiser.option import without_none
from denoiser.settings import DenoiserSettings
from scenes.model.summary import Outline

RunIdentity = dict[str, object]
"""What identifies a run: `scene`, its name, and `settings`, all options as JSON."""


def run_identity(scene: Outline, options: Options) -> RunIdentity:
    """Scene name and options that identify a run, under the keys that its report uses."""
    return {"scene": scene.name, "settings": to_json(options)}


def check_same_run(source: Path, earlier: Any, now: RunIdentity, *more: str) -> None:
    """Raise UsageError if two runs differ in the scene or an option that must match, or if
    `earlier` does not describe a run.

    Args:
        source: file that describes the earlier run.
        earlier: content of `source`: a RunIdentity, perhaps with further keys.
        now: the run to be resumed.
        more: names of further options that must be equal.
    """
    before, present = _values_to_match(earlier, source, more), _values_to_match(now, source, more)
    for name, value in present.items():
        if before[name] != value:
            raise UsageError(f"{source}: made with {name} {before[name]}, not {value}")


def _values_to_match(content: Any, source: Path, more: tuple[str, ...]) -> dict[str, object]:
    """Values that must be equal, by name; of paths the last part, as a folder may be moved."""
    try:
        options = content["settings"]
        session = options["session"]
        values = {"scene": content["scene"]}
        for record, found in (
            (Options, options),
            (SessionSettings, session),
            (RenderSettings, session["render"]),
            (DenoiserSettings, session["denoiser"]),
        ):
            values |= _matched(record, found)
        return values | {name: options[name] for name in more}
    except (KeyError, TypeError) as error:
        raise UsageError(f"{source}: is no record of a run") from error


def _matched(record: type, values: dict[str, Any]) -> dict[str, object]:
    """Values, by name, of a record's options that must match in a resumed run."""
    found: dict[str, object] = {}
    for each, known in options_of(record):
        if not known.must_match:
            continue
        name = name_in(values, each)
        value = values[name] if not known.may_be_missing else values.get(name)
        if value is None and known.may_be_missing:
            value = to_json(each.default)
        is_path = without_none(types_of(record)[each.name]) is Path
        found[each.name] = Path(value).name if is_path and value else value
    return found
