# SPDX-License-Identifier: Apache-2.0
"""How fast a page of the audit opens among ten million entries, for each way of asking; and how long verifying takes.

`./run python bench/audit.py [--entries 10000000] [--times 40] [--database postgresql://…] [--verify] [--json]`. The
wanted p95 is under 300 ms. The page is asked of the door itself, through Django and the template, without a network.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import UUID

from tejido.crypto import totp_code
from tejido.web.config.making import StaffMember, make_staff, new_environment, write_environment
from tejido.web.config.settings import DOORS

MEMBERS, CASES, DAYS, PASSWORD = 60, 40_000, 3 * 365, "an-invented-password-for-the-benchmark"
EVENTS = ("case.read", "case.edited", "contact.read", "contact.edited", "contact.listed", "desk.shown", "case.listed")
SELDOM = "compartment.opened"  # one entry in a hundred thousand
TABLES = {"case": "cases.case", "contact": "intake.contact"}


def main() -> None:
    """Make a node, fill its audit, ask it, print what it took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=10_000_000)
    options.add_argument("--times", type=int, default=40)
    options.add_argument("--database", help="an empty PostgreSQL database of whoever owns it; SQLite if not given")
    options.add_argument("--verify", action="store_true", help="also time `tejido audit verify` and its memory")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tejido-bench-"))
    try:
        figures = _measured(folder, chosen)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for asked, took in figures["pages"].items():
        print(f"{asked:24} p50 {took['p50_ms']:6.0f} ms   p95 {took['p95_ms']:6.0f} ms", file=sys.stderr)
    print(json.dumps(figures) if chosen.json else f"worst p95 {figures['worst_p95_ms']:.0f} ms")


def _measured(folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    password, secret = _make(folder, chosen.database or "")
    begun = time.perf_counter()
    _fill(chosen.entries)
    filled = time.perf_counter() - begun
    pages = _ask(password, secret, chosen.times)
    return {
        "entries": chosen.entries,
        "database": "postgresql" if chosen.database else "sqlite",
        "filled_seconds": round(filled),
        "pages": pages,
        "worst_p95_ms": max(took["p95_ms"] for took in pages.values()),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    } | (_verified(folder) if chosen.verify else {})


def _make(folder: Path, database: str) -> tuple[str, bytes]:
    operator = folder / "operator.yaml"
    operator.write_text("name: {en: Bench, es: Banco}\nlanguages: [es, en]\npack: mx\ncountry: MX\nlines: []\n")
    environment, signing = new_environment(
        folder=folder, node="mx", operator=operator, time_zone="America/Mexico_City",
        ports={door: number for number, door in enumerate(DOORS, 1)}, demo=True,
    )  # fmt: skip
    if database:
        environment["TEJIDO_DATABASE_STAFF"] = database
    # Signing in is not what is measured here: passwords may be cheap.
    environment |= {"TEJIDO_HOSTS": "testserver", "TEJIDO_TESTING": "1", "TEJIDO_PASSWORD_MEMORY_MIB": "8"}
    write_environment(folder, environment)
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="tejido.web.config.staff")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    staff = [StaffMember(f"m{n:02}", f"Member {n}", ("advocate",), ("intake", "cases"), "es") for n in range(MEMBERS)]
    staff.append(StaffMember("auditor", "Auditor", ("auditor",), (), "es"))
    names = {kind: kind for kind in ("intake", "cases", "data", "duty", "administration")}
    logins = make_staff(signing=signing, staff=staff, team_names=names, password=PASSWORD)
    return logins["auditor"]


def _entries(count: int) -> Iterator[tuple[Any, ...]]:
    """Rows as three years of a busy line would leave them, chained: busy and quiet members, long and short cases."""
    from tejido.web.accounts.models import Member
    from tejido.web.security.audit import FIRST
    from tejido.web.security.models import AuditEntry

    draw = random.Random(7)
    members = [str(pk) for pk in Member.objects.exclude(login="auditor").values_list("pk", flat=True)]
    records = [str(UUID(int=draw.getrandbits(128), version=4)) for _ in range(CASES)]
    number, before = AuditEntry.objects.count(), FIRST
    start = datetime(2023, 1, 1, tzinfo=UTC)
    step = timedelta(days=DAYS) / count
    for place in range(1, count + 1):
        number += 1
        at = start + step * place
        member = members[int(len(members) * draw.random() ** 2)]
        event = SELDOM if place % 100_000 == 7 else EVENTS[int(len(EVENTS) * draw.random())]
        kind = event.split(".", 1)[0]
        record = records[int(CASES * draw.random() ** 3)] if kind in TABLES and event[-6:] != "listed" else ""
        table = TABLES.get(kind, "") if record else ""
        detail = f'{{"count":{place % 50}}}'
        written = (f'[{place},{number},"{at.isoformat()}","{member}","{event}","{table}","{record}",{detail}]').encode()
        before = hashlib.sha256(b"tejido/audit/1\x00" + before + written).digest()
        yield number, at, member, event, table, record or None, detail, place, before


def _fill(count: int) -> None:
    from django.db import connection

    from tejido.web.security import guards

    guards.take_down()  # they let nothing be born chained
    try:
        _insert(connection, count)
    finally:
        guards.put_up()


def _insert(connection: Any, count: int) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        raw = connection.connection
        rows = (
            (n, str(at)[:26], member.replace("-", ""), event, table, record and record.replace("-", ""), *rest)
            for n, at, member, event, table, record, *rest in _entries(count)
        )
        raw.execute("PRAGMA synchronous=OFF")
        marks = ",".join("?" * 9)
        for some in batched(rows, 200_000):  # in one transaction its journal would grow to many gigabytes
            raw.execute("BEGIN")
            raw.executemany(f"INSERT INTO security_auditentry ({_NAMES}) VALUES ({marks})", some)
            raw.execute("COMMIT")
        raw.execute("ANALYZE")
        return
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY security_auditentry ({_NAMES}) FROM STDIN") as copy:
            for row in _entries(count):
                copy.write_row(row)
        cursor.execute("VACUUM ANALYZE security_auditentry")
        cursor.execute("SELECT setval(pg_get_serial_sequence('security_auditentry', 'id'), %s)", [count + 10_000])


_NAMES = 'id, at, member_id, event, "table", record_id, detail, position, digest'


def _ask(password: str, secret: bytes, times: int) -> dict[str, dict[str, float]]:
    from django.test import Client

    client = Client()
    code = totp_code(secret, int(datetime.now(UTC).timestamp()))
    answer = client.post("/login/", {"login": "auditor", "password": password, "code": code})
    if answer.status_code != 302:
        raise SystemExit(f"not signed in: {answer.status_code}")
    return {asked: _timed(client, queries, times) for asked, queries in _queries(times).items()}


def _queries(times: int) -> dict[str, list[str]]:
    """Different questions each time, so that no page is asked twice in a row."""
    from tejido.web.security.models import AuditEntry

    draw = random.Random(11)
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = [AuditEntry.objects.get(pk=draw.randrange(newest // 2, newest)) for _ in range(times)]
    about = list(AuditEntry.objects.exclude(record_id=None).filter(pk__gt=newest // 3)[: times * 50])
    about = [draw.choice(about) for _ in range(times)]
    busiest = str(some[0].member_id)
    day = [f"{each.at.date()}" for each in some]
    return {
        "all, the newest": [""] * times,
        "all, anywhere inside": [f"?after={each.pk}" for each in some],
        "one day": [f"?first={each}&last={each}" for each in day],
        "one member": [f"?member={each.member_id}" for each in some],
        "one member, deep inside": [f"?member={each.member_id}&after={each.pk}" for each in some],
        "one member, one event": [f"?member={each.member_id}&event={each.event}" for each in some],
        "one event, one month": [f"?event={e.event}&first={d[:8]}01&last={d}" for e, d in zip(some, day, strict=True)],
        "a seldom event": [f"?event={SELDOM}"] * times,
        "a seldom event, a member": [f"?event={SELDOM}&member={busiest}"] * times,
        "a record": [f"?about={each.record_id}" for each in about],
        "a record, a member": [f"?about={each.record_id}&member={each.member_id}" for each in about],
        "a record, one event": [f"?about={each.record_id}&event={each.event}" for each in about],
    }


def _timed(client: Any, queries: list[str], times: int) -> dict[str, float]:
    took = []
    for query in queries:
        begun = time.perf_counter()
        answer = client.get(f"/audit/{query}")
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{query}: {answer.status_code}")
    return {"p50_ms": round(statistics.median(took), 1), "p95_ms": round(sorted(took)[int(0.95 * times)], 1)}


def _verified(folder: Path) -> dict[str, Any]:
    """`tejido audit verify` in a process of its own: how long, how much memory, what it says."""
    from django.db import connections

    from tejido.web.security.audit import chain

    while chain():  # the sign-in and the looking wrote lines too; those before the filling come after it in the chain
        pass
    connections.close_all()
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tejido.cli", "audit", "verify", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    said = json.loads(done.stdout)
    print(f"verify                   {took:.0f} s, {most:.0f} MiB, holds: {said['holds']}", file=sys.stderr)
    return {"verify_seconds": round(took), "verify_mib": round(most), "verify_holds": said["holds"]}


if __name__ == "__main__":
    main()
