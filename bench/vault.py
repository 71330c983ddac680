# SPDX-License-Identifier: Apache-2.0
"""How fast the vault answers, through the doors of a real node on SQLite, audit on.

`./run python bench/vault.py [--persons 1000000] [--times 200] [--seconds 60] [--advocates 30] [--keep FOLDER] [--json]`
(`--keep` fills a folder once, which takes half an hour, and finds it filled the next time):

- a case of 200 sealed fields and 50 notes, beyond an empty case's page (wanted: p95 under 100 ms);
- a search by phone and by full name over a million sealed persons, the whole page and beyond the one that
  asks (wanted: p95 under 150 ms);
- web forms sealed and kept, senders on the same cores (wanted: 1,000 a minute);
- a shift's advocates signing in at once, Argon2id of 256 MiB (wanted: 30 in less than 30 s).

Beside them stands what GlobaLeaks publishes of itself: its limits and its users' reports, for it publishes no
measurements.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

import logins as shift
import submissions
from invented_node import Logins, machine, make, open_again, percentile, running, signed_in
from tejido.web.config.making import StaffMember

WHO = "carmen"
# github.com/globaleaks/globaleaks-whistleblowing-software: its code and its issues, read in 2026.
GLOBALEAKS = {
    "a report of 200 questions": "more than 3 minutes, 5 GB of the browser's memory (issue 4659)",
    "a request with many reports": "36 s (issue 1528)",
    "reports": "at most 1,000 an hour for the whole system by default",
    "signing in": "one Argon2 at a time, under one lock; 20-30 people behind one address were locked out (issue 4403)",
}
NOTES, FIELDS, PERSONS_IN_CASE = 50, 200, 4


def main() -> None:
    """Make a node, fill it, ask it, print what it took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=200)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--advocates", type=int, default=30)
    options.add_argument("--keep", type=Path, help="the filled node stays here, and is asked again if it is there")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="tejido-bench-"))
    try:
        filled = _filled(folder, chosen.persons)
        logins = {login: (password, bytes.fromhex(secret)) for login, (password, secret) in filled["logins"].items()}
        figures = _ask(folder, logins, filled["empty"], filled["full"], filled["said"], chosen.times)
        figures["forms"] = submissions.measure(folder, chosen.seconds)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    other = tempfile.TemporaryDirectory(prefix="tejido-bench-")
    with other, shift.floor(Path(other.name), advocates=chosen.advocates) as opened:
        figures["shift"] = shift.shift_start(opened)
    figures |= {"persons": filled["persons"], "fields": filled["fields"], "notes": NOTES, "machine": machine()}
    for name, took in figures.items():
        if isinstance(took, dict) and "p95_ms" in took:
            print(f"{name:24} p50 {took['p50_ms']:6.1f} ms   p95 {took['p95_ms']:6.1f} ms", file=sys.stderr)
    if chosen.json:
        print(json.dumps(figures))
    else:
        print(
            f"case +{figures['case_beyond_page_p95_ms']:.0f} ms p95, search {figures['search_p95_ms']:.0f} ms p95 "
            f"({figures['search_beyond_page_p95_ms']:.0f} beyond the page that asks)"
        )
        print(f"forms a minute: {figures['forms']}\nshift start: {figures['shift']}")
        print("GlobaLeaks:", *(f"- {what}: {said}" for what, said in GLOBALEAKS.items()), sep="\n")


def _filled(folder: Path, persons: int) -> dict[str, Any]:
    """What the asking has to know of the filled node: made now, or read where an earlier run left it."""
    told = folder / "filled.json"
    if not told.exists():
        folder.mkdir(exist_ok=True)
        logins = make(folder, [StaffMember(WHO, "Carmen", ("case_manager",), ("intake", "cases"), "es")])
        empty, full, fields = _two_cases(logins)
        print(f"filling with {persons:,} persons ...", file=sys.stderr)
        said = _many_persons(logins, persons)
        sealed = {login: (password, secret.hex()) for login, (password, secret) in logins.items()}
        told.write_text(json.dumps({"logins": sealed, "empty": empty, "full": full, "fields": fields, "said": said,
                                    "persons": persons}))  # fmt: skip
    else:
        open_again(folder)
        from tejido.web.intake.models import Contact

        Contact.objects.update(findable=True)  # forms of the earlier run: the first searches would index them
    held: dict[str, Any] = json.loads(told.read_text())
    return held


def _her(logins: Logins) -> tuple[Any, Any]:
    from django.conf import settings

    from tejido.crypto import BoxKey, open_with_password
    from tejido.web.accounts.actions import member_context
    from tejido.web.accounts.keys import ring_of
    from tejido.web.accounts.models import Member

    member = Member.objects.get(login=WHO)
    raw = open_with_password(member.private_key, logins[WHO][0], pepper=settings.TEJIDO.pepper,
                             context=member_context(member))  # fmt: skip
    return member, ring_of(member, BoxKey(raw))


def _two_cases(logins: Logins) -> tuple[str, str, int]:
    """An empty case, and one of `FIELDS` sealed values beside its notes; their addresses, and how many values."""
    from tejido.web.cases import actions
    from tejido.web.cases.models import Person

    member, ring = _her(logins)
    now, hers = datetime.now(UTC), {"by": member, "ring": ring}
    empty, full = (actions.open_case(now=now, **hers) for _ in range(2))
    values = {
        "role": "survivor", "names": [{"kind": "legal", "given": "Rosa", "paternal_surname": "Inventada"}],
        "identifiers": [{"kind": "phone", "value": "55 1234 5678"}], "birth_year": 1990, "age_at_contact": "adult",
        "gender": "female", "nationalities": ["MX"], "primary_language": "es",
    }  # fmt: skip
    filled = 0
    while filled < FIELDS:
        actions.add_person(case=full, values=values, **hers)
        filled += len(values)
    assert Person.objects.filter(case=full).count() * len(values) == filled
    for number in range(NOTES):
        actions.add_note(case=full, kind="view" if number % 2 else "own_words", text=f"Nota inventada {number}. " * 20,
                         now=now, **hers)  # fmt: skip
    return f"/cases/{empty.pk}/", f"/cases/{full.pk}/", filled


def _many_persons(logins: Logins, count: int) -> list[dict[str, str]]:
    """`count` sealed persons, four to a case, each with phone and full name as tokens; what some of them are asked by.

    Given names and surnames come in the proportions people bear them: the commonest full names are borne by hundreds.
    """
    from tejido.web.cases.finding import person_terms
    from tejido.web.cases.models import Case, Person
    from tejido.web.security.searching import index_many

    member, ring = _her(logins)
    chance, now = random.Random(7), datetime.now(UTC)
    given, surnames = _names()
    team = next(iter(Case.objects.values_list("team", flat=True)))
    asked: list[dict[str, str]] = []
    per_chunk = 20_000
    for start in range(0, count, per_chunk):
        people = range(start, min(start + per_chunk, count))
        keys = ring.new_keys("case", [team], -(-len(people) // PERSONS_IN_CASE))
        cases = [Case(key=key, team_id=team, owner=member, code=f"V{start + n:07}", status_changed_at=now,
                      opened_on=now.date()).seal(ring) for n, key in enumerate(keys)]  # fmt: skip
        Case.objects.bulk_create(cases, batch_size=500)
        persons, terms = [], {case.pk: set() for case in cases}
        for number in people:
            case = cases[(number - start) // PERSONS_IN_CASE]
            name = {"kind": "legal", "given": _drawn(chance, given), "paternal_surname": _drawn(chance, surnames),
                    "maternal_surname": _drawn(chance, surnames)}  # fmt: skip
            values = {"role": "survivor", "names": [name],
                      "identifiers": [{"kind": "phone", "value": f"55{number:08}"}]}  # fmt: skip
            persons.append(Person(case=case, key=case.key, added_at=now).seal(ring, **values))
            terms[case.pk] |= person_terms(values)
            if number % 997 == 0:
                both = f"{name['given']} {name['paternal_surname']} {name['maternal_surname']}"
                asked += [{"phone": f"55 {number:08}"}, {"name": both}]
        Person.objects.bulk_create(persons, batch_size=500)
        index_many(ring, table="cases", records=terms)
    chance.shuffle(asked)
    return asked


def _names() -> tuple[list[str], list[str]]:
    held = yaml.safe_load((files("tejido.synthetic") / "worlds" / "names.yaml").read_text(encoding="utf-8"))
    surnames = [one for of in held["surnames"].values() for one in of]
    given = [
        one for of in held["given"].values() for part in (of.values() if isinstance(of, dict) else [of]) for one in part
    ]
    return list(dict.fromkeys(given)), list(dict.fromkeys(surnames))


def _drawn(chance: random.Random, names: list[str]) -> str:
    """The first names are borne by most: the commonest by one in twenty, as Hernández in Mexico."""
    return chance.choices(names, cum_weights=_borne(len(names)))[0]


@cache
def _borne(names: int) -> list[float]:
    return list(accumulate(1 / (place + 6) for place in range(names)))


def _ask(folder: Path, logins: Logins, empty: str, full: str, said: list[dict[str, str]], times: int) -> dict[str, Any]:
    with running(folder, "staff", "worker") as node:
        visitor = signed_in(node, WHO, logins)
        page = visitor.get("/cases/find/")
        form = page.form(having="phone")
        took: dict[str, list[float]] = {"empty": [], "full": [], "asking": [], "phone": [], "name": []}
        for turn in range(times):
            for name, address in (("empty", empty), ("full", full), ("asking", "/cases/find/")):
                begun = time.monotonic()
                answer = visitor.fetch(address)
                took[name].append((time.monotonic() - begun) * 1000)
                assert answer.status_code == 200, answer.status_code
            asked = said[turn % len(said)]
            begun = time.monotonic()
            found = page.submit(form, **asked)
            took[next(iter(asked))].append((time.monotonic() - begun) * 1000)
            assert "/cases/" in "".join(found.links), found.text[:300]
    median = percentile(took["empty"], 50)
    searches = took["phone"] + took["name"]
    return {
        **{name: {"p50_ms": percentile(one, 50), "p95_ms": percentile(one, 95)} for name, one in took.items()},
        "case_beyond_page_p95_ms": round(percentile(took["full"], 95) - median, 1),
        "search_p95_ms": percentile(searches, 95),
        "search_beyond_page_p95_ms": round(percentile(searches, 95) - percentile(took["asking"], 50), 1),
    }


if __name__ == "__main__":
    main()
