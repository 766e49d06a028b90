#!/usr/bin/env bash
# Installs what grading needs into a virtual environment; the platform runs it once, when the image is built.
# Run again, it changes nothing. With a folder `wheels` beside it, it needs no network.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="${AUTOGRADER_ROOT:-/autograder}"
venv="$root/venv"
cpu_builds="${CPU_BUILDS:-https://download.pytorch.org/whl/cpu}"

# Python 3.11 or newer, the newest there is, that can import the modules named
find_python() {
    for name in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3; do
        if [ -n "$name" ] && command -v "$name" >/dev/null \
            && "$name" -c "import $1; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

packages=""
if ! find_python "sys, venv, ensurepip" >/dev/null; then
    if python="$(find_python sys)"; then
        # Debian and Ubuntu keep these two apart
        packages="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    else
        # Ubuntu 22.04 has Python 3.10 of its own, and this beside it
        packages="python3.11 python3.11-venv"
    fi
fi
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
python="$(find_python "sys, venv, ensurepip")" || {
    here_is="$(python3 --version 2>/dev/null || echo none)"
    echo "setup.sh: Python 3.11 or newer with venv is needed, and here is $here_is: take a newer base image" >&2
    exit 1
}

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check install --quiet)
if [ -d "$here/wheels" ]; then
    pip+=(--no-index --find-links "$here/wheels")
else
    # torch's build for the CPU, which requirements.txt asks for, is there alone: the usual one brings gigabytes of CUDA
    pip+=(--extra-index-url "$cpu_builds")
fi
"${pip[@]}" --requirement "$here/requirements.txt" --constraint "$here/constraints.txt" || {
    if [ -d "$here/wheels" ]; then
        echo "setup.sh: the folder wheels lacks something of requirements.txt for $("$python" --version)" >&2
    else
        echo "setup.sh: what requirements.txt asks for could not be had; torch comes from $cpu_builds" >&2
    fi
    exit 1
}

# the grader and what it knows are root's alone: a hand-in runs as somebody else
chmod -R u=rwX,go= "$here"
"$venv/bin/python" -c 'import safetensors, torch; print("grading needs are installed, torch", torch.__version__)'
