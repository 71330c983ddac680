# SPDX-License-Identifier: Apache-2.0
"""A member of another organisation, with every role at her own: her node knows none of our records, and we not her."""

from __future__ import annotations

import json
import subprocess
import sys
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from tests.rules.open_routes import OPEN_TO_STRANGERS, ORGANISATION_WIDE
from tests.rules.walking import GUARDED, REFUSED, ROUTES, STAFF_ROLES, Inside, everything
from tests.web.mailbox.other_node import OtherNode
from tests.web.sharing.conftest import make_case


def _at_her_own_node(folder, ids: list[str]) -> dict:
    """The node `us` in a process of its own: what a member was given there, and what its door says to our ids."""
    node = OtherNode(folder, 9)
    done = subprocess.run(
        [sys.executable, "-m", "tests.rules.other_organisation"], text=True, capture_output=True, check=False,
        input=json.dumps({"signing": node.signing.raw.hex(), "ids": ids}), timeout=300,
        env=node.environment | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_she_reaches_nothing_of_ours_nor_we_of_hers_and_her_session_is_none_here(cast, tmp_path):
    made = make_case(cast)
    met = _at_her_own_node(tmp_path, [str(made.case.pk), str(made.survivor.pk)])
    assert met["home"] == 200  # her own case opens
    for name, codes in met["met"].items():
        assert set(codes) <= set(REFUSED), (name, codes)
    before = everything()
    # Her cookies here, under their own names and under ours.
    renamed = {name.replace("tejido_us_", f"tejido_{settings.TEJIDO.node}_"): value
               for name, value in met["cookies"].items()}  # fmt: skip
    assert set(renamed).isdisjoint(met["cookies"])
    for cookies in (met["cookies"], renamed):
        for route in ROUTES:
            if route.name not in OPEN_TO_STRANGERS:
                client = Client()
                client.cookies.load(cookies)
                answer = client.get(route.address(*([met["own"]["case"]] * route.records)))
                assert answer.status_code == 302, route.name
                assert answer.headers["Location"].startswith("/login/"), route.name
    # Records of hers, asked for by someone of ours with every role.
    ours = Inside(cast, "bilal")
    ours.member.roles = list(STAFF_ROLES)
    for route in GUARDED:
        if route.records and route.name not in ORGANISATION_WIDE:
            for each in met["own"].values():
                assert ours.tries(route, *([UUID(each)] * route.records)) <= set(REFUSED), route.name
    assert everything() == before
