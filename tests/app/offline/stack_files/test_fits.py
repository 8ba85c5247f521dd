"""FITS images are written back with their headers, tables and further extensions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite


@pytest.mark.parametrize("suffix", [".fits", ".fits.gz"])
@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8"])
def test_values_are_replaced_and_headers_stay(dtype: str, suffix: str, tmp_path: Path) -> None:
    values = random_values((5, 12, 14), dtype)
    cube = fits.PrimaryHDU(values)
    cube.header["OBJECT"], cube.header["DATAMAX"] = "M 31", float(values.max())
    table = fits.BinTableHDU.from_columns([fits.Column("x", "D", array=np.arange(3.0))])
    image = fits.ImageHDU(values[0], name="FIRST")
    source, target = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    fits.HDUList([cube, table, image]).writeto(source, checksum=True)
    assert rewrite(source, target, tmp_path / "scratch") == ()
    with fits.open(source) as old, fits.open(target, checksum=True) as new:
        np.testing.assert_array_equal(new[0].data, (values / 2).astype(dtype))
        np.testing.assert_array_equal(new["FIRST"].data, (values[0] / 2).astype(dtype))
        np.testing.assert_array_equal(new[1].data["x"], old[1].data["x"])
        assert new[0].header["DATAMAX"] == float(new[0].data.max())
        for before, after in zip(old, new):
            skipped = {"DATAMAX", "CHECKSUM", "DATASUM"}
            assert {k: before.header[k] for k in before.header if k not in skipped} == {
                k: after.header[k] for k in after.header if k not in skipped
            }
            assert after.verify_checksum() in (1, 2) and after.verify_datasum() in (1, 2)


def test_unsigned_integers_and_blank_pixels_keep_their_meaning(tmp_path: Path) -> None:
    values = random_values((3, 12, 14), "u2") + np.uint16(40_000)
    fits.PrimaryHDU(values).writeto(tmp_path / "unsigned.fits")
    rewrite(tmp_path / "unsigned.fits", tmp_path / "new.fits", tmp_path / "scratch")
    with fits.open(tmp_path / "new.fits") as new:  # stored values are 32768 less
        np.testing.assert_array_equal(new[0].data, (values.astype(int) - 32768) // 2 + 32768)
    blank = fits.PrimaryHDU(random_values((3, 12, 14), "i2"))
    blank.header["BLANK"] = -99
    blank.writeto(tmp_path / "blank.fits")
    assert open_stack_file(tmp_path / "blank.fits", tmp_path).groups[0].missing == -99.0


def test_files_without_images_and_damaged_ones_are_refused_in_one_line(tmp_path: Path) -> None:
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(DataError, match=r"empty\.fits: no image data"):
        open_stack_file(tmp_path / "empty.fits", tmp_path)
    packed = fits.CompImageHDU(random_values((12, 14), "i2"))
    fits.HDUList([fits.PrimaryHDU(), packed]).writeto(tmp_path / "packed.fits")
    with pytest.raises(DataError, match="compressed in tiles"):
        open_stack_file(tmp_path / "packed.fits", tmp_path)
    fits.PrimaryHDU(random_values((5, 40, 40), "f4")).writeto(tmp_path / "whole.fits")
    content = (tmp_path / "whole.fits").read_bytes()
    for kept in (10, 4000):
        (tmp_path / "part.fits").write_bytes(content[:kept])
        with pytest.raises(DataError, match=r"part\.fits: "):
            open_stack_file(tmp_path / "part.fits", tmp_path)
