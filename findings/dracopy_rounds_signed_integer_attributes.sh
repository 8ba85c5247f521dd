#!/bin/sh
# DracoPy 2.2.0: signed integer attributes come back as float32, and large values are rounded.
#
# The mesh below was written by draco3d 1.5.7 with three generic attributes: UINT16 that Draco marks
# as normalised, INT16 likewise, INT32 not. DracoPy returns the first as uint32, not scaled, the
# second as float32 divided by 32767, and the third as float32, in which 16777217 is 16777216. Its
# result does not say which attributes are normalised, so that a caller cannot tell a scaled from an
# unscaled one.
#
# Expected: integers of the stored type, and the mark. Hush takes the accessor's component type
# (scenes/gltf/draco.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check DracoPy==2.2.0 numpy==2.2.6
cat > "$folder/attributes.py" <<'PYTHON'
import base64
import sys

import DracoPy

MESH = (
    "RFJBQ08CAgEAAAABAwEAAQIBBAAJAwAABAQCAQEEAwIBAgQFAQADAAEBAQAAAAAAAAAAAAAAAAAAgD8AAAAAAAAAAAAA"
    "AAAAAIA/AAAAAAABAQARA1UVA1UVL1kVAyiQhspe6oPHAAAAAP//AAAAAQEAET8BQAEAAAD+/wIA/v9h6vv/AID///9/"
    "AAAAAQEAGwdVFVUVV1kVA8ePhgIAAFL////+AwAAAQ=="
)
found = {}
for attribute in DracoPy.decode(base64.b64decode(MESH)).attributes:
    values = attribute["data"]
    found[attribute["unique_id"]] = (values.dtype.name, values.ravel().tolist())
    print(attribute["unique_id"], attribute["data_type"], values.dtype, values.tolist())
sys.exit(
    found[1] != ("uint32", [0, 65535, 1, 2, 30000, 40000])
    or found[2][0] != "float32"
    or abs(found[2][1][1] - 1.0) > 1e-6
    or found[3] != ("float32", [16777216.0, 16777220.0, -16777216.0])
)
PYTHON
"$folder/venv/bin/python" "$folder/attributes.py" || {
    echo "the behaviour has changed"
    exit 1
}
