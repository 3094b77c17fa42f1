"""One HTTP request of a carrier to our hooks, over asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from bench.rig import LOCAL, PUBLIC_URL

_PATIENCE = 15.0  # seconds: a carrier's own


async def post(
    port: int, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> int | None:
    """Return the status of the answer; None where it was refused, lost, or later than 15 s."""
    body = urlencode(form).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(PUBLIC_URL).netloc}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(LOCAL, port)
            try:
                writer.write(request)
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    parts = status.split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
