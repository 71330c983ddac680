# SPDX-License-Identifier: AGPL-3.0-or-later
"""What runs inside one demo node while it is made: `python -m tejido.web.config.demo.fill PHASE CODE WORLD`.

`found` makes staff, teams and services and writes the card the partner reads; `fill` adds the partner, the agreement
and the invented world.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import django

from tejido.crypto import BoxKey, SigningKey, open_with_password

CARD = "card.json"
_SIGNING = "signing.key"


def found(code: str, folder: Path) -> None:
    """Tables, staff, teams, services; and the card."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from tejido.web.accounts.demo import DEMO_PASSWORD
    from tejido.web.accounts.models import Member
    from tejido.web.config.demo.people import NODES
    from tejido.web.config.making import make_staff
    from tejido.web.directory.actions import load_services, read_services
    from tejido.web.packets.providers import found_provider
    from tejido.web.security.roles import PROVIDER

    call_command("migrate", verbosity=0, interactive=False)
    key_file = folder / _SIGNING
    signing = SigningKey(bytes.fromhex(key_file.read_text()))
    node = NODES[code]
    make_staff(signing=signing, staff=node.staff, team_names=node.team_names, password=DEMO_PASSWORD)
    key_file.unlink()
    at_the_service = Member.objects.filter(login__in=[each.login for each in node.staff if PROVIDER in each.roles])
    found_provider(organisation=node.provider, members=list(at_the_service), signing=signing, by=None)
    manager, ring = _unlocked(node.staff[1].login)
    today = timezone.now().astimezone(settings.TEJIDO.time_zone).date()
    load_services(read_services(code), by=manager, ring=ring, verified_on=today)
    (folder / CARD).write_text(json.dumps(_card(signing), indent=1), encoding="utf-8")


def _card(signing: SigningKey) -> dict[str, Any]:
    """What the partner must know of us, with our signature under the agreement."""
    from tejido.web.mailbox.cards import our_card

    return our_card() | {"agreement_signature": signing.sign(demo_agreement().statement()).hex()}


def demo_agreement() -> Any:
    """The agreement between the two invented organisations."""
    import yaml

    from tejido.agreements import Agreement

    path = Path(__file__).with_name("agreement.yaml")
    return Agreement.from_mapping(yaml.safe_load(path.read_text(encoding="utf-8")))


def fill(code: str, folder: Path, world: Path) -> None:
    """The partner, the agreement, the invented records, and what stands on the desks this morning."""
    from django.conf import settings
    from django.utils import timezone

    from tejido.web.cases.actions import import_records
    from tejido.web.config.demo.morning import Hand, plan_of, set_the_desk
    from tejido.web.config.demo.people import NODES
    from tejido.web.config.demo.records import read_rows
    from tejido.web.mailbox.actions import add_partner
    from tejido.web.sharing.actions import add_agreement

    node = NODES[code]
    manager, ring = _unlocked(node.staff[1].login)
    administrator, signers = _unlocked(node.staff[4].login)
    card = json.loads((folder.parent / node.partner / CARD).read_text(encoding="utf-8"))
    signature = bytes.fromhex(card.pop("agreement_signature"))
    partner = add_partner(card=card, by=administrator, ring=signers)
    add_agreement(agreement=demo_agreement(), partner=partner, partner_signature=signature, by=administrator,
                  ring=signers)  # fmt: skip
    now = timezone.now()
    import_records(**read_rows(world / code), by=manager, ring=ring, now=now)
    plan = plan_of(code)
    hands = {"case_manager": Hand(manager, ring), "advocate": Hand(*_unlocked(plan["advocate"]))}
    set_the_desk(plan, hands, now=now, today=now.astimezone(settings.TEJIDO.time_zone).date())


def _unlocked(login: str) -> tuple[Any, Any]:
    """A demo member and her ring, through her password."""
    from django.conf import settings

    from tejido.web.accounts.actions import member_context
    from tejido.web.accounts.demo import DEMO_PASSWORD
    from tejido.web.accounts.keys import ring_of
    from tejido.web.accounts.models import Member

    member = Member.objects.get(login=login)
    raw = open_with_password(
        member.private_key, DEMO_PASSWORD, pepper=settings.TEJIDO.pepper, context=member_context(member)
    )
    return member, ring_of(member, BoxKey(raw))


def main() -> None:
    """Run one phase."""
    phase, code, folder, *rest = sys.argv[1:]
    django.setup()
    if phase == "found":
        found(code, Path(folder))
    else:
        fill(code, Path(folder), Path(rest[0]))


if __name__ == "__main__":
    main()
