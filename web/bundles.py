"""One style sheet and one script for each that a page names, made of what they import.

A browser on a slow line would ask for each import only after it has read what imports it. There is
no step of building: this is done when the first file is asked for, and what it does not understand
it refuses by name, in `./script/test` too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Final

_SHEET: Final = re.compile(r'^@import "([^"]+)";\n', re.MULTILINE)
_ADDRESS: Final = re.compile(r"url\(([^)\"':]+)\)")
_IMPORT: Final = re.compile(r'^import (?:\{([\w,\s]+)\} from )?"(\.[^"]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_KEPT: Final = "const modules = (globalThis.modules ??= {});\n"
_OTHER: Final = re.compile(  # and a module that waits, which as a function called once cannot be
    r"^(?:import|export|await|(?:const|let)[^\n;]*= await)\b.*", re.MULTILINE
)


class NotBundled(ValueError):
    """What a file imports or exports in a way that is not read here, or that is not there."""


def sheet(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return the style sheet `name` after those that it imports, each once."""
    return "".join(_sheets(name, files, [])).encode()


def _sheets(name: str, files: Mapping[str, bytes], had: list[str]) -> list[str]:
    if name in had:
        return []
    had.append(name)
    said = _read(name, files)
    before = [part for to in _SHEET.findall(said) for part in _sheets(_from(name, to), files, had)]
    return [*before, _moved(_SHEET.sub("", said), name, had[0])]


def _moved(said: str, name: str, into: str) -> str:
    """Return the text of the sheet `name`, its addresses as seen from the sheet `into`."""

    def seen(found: re.Match[str]) -> str:
        to = _from(name, found[1])
        return f"url({posixpath.relpath(to, posixpath.dirname(into) or '.')})"

    return _ADDRESS.sub(seen, said)


def addressed(name: str, content: bytes, named: Callable[[str], str]) -> bytes:
    """Return a style sheet with each file that it loads called as `named` says."""
    folder = posixpath.dirname(name) or "."

    def new(found: re.Match[str]) -> str:
        return f"url({posixpath.relpath(named(_from(name, found[1])), folder)})"

    return _ADDRESS.sub(new, content.decode()).encode()


def script(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return the script `name` after its modules.

    As with a browser's own imports, each module of a page runs once, whichever of the page's
    scripts brings it: it is kept in `globalThis.modules` by its name.
    """
    if name.startswith("vendor/"):
        return files[name]
    modules: dict[str, str] = {}
    _add(name, files, modules, ())
    return "".join([_KEPT, *modules.values()]).encode()


def _add(
    name: str, files: Mapping[str, bytes], modules: dict[str, str], within: tuple[str, ...]
) -> None:
    """Add a module to `modules`, after those that it imports."""
    if name in within:
        raise NotBundled(f"{name}: it imports itself by way of {', '.join(within)}")

    def taken(found: re.Match[str]) -> str:
        wanted, to = found[1], _from(name, found[2])
        if to not in modules:
            _add(to, files, modules, (*within, name))
        named = (wanted or "").strip().replace(" as ", ": ")
        return f'const {{ {named} }} = modules["{to}"];\n' if wanted else ""

    own = ", ".join(_EXPORT.findall(_read(name, files)))
    said = _EXPORT.sub("", _IMPORT.sub(taken, _read(name, files)))
    if other := _OTHER.search(said):
        raise NotBundled(f"{name}: {other[0]}")
    modules[name] = f'modules["{name}"] ??= (() => {{\n{said}return {{ {own} }};\n}})();\n'


def _from(name: str, to: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), to))


def _read(name: str, files: Mapping[str, bytes]) -> str:
    if name not in files:
        raise NotBundled(f"{name}: there is no such file")
    return files[name].decode()
