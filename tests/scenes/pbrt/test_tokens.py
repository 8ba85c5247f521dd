"""Tokens and statements of pbrt files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scenes.pbrt.parser.statements import Reader
from scenes.pbrt.parser.tokens import Tokens


def test_tokens_have_their_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.pbrt"
    path.write_text('Shape "a # b"\n# "comment" [\n  [ 1\n2 ]"c\\"d"')
    tokens = Tokens(path)
    found = []
    while (token := tokens.next()) is not None:
        found.append((token.text, token.is_string, token.line))
    assert found == [
        ("Shape", False, 1),
        ("a # b", True, 1),
        ("[", False, 3),
        ("1", False, 3),
        ("2", False, 4),
        ("]", False, 4),
        ('c"d', True, 4),
    ]


def test_parameters_of_all_forms_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pbrt"
    path.write_text(
        'Shape "x" "float one" 2 "float list" [ 1 # a ] comment\n 2.5e1 -.5 ] "bool on" true\n'
        '"bool off" [ false ] "string word" "a" "string words" [ "a" "b" ] "rgb c" [ .1 .2 .3 ]\n'
        "Translate 1 2 3 Transform [ 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ]\n"
    )
    shape, move, transform = Reader(path).statements()
    values = {name: p.numbers.tolist() or p.texts for name, p in shape.parameters.items()}
    assert values == {
        "one": [2.0],
        "list": [1.0, 25.0, -0.5],
        "on": [1.0],
        "off": [0.0],
        "word": ("a",),
        "words": ("a", "b"),
        "c": [0.1, 0.2, 0.3],
    }
    assert shape.parameters["c"].kind == "rgb" and shape.words == ("x",)
    assert move.numbers == (1, 2, 3) and move.line == 4
    assert np.array_equal(transform.numbers, np.arange(16))


def test_unknown_directive_is_skipped_with_all_that_follows_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pbrt"
    path.write_text('Bogus "a" [ 1 2 ] x "b"\nIdentity\n')
    reader = Reader(path)
    assert [each.directive for each in reader.statements()] == ["Identity"]
    assert reader.notes == [f"{path}: line 1: Bogus: unknown directive; it was left out"]
