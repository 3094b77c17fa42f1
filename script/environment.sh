# Sourced by the other scripts: makes .venv and installs a requirements file where it changed.

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

# install FILE: .venv holds what FILE lists, exactly once per content of FILE.
install() {
    local file=$1 python hash stamp=.venv/$1.sha256
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        "$python" -m venv --clear .venv || {
            echo "$python cannot make .venv: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2
            return 1
        }
    fi
    hash=$(.venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$file")
    if [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ]; then
        echo "Installing $file (the first time takes a minute or two) …"
        .venv/bin/python -m pip install -qq --disable-pip-version-check -r "$file"
        echo "$hash" >"$stamp"
    fi
}
