#!/bin/sh
# vermin 1.9.2 with mypy 2.4.1: a star expression in an index is not counted as syntax of Python 3.11.
#
# `image[:, *region]` is a SyntaxError before Python 3.11 (PEP 646). vermin, which reports the oldest
# Python version that a source needs, says 3.5 for a file that holds it, as for any star expression.
# mypy reports the line when it checks for Python 3.10.
#
# Expected: 3.11.
# Hush lets mypy check for Python 3.10, the oldest version that it supports (setup.cfg).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c "import sys; sys.exit(sys.version_info[:2] < (3, 11))" 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { echo "needs Python 3.11 or newer"; exit 1; }
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vermin==1.9.2 mypy==2.4.1
cat > "$folder/source.py" <<'PYTHON'
region = (0, 1)
cells = {(2, 0, 1): "found"}
print(cells[2, *region])
PYTHON
ran=$("$folder/venv/bin/python" "$folder/source.py")
cd "$folder"
vermin=$(venv/bin/vermin --no-tips source.py | sed -n 's/Minimum required versions: *//p')
mypy=$(venv/bin/mypy --python-version 3.10 source.py | sed -n 's/^source.py:3: error: //p')
echo "the source prints:       $ran"
echo "vermin's oldest version: $vermin"
echo "mypy, for Python 3.10:   $mypy"
case $mypy in *"Python 3.11"*) is_reported=yes ;; *) is_reported=no ;; esac
[ "$ran" = found ] && [ "$vermin" = 3.5 ] && [ $is_reported = yes ] || {
    echo "the behaviour has changed"
    exit 1
}
