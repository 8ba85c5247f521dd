"""Faults of a pbrt file: syntax refuses the file, anything else costs one part and gives a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenes.model.description import SceneError
from scenes.pbrt.scene import load_pbrt
from tests.scenes.pbrt_text import SPHERE
from tests.scenes.pbrt_text import load
from tests.scenes.pbrt_text import notes


@pytest.mark.parametrize(
    "body, reason",
    [
        ('Shape "sphere', "line 4: unterminated string"),
        ("Shape\nWorldEnd", "line 4: Shape: 'WorldEnd' where a string is needed"),
        ("\nShape", "line 5: Shape: end of file where a string is needed"),
        ("Translate 1 2\nIdentity", "line 4: Translate: 'Identity' where 3 numbers are needed"),
        ("Transform [ 1 2 3 ]", "line 4: Transform: ']' where 16 numbers are needed"),
        ("Scale [ 1 2 3 4 ]", "line 4: Scale: more than 3 numbers"),
        ("Scale 1 2 nan", "line 4: Scale: not finite"),
        ('# " [\nShape "sphere" "radius" 1', 'line 5: Shape: "radius" is not type and name'),
        ('Shape "sphere"\n"float radius"', 'line 5: Shape: "float radius": no value'),
        ('Shape "sphere" "float radius" [ 1 ', 'line 4: Shape: "float radius": ] is missing'),
        (
            'Shape "sphere" "float radius" [ 1\nShape "disk"',
            'line 4: Shape: "float radius": ] is missing',
        ),
        (
            'Shape "sphere" "float radius" big',
            "line 4: Shape: \"float radius\": not a number 'big'",
        ),
        ('Include "none.pbrt"', "none.pbrt: no such file"),
        ('Include "scene.pbrt"', "files include each other in a circle"),
        ('Import "bad.pbrt.gz"', "bad.pbrt.gz: damaged gzip file"),
        ("", "scene.pbrt: no shapes"),
        ('Shape "torus"', 'line 4: Shape "torus": unsupported shape'),
    ],
)
def test_fault_that_refuses_the_file_names_line_and_reason(
    body: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.pbrt.gz").write_bytes(b"no gzip")
    with pytest.raises(SceneError) as caught:
        load(tmp_path, body)
    assert reason in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path)) and "\n" not in str(caught.value)


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        load_pbrt(tmp_path / "none.pbrt")


@pytest.mark.parametrize(
    "body, note",
    [
        ('Shape "torus"', 'line 5: Shape "torus": unsupported shape; it was left out'),
        ('Shape "plymesh" "string filename" "no.ply"', 'line 5: Shape "plymesh": no.ply: no such'),
        ('Shape "plymesh"', 'Shape "plymesh": filename: missing; it was left out'),
        ('Shape "sphere" "float radius" -1', "radius: not positive -1; it was left out"),
        ('Shape "sphere" "float radius" [1 2]', "radius: 2 numbers, one number is needed"),
        ('Shape "sphere" "float size" 1', 'line 5: Shape "sphere": size is not supported'),
        ('Shape "trianglemesh"', "P: missing; it was left out"),
        (
            'Shape "trianglemesh" "point3 P" [0 0 0 1 0 0 0 1 0] "integer indices" [0 1 3]',
            "face 0: index 3 out of range",
        ),
        ('Shape "trianglemesh" "point3 P" [0 0 0 1 0 0 2 0 0]', "zero area; it was left out"),
        ('Shape "curve" "point3 P" [0 0 0 1 1 1]', "curves (hair, fur, grass) are not supported"),
        (
            'Material "fourier"\nShape "disk"',
            'line 5: Material "fourier": unsupported material; gr',
        ),
        ('NamedMaterial "none"\nShape "disk"', "no material 'none'; grey is used"),
        (
            'Material "diffuse" "texture reflectance" "t"\nShape "disk"',
            "line 5: Material \"diffuse\": spectrum texture 't' does not exist; 0.5",
        ),
        (
            'Texture "t" "spectrum" "imagemap" "string filename" "no.png"\n'
            'Material "diffuse" "texture reflectance" "t"\nShape "disk"',
            'line 5: Texture "t" "imagemap": no.png: no such file; 0.5 is used',
        ),
        (
            'Texture "t" "spectrum" "scale" "texture tex" "t"\n'
            'Material "diffuse" "texture reflectance" "t"\nShape "disk"',
            'line 5: Texture "t" "scale": spectrum texture \'t\' refers to itself; 0.5 is used',
        ),
        (
            'MakeNamedMaterial "m" "string type" "mix" "string materials" ["m" "m"]\n'
            'NamedMaterial "m"\nShape "disk"',
            'line 5: MakeNamedMaterial "m" "mix": refers to itself; grey is used',
        ),
        ('Material "measured"\nShape "disk"', "measured BSDFs are not supported, grey is used"),
        ('LightSource "laser"', 'line 5: LightSource "laser": unsupported light; it was left out'),
        (
            'LightSource "infinite" "string filename" "a.exr"',
            "a.exr: no such file; it was left out",
        ),
        ('LightSource "spot" "point3 to" [0 0 0]', "direction has zero length; it was left out"),
        (
            'LightSource "infinite" "spectrum L" "moon"',
            "spectrum 'moon' is neither known nor a file",
        ),
        ('LightSource "infinite" "rgb L" [1 -1 1]', "L: negative; it was left out"),
        ('LightSource "infinite"\nLightSource "infinite"', 'line 6: LightSource "infinite": only'),
        ('LightSource "infinite" "point3 portal" [0 0 0]', "portal is ignored"),
        ('AreaLightSource "diffuse" "float lumens" 3\nShape "disk"', "lumens is not supported"),
        ('ObjectInstance "none"', "line 5: ObjectInstance: no object 'none'; it was left out"),
        ("AttributeEnd", "line 5: AttributeEnd: no AttributeBegin to end; it was left out"),
        ('Option "bool forcediffuse" true', "Option: forcediffuse is not supported"),
        ('ColorSpace "rec2020"', "line 5: ColorSpace: only srgb is supported"),
        ("Rotate 5 0 0 0", "line 5: Rotate: axis has zero length; it was left out"),
        ('CoordSysTransform "x"', "unknown coordinate system 'x'"),
        ('MakeNamedMedium "fog"', "media (fog, smoke) are not supported"),
        ('Bogus "a" 1 2 3', "line 5: Bogus: unknown directive; it was left out"),
        ('Attribute "shape" "float alpha" 1', 'Attribute "shape": alpha was not used'),
        ("ActiveTransform EndTime\nTranslate 1 0 0\n" + SPHERE, "motion is not supported"),
    ],
)
def test_fault_of_a_part_gives_a_note_and_keeps_the_rest(
    body: str, note: str, tmp_path: Path
) -> None:
    found = notes(tmp_path, f"{SPHERE}{body}\n")
    assert any(note in text for text in found), found
    assert all("scene.pbrt" in text and "\n" not in text for text in found)


def test_valid_file_has_no_notes(tmp_path: Path) -> None:
    assert notes(tmp_path, SPHERE + 'LightSource "infinite"\n') == ()


def test_unusable_camera_leaves_the_default_one(tmp_path: Path) -> None:
    (tmp_path / "a.pbrt").write_text('Camera "fisheye"\nWorldBegin\n' + SPHERE)
    scene = load_pbrt(tmp_path / "a.pbrt")
    assert scene.has_default_camera and "unsupported camera" in scene.notes[0]


@pytest.mark.parametrize(
    "transform",
    ["Scale 1e200 1 1 Scale 1e200 1 1", "Translate 1e308 0 0 Translate 1e308 0 0"],
)
def test_transform_beyond_the_range_of_numbers_is_left_out(tmp_path: Path, transform: str) -> None:
    found = notes(tmp_path, f"{SPHERE}{transform}\n{SPHERE}")
    assert any("the transform is not finite; it was left out" in note for note in found)


@pytest.mark.parametrize("index", ["-1", "9", "1e38"])
def test_index_out_of_range_costs_a_textured_mesh(tmp_path: Path, index: str) -> None:
    texture = 'Texture "t" "spectrum" "checkerboard" Material "diffuse" "texture reflectance" "t"'
    mesh = f'Shape "trianglemesh" "point3 P" [0 0 0 1 0 0 0 1 0] "integer indices" [0 1 {index}]'
    found = notes(tmp_path, f"{SPHERE}\n{texture}\n{mesh}")
    assert any("out of range" in note and "left out" in note for note in found)
