"""A server that takes every request and answers a byte a second, for ever: carrier and receiver.

python -m bench.dripping PORT
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

from bench.rig import LOCAL

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: "


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the head of a response byte by byte: it never ends."""
    with contextlib.suppress(OSError):
        await reader.read(1)
        writer.write(_HEAD)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)


async def _serve(port: int) -> None:
    server = await asyncio.start_server(_drip, LOCAL, port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
