#!/bin/sh
# Installs the system packages named as arguments that are missing, where that is possible:
# Debian or Ubuntu, as root or with sudo that asks no password. Elsewhere says what is missing and goes on.
missing=""
for package in "$@"; do
    if command -v dpkg >/dev/null 2>&1; then
        dpkg -s "$package" 2>/dev/null | grep -q "^Status: install ok" || missing="$missing $package"
    fi
done
if ! command -v dpkg >/dev/null 2>&1; then
    command -v Xvfb >/dev/null 2>&1 || echo "The window's tests need Xvfb, xdotool and Mesa's OpenGL; without them they are skipped."
    exit 0
fi
[ -z "$missing" ] && exit 0
sudo=""
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "The window's tests need:$missing (apt-get install them); without them they are skipped."
        exit 0
    fi
    sudo="sudo"
fi
# shellcheck disable=SC2086  # one word each
if ! { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing; } >/dev/null; then
    echo "Could not install:$missing; without them the window's tests are skipped."
fi
