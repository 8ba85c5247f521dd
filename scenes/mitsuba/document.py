"""Mitsuba XML files as trees: includes and parameters resolved, names in snake_case, ids collected.

Host code. Document type declarations are refused: they allow entity bombs and external entities.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.parsers import expat

from scenes.model.description import SceneError

INCLUDE_DEPTH = 16
"""Maximum depth of nested includes."""
MAX_INCLUDES = 1000
"""Maximum number of includes: files that include others twice would double with each level."""
WITHOUT_EFFECT = ("integrator", "sampler", "rfilter")
"""Elements that this renderer does not read, in which parameters may be unset."""
PARAMETER = re.compile(r"\$(\w+)")


@dataclass
class Document:
    """A scene file and everything it includes."""

    path: Path
    root: Element
    ids: dict[str, Element] = field(default_factory=dict)
    """Elements by id and alias, for <ref>."""
    files: dict[Element, Path] = field(default_factory=dict)
    """Source file of each top-level element of an included file."""
    folders: list[Path] = field(default_factory=list)
    """Folders in which files are looked for, in this order: those of <path>, then the scene's."""
    parameters: set[str] = field(default_factory=set)
    """Names of the parameters that the file has a default for or uses."""
    is_version_0: bool = False
    """Whether the file is for Mitsuba 0.x, where a few defaults differ."""
    used: set[Element] = field(default_factory=set)
    """Parameters that were read; notes list the others."""
    visited: dict[Element, str] = field(default_factory=dict)
    """Elements of the plugins that were built -> their name in messages."""
    include_count: int = 0
    notes: list[str] = field(default_factory=list)
    """Notes for the user: what was ignored or changed, one line each."""

    def note(self, text: str) -> None:
        """Add a note, unless it exists already."""
        if text not in self.notes:
            self.notes.append(text)


def read_document(path: Path, parameters: Mapping[str, str] | None = None) -> Document:
    """Parse a file, resolve its includes and substitute its parameters.

    `parameters` replace the defaults of the file; a note names those that it does not have.
    """
    root = _parse(path)
    if root.tag != "scene":
        raise SceneError(f"{path}: <{root.tag}>: not a Mitsuba scene")
    version = root.get("version", "3.0.0")
    is_version_0 = version.split(".")[0] == "0"
    document = Document(path, root, folders=[path.parent], is_version_0=is_version_0)
    given = dict(parameters or {})
    try:
        _expand(document, root, path, dict(given), 0)
    except RecursionError:
        raise SceneError(f"{path}: elements are nested too deeply") from None
    for name in given:
        if name not in document.parameters:
            document.note(f"-D {name}: the file has no such parameter")
    for element in root.iter():
        if "id" in element.attrib and element.tag not in ("ref", "alias"):
            document.ids[element.attrib["id"]] = element
    for alias in root.iter("alias"):
        target = document.ids.get(alias.get("id", ""))
        if target is None:
            raise SceneError(f"{path}: <alias>: no element with id {alias.get('id')!r}")
        document.ids[alias.get("as", "")] = target
    return document


def snake_case(name: str) -> str:
    """Convert a name of Mitsuba 0.x: `intIOR` to `int_ior`, `toWorld` to `to_world`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _parse(path: Path) -> Element:
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    data = path.read_bytes()

    def refuse(*_: object) -> None:
        raise SceneError(f"{path}: document type declarations and entities are not allowed")

    # The first pass only looks for declarations; expat stops before it expands anything.
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    try:
        guard.Parse(data, True)
        return ElementTree.fromstring(data)
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError(f"{path}: not well-formed XML ({error})") from None


def _expand(
    document: Document, parent: Element, path: Path, parameters: dict[str, str], depth: int
) -> None:
    """Replace <include>, collect <default>, substitute $names, convert names, all in place."""
    is_ignored = parent.tag in WITHOUT_EFFECT
    children: list[Element] = []
    for child in list(parent):
        _substitute(document, child, path, parameters, is_ignored)
        if child.tag == "default":
            document.parameters.add(child.get("name", ""))
            parameters.setdefault(child.get("name", ""), child.get("value", ""))
        elif child.tag == "include":
            children.extend(_included(document, child, path, parameters, depth))
        elif child.tag == "path" and "value" in child.attrib:
            # As in Mitsuba, the folder named last is searched first.
            document.folders.insert(0, document.path.parent / child.attrib["value"])
        else:
            _expand(document, child, path, parameters, depth)
            children.append(child)
    parent[:] = children


def _included(
    document: Document, element: Element, path: Path, parameters: dict[str, str], depth: int
) -> list[Element]:
    if depth >= INCLUDE_DEPTH:
        raise SceneError(f"{path}: <include>: files include each other in a circle")
    document.include_count += 1
    if document.include_count > MAX_INCLUDES:
        raise SceneError(f"{path}: <include>: more than {MAX_INCLUDES} includes")
    # Mitsuba searches the scene's folder; some scenes expect the including file's folder.
    candidates = [
        folder / element.get("filename", "") for folder in (*document.folders, path.parent)
    ]
    target = next(
        (candidate for candidate in candidates if os.path.isfile(candidate)), candidates[-2]
    )
    root = _parse(target)
    _expand(document, root, target, parameters, depth + 1)
    elements = list(root) if root.tag == "scene" else [root]
    for included in elements:
        document.files.setdefault(included, target)
    return elements


def _substitute(
    document: Document, element: Element, path: Path, parameters: dict[str, str], is_ignored: bool
) -> None:
    element.tag = snake_case(element.tag)
    for key, value in element.attrib.items():
        if "$" in value:
            document.parameters.update(PARAMETER.findall(value))
            missing = [name for name in PARAMETER.findall(value) if name not in parameters]
            if missing and (is_ignored or element.tag in WITHOUT_EFFECT):
                document.note(f"<{element.tag}>: ${missing[0]} has no default; it is not needed")
                continue
            if missing:
                raise SceneError(f"{path}: <{element.tag}>: parameter ${missing[0]} has no default")
            value = PARAMETER.sub(lambda match: parameters[match[1]], value)
        element.attrib[key] = value
    if "name" in element.attrib and element.tag != "default":
        element.attrib["name"] = snake_case(element.attrib["name"])
