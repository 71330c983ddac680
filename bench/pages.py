# SPDX-License-Identifier: Apache-2.0
"""How fast the queue and the case list answer: 100,000 contacts, 20 advocates, two server processes, SQLite, audit on.

`./run python bench/pages.py [--contacts 100000] [--seconds 60] [--json]`. The wanted p95 is under 300 ms.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from invented_node import Logins, machine, make, percentile, running, signed_in
from tejido.web.config.making import StaffMember

ADVOCATES, EVERY_SECONDS = 20, 2.0
PAGES = ("/contacts/", "/cases/", "/contacts/?show=mine", "/contacts/?show=recent")


def main() -> None:
    """Make a node, fill it, ask it, print what it took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--contacts", type=int, default=100_000)
    options.add_argument("--cases", type=int, default=30_000)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tejido-bench-"))
    try:
        logins = _make(folder, chosen.contacts, chosen.cases)
        figures = _ask(folder, logins, chosen.seconds) | {"contacts": chosen.contacts, "cases": chosen.cases}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{figures['requests']} requests, {figures['failed']} failed, on {figures['machine']}", file=sys.stderr)
    for page, took in figures["pages"].items():
        print(f"{page:24} p50 {took['p50_ms']:6.0f} ms   p95 {took['p95_ms']:6.0f} ms", file=sys.stderr)
    print(json.dumps(figures) if chosen.json else f"p95 {figures['p95_ms']:.0f} ms")


def _make(folder: Path, contacts: int, cases: int) -> Logins:
    staff = [
        StaffMember(f"advocate{n:02}", f"Advocate {n}", ("advocate",), ("intake", "cases"), "es")
        for n in range(ADVOCATES)
    ]
    logins = make(folder, staff)
    _fill(contacts, cases, logins)
    return logins


def _fill(contacts: int, cases: int, logins: Logins) -> None:
    """Sealed contacts and cases in bulk: what the lists read is in clear, what they do not is sealed as ever."""
    from datetime import timedelta

    from django.utils import timezone

    from tejido.web.accounts.keys import anonymous_ring, team_of
    from tejido.web.accounts.models import Member, Team
    from tejido.web.cases.models import Case
    from tejido.web.intake.models import Contact
    from tejido.web.security.models import RecordKey

    members = list(Member.objects.filter(login__in=logins))
    intake, caseload = team_of(Team.Kind.INTAKE), team_of(Team.Kind.CASES)
    ring, now = anonymous_ring(), timezone.now()
    key = ring.new_key("contact", [intake.pk])  # the lists open no key: one stands for all
    sealed = Contact(key=key).seal(ring, own_words="x" * 400)
    for start in range(0, contacts, 10_000):
        many = range(start, min(start + 10_000, contacts))
        Contact.objects.bulk_create(
            Contact(key=key, team=intake, code=f"C{n:07}", channel="phone" if n % 5 else "web_form",
                    received_at=now - timedelta(minutes=7 * n), received_on=(now - timedelta(minutes=7 * n)).date(),
                    state="waiting" if n < 40 else "closed", owner=None if n < 40 else members[n % len(members)],
                    state_changed_at=now, own_words=sealed.own_words)
            for n in many
        )  # fmt: skip
    case_key = RecordKey.objects.get(pk=key.pk)
    for start in range(0, cases, 10_000):
        many = range(start, min(start + 10_000, cases))
        Case.objects.bulk_create(
            Case(key=case_key, team=caseload, code=f"K{n:07}", owner=members[n % len(members)],
                 status="open" if n % 7 == 0 else "closed", status_changed_at=now,
                 opened_on=(now - timedelta(minutes=20 * n)).date())
            for n in many
        )  # fmt: skip


def _ask(folder: Path, logins: Logins, seconds: float) -> dict[str, object]:
    with running(folder, "staff", "worker") as node:
        visitors = [signed_in(node, login, logins) for login in logins]
        took: dict[str, list[float]] = {page: [] for page in PAGES}
        failed: list[int] = []
        ending = time.monotonic() + seconds
        threads = [threading.Thread(target=_advocate, args=(each, number, ending, took, failed))
                   for number, each in enumerate(visitors)]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    everything = [one for page in took.values() for one in page]
    return {
        "p95_ms": percentile(everything, 95),
        "p50_ms": percentile(everything, 50),
        "requests": len(everything),
        "failed": len(failed),
        "advocates": ADVOCATES,
        "pages": {
            page: {"p50_ms": percentile(one, 50), "p95_ms": percentile(one, 95)} for page, one in took.items() if one
        },
        "machine": machine(),
    }


def _advocate(visitor, number: int, ending: float, took: dict[str, list[float]], failed: list[int]) -> None:  # type: ignore[no-untyped-def]
    time.sleep(EVERY_SECONDS * number / ADVOCATES)
    turn = number
    while time.monotonic() < ending:
        page, begun = PAGES[turn % len(PAGES)], time.monotonic()
        answer = visitor.fetch(page)  # the whole page as it arrives; reading it is the browser's own time
        took[page].append((time.monotonic() - begun) * 1000)
        if answer.status_code != 200:
            failed.append(answer.status_code)
        turn += 1
        time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - begun)))


if __name__ == "__main__":
    main()
