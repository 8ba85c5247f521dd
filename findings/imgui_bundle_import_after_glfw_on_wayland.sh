#!/bin/sh
# imgui-bundle 1.93.0 with glfw 2.11.0 (both wheels for Linux): the order of two imports decides.
#
# glfw's wheel holds two builds of its library and loads the one for the session, by
# XDG_SESSION_TYPE. In a Wayland session that build has no functions of X11. imgui-bundle's extension
# module needs `glfwGetX11Window`, and looks for it in a GLFW library that is loaded already: then
# `from imgui_bundle import imgui` raises ImportError. In the other order both imports succeed, and
# in an X11 session the order does not matter. No display is needed to see it.
#
# Expected: imports that succeed in either order.
# Hush sets PYGLFW_LIBRARY_VARIANT=x11 before it imports glfw (app/base/environment.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))" 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { echo "needs Python 3.11 to 3.14"; exit 1; }
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    imgui-bundle==1.93.0 glfw==2.11.0 numpy==2.4.6
attempt() {
    XDG_SESSION_TYPE=$1 "$folder/venv/bin/python" -c "$2" 2>&1 | tail -n 1 | sed 's/.*undefined/undefined/'
}
wayland=$(attempt wayland "import glfw; from imgui_bundle import imgui; print('imported')")
reversed=$(attempt wayland "from imgui_bundle import imgui; import glfw; print('imported')")
x11=$(attempt x11 "import glfw; from imgui_bundle import imgui; print('imported')")
echo "Wayland session, glfw first:         $wayland"
echo "Wayland session, imgui-bundle first: $reversed"
echo "X11 session, glfw first:             $x11"
[ "$wayland" = "undefined symbol: glfwGetX11Window" ] && [ "$reversed" = imported ] \
    && [ "$x11" = imported ] || {
    echo "the behaviour has changed"
    exit 1
}
