# SPDX-License-Identifier: Apache-2.0
"""ClamAV for tests: the real clamd with two signatures where it is installed, and a server that speaks its INSTREAM."""

from __future__ import annotations

import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.files.carried import EICAR

REAL = shutil.which("clamd")


@contextmanager
def real_clamd(folder: Path) -> Iterator[str]:
    """The address of a clamd that knows EICAR and nothing else."""
    import hashlib

    database = folder / "database"
    database.mkdir()
    (database / "test.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-Test\n")  # noqa: S324
    (database / "test.ndb").write_text(f"Eicar-Anywhere:0:*:{EICAR[-40:].hex()}\n")
    path = folder / "clamd.socket"
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {path}\nDatabaseDirectory {database}\nForeground yes\nLogFile {folder}/clamd.log\n"
        f"TemporaryDirectory {folder}\nStreamMaxLength 4M\n"
    )
    process = subprocess.Popen([str(REAL), "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if path.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        yield f"unix:{path}"
    finally:
        process.terminate()
        process.wait(20)


class _Session(socketserver.StreamRequestHandler):
    """One INSTREAM session: chunks with their length before them, a zero length at the end, one answer."""

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        seen = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            seen += self.rfile.read(length)
            if len(seen) > self.server.most:  # type: ignore[attr-defined]
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(seen)  # type: ignore[attr-defined]
        self.wfile.write(b"stream: Eicar-Test FOUND\0" if EICAR in seen else b"stream: OK\0")


@contextmanager
def spoken_clamd(*, most: int = 4 * 1024 * 1024) -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that speaks INSTREAM, and what it was given to read."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.most, server.seen = most, []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"tcp:127.0.0.1:{server.server_address[1]}", server.seen  # type: ignore[attr-defined]
        server.shutdown()
