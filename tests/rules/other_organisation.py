# SPDX-License-Identifier: Apache-2.0
"""Runs inside the node `us`: signs a member in at her own staff door, and walks that door with ids of another node.

Reads {"signing", "ids"} as JSON; prints the cookies she was given, ids of her own records, and what the walk met.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def _walk(client: Any, ids: list[str]) -> dict[str, list[int]]:
    from tests.rules.open_routes import OPEN_TO_MEMBERS, OPEN_TO_STRANGERS
    from tests.rules.routes import routes_of

    met: dict[str, list[int]] = {}
    for route in routes_of("staff"):
        if route.records and route.name not in OPEN_TO_MEMBERS | OPEN_TO_STRANGERS:
            asked = [route.address(*([each] * route.records)) for each in ids]
            met[route.name] = [each.status_code for here in asked for each in (client.get(here), client.post(here, {}))]
    return met


def _made(signing: bytes) -> tuple[Any, dict[str, str]]:
    """The node with its people, a case and a contact; someone with every role, in every team, signed in."""
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from tejido.crypto import SigningKey, totp_code
    from tejido.web.config.making import TEAM_KINDS, StaffMember, make_staff
    from tejido.web.intake.actions import take_call
    from tejido.web.security.roles import ROLES
    from tests import cast
    from tests.web.seeding import SeatedCast
    from tests.web.sharing.conftest import make_case

    call_command("migrate", verbosity=0)
    everyone = StaffMember("everyone", "Every Prueba", tuple(set(ROLES) - {"provider"}), TEAM_KINDS, "en")
    logins = make_staff(signing=SigningKey(signing), staff=(everyone,), team_names=cast.TEAM_NAMES,
                        password=cast.PASSWORD)  # fmt: skip
    us = SeatedCast(logins)
    case = make_case(us, "everyone").case
    contact = take_call(language="en", by=us.member("everyone"), ring=us.ring("everyone"), now=timezone.now())
    client, (password, secret) = Client(SERVER_NAME="127.0.0.1"), logins["everyone"]
    code = totp_code(secret, int(timezone.now().timestamp()))
    assert client.post("/login/", {"login": "everyone", "password": password, "code": code}).status_code == 302
    return client, {"case": str(case.pk), "contact": str(contact.pk)}


if __name__ == "__main__":
    import django

    django.setup()
    given = json.loads(sys.stdin.read())
    client, own = _made(bytes.fromhex(given["signing"]))
    home = client.get(f"/cases/{own['case']}/").status_code
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    print(json.dumps({"cookies": cookies, "own": own, "home": home, "met": _walk(client, given["ids"])}))
