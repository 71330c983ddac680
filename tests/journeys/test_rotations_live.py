# SPDX-License-Identifier: Apache-2.0
"""A transport key changes while two organisations speak: no word of either is lost. The environment key's change while
members sign in is tried in `test_postgresql`, on the node that runs there."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tejido.web.config.making import new_environment, read_environment, write_environment
from tejido.web.config.processes import DOORS, Running, free_ports, python_environment
from tests.web.running_doors import write_operator

pytestmark = pytest.mark.slow
_ROOT = Path(__file__).parents[2]
_QUICK = {"TEJIDO_TESTING": "1", "TEJIDO_PASSWORD_MEMORY_MIB": "8"}


def _tejido(*words: str) -> list[str]:
    return [sys.executable, "-m", "tejido.cli", *words]


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))} | _QUICK


# Stays inside one node, as its worker does: what it is told on a line, it does, and answers on one.
_INSIDE = """
import json, sys
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from tejido.crypto import SigningKey
from tejido.web.config.making import make_staff
from tejido.web.mailbox import actions, anchoring, jobs
from tejido.web.mailbox.cards import our_card
from tejido.web.mailbox.models import KeptAnchor, SentAnchor
from tejido.web.security import audit
from tests import cast
from tests.web.mailbox.other_node import _unlocked

def migrate():
    call_command("migrate", verbosity=0)

def make(signing):
    staff = [each for each in cast.STAFF if each.login == "noor"]
    make_staff(signing=SigningKey(bytes.fromhex(signing)), staff=staff, team_names=cast.TEAM_NAMES,
               password=cast.PASSWORD)

def add(card):
    noor, ring = _unlocked("noor")
    actions.add_partner(card=card, by=noor, ring=ring)

def renew(card):
    noor, ring = _unlocked("noor")
    actions.renew_partner(card=card, lost=False, by=noor, ring=ring, now=timezone.now())

def tell():
    for row in SentAnchor.objects.order_by("day"):  # as if a day had gone by
        SentAnchor.objects.filter(pk=row.pk).update(day=row.day - timedelta(days=1))
    audit.chain()
    jobs.exchange_anchors()
    told = SentAnchor.objects.get(day=timezone.localdate())
    return [told.countersignature is not None, told.reason_code]

def held():
    signed = list(anchoring.countersigned(cast_folder))
    return [KeptAnchor.objects.count(), len(signed), list(anchoring.differing(signed))]

from django.conf import settings
cast_folder = settings.TEJIDO.data
for line in sys.stdin:
    name, given = json.loads(line)
    verbs = {"migrate": migrate, "make": make, "card": our_card, "add": add, "renew": renew, "tell": tell, "held": held}
    print("answer", json.dumps(verbs[name](*given)), flush=True)
"""


class Organisation:
    """A node in `folder`: its partner door, and someone inside who does what the worker does.

    `tables`: a database with nothing in it yet, to begin with a copy of it.
    """

    def __init__(self, folder: Path, code: str, tables: Path) -> None:
        folder.mkdir()
        ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
        environment, signing = new_environment(
            folder=folder, node=code, operator=write_operator(folder), time_zone="America/Mexico_City", ports=ports,
            demo=True,
        )  # fmt: skip
        write_environment(folder, environment)
        self.folder, own = folder, folder / tables.name
        if tables.exists():
            shutil.copyfile(tables, own)
        self.begin()
        if not tables.exists():
            self.asks("migrate")
            with closing(sqlite3.connect(own)) as made, closing(sqlite3.connect(tables)) as kept:
                made.backup(kept)
        self.tells("make", signing.raw.hex())

    def begin(self) -> None:
        """Start the door and who is inside, as `node.env` says now."""
        self.running = Running.of(self.folder)
        self.running.environment |= _QUICK | {"PYTHONPATH": str(_ROOT)}
        self.running.start("partners")
        self.inside = subprocess.Popen(
            [sys.executable, "-c", _INSIDE], env=python_environment(self.running.environment), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def tells(self, name: str, *given: Any) -> None:
        """Say what is to be done, and do not wait."""
        self.inside.stdin.write(json.dumps([name, given]) + "\n")
        self.inside.stdin.flush()

    def asks(self, name: str, *given: Any) -> Any:
        """Have something done; what came of it."""
        self.tells(name, *given)
        return self.answers()

    def answers(self) -> Any:
        """What came of it."""
        line = self.inside.stdout.readline()
        assert line.startswith("answer "), line
        return json.loads(line.removeprefix("answer "))

    def rotate(self, *more: str) -> None:
        """A step of the guide, by the command line."""
        subprocess.run(_tejido("node", "rotate-keys", str(self.folder), "transport", *more), env=_clean(), check=True,
                       capture_output=True)  # fmt: skip

    def end(self) -> None:
        """Close the door and send whoever is inside home."""
        self.running.stop()
        self.inside.communicate()

    def restart(self) -> None:
        """What the guide says after each step."""
        self.end()
        self.begin()
        self.running.wait(60)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Organisation, Organisation]]:
    """Two organisations that know each other, their partner doors open."""
    made: list[Organisation] = []
    try:
        for code in ("mx", "us"):
            made.append(Organisation(tmp_path / code, code, tmp_path / "node.sqlite3"))
        for each in made:
            each.answers()
        ours, theirs = made
        ours.asks("add", theirs.asks("card"))
        theirs.asks("add", ours.asks("card"))
        for each in made:
            each.running.wait(60)
        yield ours, theirs
    finally:
        for each in made:
            each.end()


def test_anchors_go_both_ways_and_are_countersigned_before_between_and_after_a_new_transport_key(two):
    ours, theirs = two

    def both_ways() -> None:
        ours.tells("tell")
        theirs.tells("tell")
        assert [each.answers() for each in two] == [[True, ""]] * 2

    first, secret = ours.asks("card")["transport_key"], read_environment(ours.folder)["TEJIDO_TRANSPORT_KEY"]
    both_ways()
    ours.rotate()
    ours.restart()
    card = ours.asks("card")
    assert card["transport_key"] != first
    both_ways()  # the partner has the old card: the present key signs
    theirs.asks("renew", card)
    both_ways()  # it has the new one, and the present key still signs
    ours.rotate("--finish")
    both_ways()  # the next key is to sign, and our door and worker were not yet restarted
    ours.restart()
    assert secret not in (ours.folder / "node.env").read_text()
    assert ours.asks("card")["transport_key"] == card["transport_key"]
    both_ways()
    # Everything either signed on the way is still its word, to the other.
    assert ours.asks("held") == [5, 5, []]
    assert theirs.asks("held") == [5, 5, []]
