"""The files of the pages: named by what is in them, so that a browser asks for each once.

`url_for("static", filename="dakiya.css")` leads to `/static/dakiya.3f2a91c07b.css`, which may be
kept for ever: other content has another name. A style sheet comes with those it imports, a script
with its modules, so that a page asks for one of each (web/bundles.py). Compressed once a process.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

from flask import Flask, Response, abort, request

from web import bundles, compression

_HASH: Final = 10  # hexadecimal digits of a name
_NAMED: Final = re.compile(rf"\.([0-9a-f]{{{_HASH}}})(?=\.\w+$)")
_YEAR_SECONDS: Final = 365 * 24 * 3600


class Shipped:
    """All files below one folder, read when the first is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        """Return the content of each file by its path, bundled. Raise `NotBundled`."""
        found = {
            path.relative_to(self._folder).as_posix(): path.read_bytes()
            for path in sorted(self._folder.rglob("*"))
            if path.is_file()
        }
        found |= {name: bundles.script(name, found) for name in found if name.endswith(".js")}
        sheets = [name for name in found if name.endswith(".css")]
        joined = {name: bundles.sheet(name, found) for name in sheets}
        hashes = {name: _hash(content) for name, content in found.items()}
        found |= {
            name: bundles.addressed(name, content, lambda to: _with(to, hashes[to]))
            for name, content in joined.items()
        }
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Return the name of each file, with what tells its content from any other."""
        return {name: _with(name, _hash(content)) for name, content in self.contents.items()}

    @lru_cache(maxsize=256)  # noqa: B019  one for each application, as long as the process
    def compressed(self, name: str, coding: str) -> bytes:
        """Return the file `name` in `coding`, as small as it goes."""
        return compression.smallest(self.contents[name], coding)


def furnish(app: Flask) -> None:
    """Serve the static files of `app` by their names of content."""
    assert app.static_folder is not None
    shipped = Shipped(Path(app.static_folder))

    @app.url_defaults
    def by_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = shipped.names.get(values["filename"], values["filename"])

    def serve(filename: str) -> Response:
        return _answer(shipped, filename)

    app.view_functions["static"] = serve


def _answer(shipped: Shipped, filename: str) -> Response:
    """Return a file. One of another name than its content has now is not to be kept.

    That is a page of before an upgrade, which goes on working with what there is.
    """
    asked = _NAMED.search(filename)
    name = _NAMED.sub("", filename) if asked else filename
    if name not in shipped.contents:
        abort(404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    answer = Response(shipped.contents[name], mimetype=kind)
    if compression.fits(kind, len(shipped.contents[name])):
        answer.vary.add("Accept-Encoding")
        if coding := compression.coding():
            answer.set_data(shipped.compressed(name, coding))
            answer.content_encoding = coding
    if shipped.names[name] == filename:
        answer.cache_control.public = True
        answer.cache_control.max_age = _YEAR_SECONDS
        answer.cache_control.immutable = True
    else:
        answer.cache_control.no_cache = True
    answer.set_etag(f"{_hash(shipped.contents[name])}{answer.content_encoding or ''}")
    answer.make_conditional(request)
    return answer


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH]


def _with(name: str, digits: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_suffix(f".{digits}{path.suffix}"))
