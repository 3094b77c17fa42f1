# Sourced by the other scripts: makes .venv and installs into it what the locks list.

# The first start compiles what it imports, so that the second one is quick. uv compiles nothing beforehand, as
# most of what is installed is never imported.
unset PYTHONDONTWRITEBYTECODE

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "Dakiya needs Python 3.11 to 3.14, and none was found: install one (Debian, Ubuntu: apt install python3 python3-venv)" >&2
    return 1
}

# install LOCK…: install into .venv what the locks list, unless that was done and nothing has changed since.
install() {
    local python lock options=() stamp=.venv/${*: -1}.installed
    if { .venv/bin/python -V && cat "$@"; } 2>/dev/null | cmp -s - "$stamp"; then
        return
    fi
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null; then
        python=$(find_python) || return
        "$python" -m venv --clear --without-pip .venv || return
    fi
    rm -f "$stamp"
    for lock in "$@"; do
        options+=(-r "$lock")
    done
    echo "Installing $* …"
    install_by_uv "${options[@]}" || install_by_pip "${options[@]}" || return
    { .venv/bin/python -V && cat "$@"; } >"$stamp"
}

# uv is ten times as fast as pip. requirements-dev.txt pins its wheel with a hash; it is large and removed
# afterwards, unless the locks install it.
install_by_uv() {
    local python index uv=.venv/bin/uv
    python=$(python_with_pip) || return
    if [ ! -x $uv ]; then
        uv=.venv/uv/bin/uv
        rm -rf .venv/uv
        sed -n '/^uv==/,/^ *#/p' requirements-dev.txt >.venv/uv.txt
        "$python" -m pip install -qq --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
            --target .venv/uv -r .venv/uv.txt 2>/dev/null || return
    fi
    # uv does not read pip's settings, where an organisation may have configured its own index.
    index=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null)} || true
    [ -z "$index" ] || local -x UV_DEFAULT_INDEX=$index
    $uv pip install -q --python .venv/bin/python --require-hashes "$@" || return
    rm -rf .venv/uv .venv/uv.txt
}

install_by_pip() {
    echo "… with pip, which takes a minute or two, since uv cannot be had here"
    rm -rf .venv/uv .venv/uv.txt
    own_pip || return
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes "$@"
}

# Print the Python that .venv was made from, where that has pip, else .venv's, with a pip of its own.
python_with_pip() {
    local base
    base=$(.venv/bin/python -c 'import sys; print(sys._base_executable)')
    if "$base" -c 'import pip' 2>/dev/null; then
        printf '%s\n' "$base"
    else
        own_pip && printf '%s\n' .venv/bin/python
    fi
}

own_pip() {
    .venv/bin/python -c 'import pip' 2>/dev/null || .venv/bin/python -m ensurepip >/dev/null 2>&1 || {
        echo "this Python has neither pip nor ensurepip: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2
        return 1
    }
}
