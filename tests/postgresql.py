# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL cluster for one test run: on a socket in a temporary folder, gone when the process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def programs() -> Path | None:
    """Where the newest server's programs stand, or None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def start() -> str:
    """Start an empty cluster; returns the address of a database in it, owned by a role that may make others."""
    home = programs()
    if home is None:
        raise SystemExit("PostgreSQL's server is not installed: these tests need initdb and pg_ctl.")
    folder = Path(tempfile.mkdtemp(prefix="tejido-pg-"))
    if os.getuid() == 0:  # initdb refuses root
        shutil.chown(folder, "postgres")

    def run(*words: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*as_postgres, *words], check=True, capture_output=True, cwd=folder)

    data = str(folder / "data")
    run(str(home / "initdb"), "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    # The owner comes in by the socket; everyone else must know a password, as in production.
    rules = Path(data) / "pg_hba.conf"
    rules.write_text("local all owner trust\nlocal all all scram-sha-256\n", encoding="utf-8")
    settings = (
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=200",
    )
    quick = " ".join([f"-k {folder}", *(f"-c {setting}" for setting in settings)])
    run(str(home / "pg_ctl"), "-D", data, "-o", quick, "-l", str(folder / "log"), "-w", "start")

    def stop() -> None:
        run(str(home / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return f"postgresql://owner@/postgres?host={folder}"
