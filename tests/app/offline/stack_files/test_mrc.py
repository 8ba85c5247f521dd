"""MRC maps are written back with their header, except the statistics of the values."""

from __future__ import annotations

from pathlib import Path

import mrcfile
import numpy as np
import pytest

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from tests.app.offline.stack_files.rewriting import halved
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite

STATISTICS = {"dmin", "dmax", "dmean", "rms"}


@pytest.mark.parametrize("suffix", [".mrc", ".mrc.gz", ".map.bz2"])
@pytest.mark.parametrize("dtype", ["f4", "i2", "u2", "i1", "f2"])
def test_values_are_replaced_and_the_header_stays(dtype: str, suffix: str, tmp_path: Path) -> None:
    values = random_values((5, 12, 14), dtype)
    source, target = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    compression = {".gz": "gzip", ".bz2": "bzip2"}.get(source.suffix)
    with mrcfile.new(source, compression=compression) as file:
        file.set_data(values)
        file.voxel_size = (1.5, 1.5, 3.0)
        file.add_label("from a microscope")
        file.header.exttyp = "MRCO"
        file.set_extended_header(np.frombuffer(b"extended" * 4, "V1"))
    assert rewrite(source, target, tmp_path / "scratch") == ()
    with mrcfile.open(source) as old, mrcfile.open(target) as new:
        np.testing.assert_array_equal(new.data, halved(values))
        assert new.extended_header.tobytes() == old.extended_header.tobytes()
        for name in set(old.header.dtype.names) - STATISTICS:
            np.testing.assert_array_equal(new.header[name], old.header[name])
        assert new.header.dmean == pytest.approx(new.data.mean(dtype=np.float64), abs=1e-5)
    assert mrcfile.validate(target)


def test_stacks_of_volumes_and_complex_maps_are_several_sequences(tmp_path: Path) -> None:
    volumes = random_values((2, 5, 12, 14), "f4")
    with mrcfile.new(tmp_path / "volumes.mrc") as file:
        file.set_data(volumes)
    group = open_stack_file(tmp_path / "volumes.mrc", tmp_path).groups[0]
    assert group.values.shape == (2, 5, 12, 14)
    waves = (volumes[0] + 1j * volumes[1]).astype(np.complex64)
    with mrcfile.new(tmp_path / "waves.mrc") as file:
        file.set_data(waves)
    assert len(open_stack_file(tmp_path / "waves.mrc", tmp_path).groups) == 2
    rewrite(tmp_path / "waves.mrc", tmp_path / "new.mrc", tmp_path / "scratch")
    with mrcfile.open(tmp_path / "new.mrc") as file:
        np.testing.assert_array_equal(file.data, waves / 2)


def test_damaged_files_are_refused_in_one_line(tmp_path: Path) -> None:
    with mrcfile.new(tmp_path / "a.mrc") as file:
        file.set_data(random_values((5, 12, 14), "f4"))
    content = (tmp_path / "a.mrc").read_bytes()
    for kept in (0, 500, 1500):
        (tmp_path / "b.mrc").write_bytes(content[:kept])
        with pytest.raises(DataError, match=r"b\.mrc: "):
            open_stack_file(tmp_path / "b.mrc", tmp_path)
    (tmp_path / "c.mrc.gz").write_bytes(content)
    with pytest.raises(DataError, match="damaged .gz file"):
        open_stack_file(tmp_path / "c.mrc.gz", tmp_path)
