#!/usr/bin/env bash
# Installs what grading needs into a virtual environment; the platform runs it once, when the image is built.
# Run again, it changes nothing. With a folder `wheels` beside it, it needs no network.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="${AUTOGRADER_ROOT:-/autograder}"
venv="$root/venv"

# Python 3.11 or newer, the newest there is
find_python() {
    for name in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3; do
        if [ -n "$name" ] && command -v "$name" >/dev/null \
            && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

packages=""
find_python >/dev/null || packages="python3.11 python3.11-venv"
# what the sandbox filters system calls with
ldconfig -p 2>/dev/null | grep -q libseccomp.so.2 || packages="$packages libseccomp2"
if [ -n "$packages" ]; then
    if command -v apt-get >/dev/null; then
        apt-get update -q || true
        # shellcheck disable=SC2086
        apt-get install -q -y --no-install-recommends $packages || echo "setup.sh: $packages could not be installed" >&2
    else
        echo "setup.sh: please install $packages" >&2
    fi
fi
python="$(find_python)" || { echo "setup.sh: Python 3.11 or newer is needed" >&2; exit 1; }

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check install --quiet)
if [ -d "$here/wheels" ]; then
    pip+=(--no-index --find-links "$here/wheels")
else
    # torch's builds for the CPU alone: the usual one brings gigabytes of CUDA
    pip+=(--extra-index-url https://download.pytorch.org/whl/cpu)
fi
"${pip[@]}" --requirement "$here/requirements.txt" --constraint "$here/constraints.txt"

# the grader and what it knows are root's alone: a hand-in runs as somebody else
chmod -R u=rwX,go= "$here"
"$venv/bin/python" -c 'import safetensors, torch; print("grading needs are installed, torch", torch.__version__)'
