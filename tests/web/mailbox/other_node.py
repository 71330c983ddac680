# SPDX-License-Identifier: Apache-2.0
"""A whole second organisation in processes of its own: its database, keys, staff, and its real partner door.

Run as a script inside that node: `make` reads our card and prints its own, `renew` reads a newer card of ours; `open`
opens what arrived and says how many.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

_ROOT = Path(__file__).parents[3]


class OtherNode:
    """The organisation `us`, its partner door on `port`."""

    def __init__(self, folder: Path, port: int) -> None:
        from tejido.web.config.making import new_environment

        operator = folder / "operator.yaml"
        operator.write_text(
            "name: {en: Harbor, es: Harbor}\nlanguages: [en, es]\npack: us\ncountry: US\n"
            "lines: [{brand: Harbor, number: '+1 202-555-0142', channels: [phone]}]\n",
            encoding="utf-8",
        )
        ports = {"public": port, "staff": port, "partners": port, "providers": port}
        made, self.signing = new_environment(
            folder=folder, node="us", operator=operator, time_zone="America/New_York", ports=ports, demo=False
        )
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEJIDO_")}
        self.environment = inherited | made | {
            "TEJIDO_TESTING": "1", "TEJIDO_PASSWORD_MEMORY_MIB": "8", "PYTHONPATH": str(_ROOT),
        }  # fmt: skip
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, verb: str, **given: Any) -> Any:
        """Run this script in the other node's staff door; what it prints as JSON."""
        done = subprocess.run(
            [sys.executable, str(Path(__file__)), verb], input=json.dumps(given), capture_output=True, text=True,
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"}, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def start(self) -> None:
        """Open the partner door with a real server and wait until it answers."""
        from tejido.web.config.processes import door_command

        command, _door = door_command(self.environment, "partners")
        self.process = subprocess.Popen(
            command, env=self.environment | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.partners"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health/", trust_env=False, timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the partner door did not open")

    def stop(self) -> None:
        """Close the door."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


def _make(given: dict[str, Any]) -> dict[str, Any]:
    from django.core.management import call_command

    from tejido.crypto import SigningKey
    from tejido.web.config.making import make_staff
    from tejido.web.mailbox.actions import add_partner
    from tejido.web.mailbox.cards import our_card
    from tejido.web.sharing.actions import add_agreement
    from tests import cast
    from tests.web.sharing.partner import agreement

    call_command("migrate", verbosity=0)
    signing = SigningKey(bytes.fromhex(given["signing"]))
    make_staff(signing=signing, staff=cast.STAFF, team_names=cast.TEAM_NAMES, password=cast.PASSWORD)
    noor, ring = _unlocked("noor")
    theirs = given["card"]
    partner = add_partner(card=theirs, by=noor, ring=ring)
    add_agreement(agreement=agreement(), partner=partner, partner_signature=bytes.fromhex(given["agreed"]), by=noor,
                  ring=ring)  # fmt: skip

    return our_card() | {"agreed": signing.sign(agreement().statement()).hex()}


def _open(given: dict[str, Any]) -> dict[str, Any]:
    from django.utils import timezone

    from tejido.web.cases.models import Person
    from tejido.web.mailbox.models import InboundMessage
    from tejido.web.sharing.actions import accept_handover, process_arrivals
    from tejido.web.sharing.models import Handover

    chen, ring = _unlocked("chen")
    process_arrivals(by=chen, ring=ring, now=timezone.now())
    names = []
    for handover in Handover.objects.offered():
        case = accept_handover(handover=handover, by=chen, ring=ring, now=timezone.now())
        names += [person.opened(ring).names for person in Person.objects.filter(case=case)]
    return {"arrived": InboundMessage.objects.count(), "handovers": Handover.objects.count(), "names": names}


def _renew(given: dict[str, Any]) -> bool:
    from django.utils import timezone

    from tejido.web.mailbox.actions import renew_partner

    noor, ring = _unlocked("noor")
    return bool(renew_partner(card=given["card"], lost=False, by=noor, ring=ring, now=timezone.now()))


def _outbox(given: dict[str, Any]) -> list[str]:
    from tejido.web.mailbox.models import OutboundMessage

    return [bytes(message.raw).hex() for message in OutboundMessage.objects.order_by("sequence")]


def _anchors(given: dict[str, Any]) -> list[str]:
    from tejido.web.mailbox.anchoring import kept_of

    return list(kept_of("mx"))


def _unlocked(login: str) -> Any:
    from django.conf import settings

    from tejido.crypto import BoxKey, open_with_password
    from tejido.web.accounts.actions import member_context
    from tejido.web.accounts.keys import ring_of
    from tejido.web.accounts.models import Member
    from tests import cast

    member = Member.objects.get(login=login)
    context = member_context(member)
    raw = open_with_password(member.private_key, cast.PASSWORD, pepper=settings.TEJIDO.pepper, context=context)
    return member, ring_of(member, BoxKey(raw))


if __name__ == "__main__":
    import django

    django.setup()
    verb = {"make": _make, "open": _open, "outbox": _outbox, "anchors": _anchors, "renew": _renew}[sys.argv[1]]
    print(json.dumps(verb(json.loads(sys.stdin.read()))))
