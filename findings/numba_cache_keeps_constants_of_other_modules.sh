#!/bin/sh
# numba 0.68.1, llvmlite 0.50.0: code cached by `njit(cache=True)` outlives the constants in it.
#
# A compiled function that reads a constant imported from another module has its value compiled in.
# The cache on disk is checked against the file that defines the function, not against the module
# that the constant comes from. After that module has changed, a new process loads the old code and
# computes with the old value, without a warning; `cache_hits` shows that it came from the cache.
#
# Expected: the new value, as without the cache.
# Hush keeps compiled code in a folder named after the sources of the whole package
# (scenes/compiled.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numba==0.68.1 llvmlite==0.50.0
cat > "$folder/user.py" <<'PYTHON'
from constants import VALUE
from numba import njit


@njit(cache=True)
def value():
    return VALUE


print(value(), "cache hits:", sum(value.stats.cache_hits.values()))
PYTHON
run() {
    echo "VALUE = $1" > "$folder/constants.py"
    (cd "$folder" && venv/bin/python user.py)
}
first=$(run 1)
second=$(run 2)
echo "constants.py says 1: $first"
echo "constants.py says 2: $second"
[ "$first" = "1 cache hits: 0" ] && [ "$second" = "1 cache hits: 1" ] || {
    echo "the behaviour has changed"
    exit 1
}
