# SPDX-License-Identifier: Apache-2.0
"""The wire of counting, recorded: what crosses is sealed, and opened by the data team it holds no row about anyone."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tejido.exchange import read_header, tables_of
from tejido.web.config.demo.check import STEPS, play
from tejido.web.config.demo.scenes_intake import CANARIES, HER_WORDS, SECOND
from tests.journeys.rehearsal import NODES, execute
from tests.journeys.sealed_eyes import seen
from tests.journeys.wire import Wire, recorded

pytestmark = pytest.mark.slow
_COUNTING = next(step for step in STEPS if step.__name__ == "both_count_and_exchange_totals")
_ANALYSTS = {"mx": "daniela", "us": "priya"}
_WORDS = (*CANARIES, HER_WORDS, SECOND)
_RECORDS = ("intake_contact", "cases_case", "cases_casecontact", "cases_person", "cases_place", "cases_note",
            "cases_task", "consents_release", "referrals_referral", "sharing_handover", "sharing_alert",
            "security_codedrow", "security_recordkey", "security_searchtoken")  # fmt: skip
_OPENED = """
import json
from tejido.web.mailbox.models import InboundMessage
from tejido.web.sharing.actions.messages import open_inbound
from tejido.web.sharing.models import SharedAgreement
agreed = sorted(SharedAgreement.objects.get(pk="puente-2026").checked().tables)
print(json.dumps([
    {"raw": bytes(each.raw).hex(), "body": dict(open_inbound(each, ring).body), "agreed": agreed}
    for each in InboundMessage.objects.filter(message_type="tabulation").order_by("sequence")
]))
"""


@dataclass
class _Crossing:
    """What crossed to one organisation: the wire itself, and each message opened by its data team."""

    wire: Wire
    opened: list[dict[str, Any]]


@pytest.fixture(scope="module")
def crossings(rehearsal) -> Iterator[dict[str, _Crossing]]:
    """Both count and send each other totals, over wires with an ear."""
    thread = rehearsal.set_back(_COUNTING.__name__)
    with ExitStack() as stack:
        wires = {code: stack.enter_context(recorded(rehearsal.node(code))) for code in NODES}
        assert play(thread, steps=[_COUNTING]) == 0
        rehearsal.settle()
        yield {
            code: _Crossing(wires[code], json.loads(rehearsal.as_member(code, login, _OPENED)))
            for code, login in _ANALYSTS.items()
        }


def _ids(rehearsal) -> set[str]:
    """Ids and codes of every record of both organisations, as they could be written."""
    found = set()
    for code in NODES:
        for table in _RECORDS:
            columns = [row[1] for row in execute(rehearsal.folder(code), f"pragma table_info({table})")]
            chosen = [
                name for name in columns if name in ("id", "code", "handover_id", "record_id") or name.endswith("_id")
            ]
            for row in execute(rehearsal.folder(code), f"select {', '.join(chosen)} from {table}"):
                # Row numbers say nothing; a member or a partner has a short name that may stand anywhere.
                found |= {str(value) for value in row if value is not None and len(str(value)) >= 7}
    dashed = {
        re.sub(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", each) for each in found if len(each) == 32
    }
    return found | dashed


def _people(rehearsal) -> set[str]:
    """Names, numbers and ids of everyone in the invented world, as its files write them."""
    said = {"given", "paternal_surname", "maternal_surname", "value"}
    found = set()
    for path in (rehearsal.stage.folder / "world").glob("*/*.csv"):
        if path.parent.name in NODES and path.stem in ("names", "identifiers", "persons", "contacts", "cases"):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    found |= {value for name, value in row.items() if value and (name.endswith("_id") or name in said)}
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield name
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)
    elif isinstance(value, str):
        yield value


def test_each_sent_two_messages_and_nothing_else_crossed(crossings):
    for code, crossing in crossings.items():
        posted = crossing.wire.posted()
        assert sorted(posted) == sorted(bytes.fromhex(each["raw"]) for each in crossing.opened)
        assert len(posted) == 2
        headers = [read_header(raw) for raw in posted]
        assert {(each.type, each.recipient, each.agreement) for each in headers} == {
            ("tabulation", code, "puente-2026")
        }


def test_what_crosses_is_sealed(crossings):
    for crossing in crossings.values():
        assert len(crossing.wire.everything) > 10_000
        assert not seen(crossing.wire.everything, _WORDS)
        for each in crossing.opened:
            raw = bytes.fromhex(each["raw"])
            header = json.dumps(read_header(raw).as_mapping(), ensure_ascii=False)
            words = {text for text in _texts(each["body"]) if len(text) >= 5 and text not in header}
            assert {"type_of_trafficking", "traffickers"} <= words  # there is something to look for
            assert not [text for text in words if text.encode() in crossing.wire.everything]


def test_opened_it_names_no_record_of_either_organisation(crossings, rehearsal):
    ids, people = _ids(rehearsal), _people(rehearsal)
    assert len(ids) > 5000
    assert len(people) > 1000
    for crossing in crossings.values():
        for each in crossing.opened:
            text = json.dumps(each["body"], ensure_ascii=False)
            assert not [one for one in ids if one in text]
            assert not set(_texts(each["body"])) & people
            assert not seen(text.encode(), _WORDS)


def test_opened_it_holds_totals_of_declared_cells_and_no_list_of_rows(crossings):
    for crossing in crossings.values():
        counts = {}
        for each in crossing.opened:
            body = each["body"]
            assert set(body) == {"schema", "node", "window", "as_of", "invented", "definitions", "cells", "handed_over"}
            assert all(set(cell) == {"indicator", "by", "cell", "counted", "held"} for cell in body["cells"])
            assert all(type(cell[name]) is int for cell in body["cells"] for name in ("counted", "held"))
            assert tables_of(body) <= set(each["agreed"])
            keys = [(cell["indicator"], cell["by"], cell["cell"]) for cell in body["cells"]]
            assert len(keys) == len(set(keys))
            assert {entry["table"] for entry in body["handed_over"]} <= {"contacts", "cases", "persons"}
            assert all(type(n) is int for entry in body["handed_over"] for n in entry["left_to"].values())
            counts[len(keys)] = max(cell["held"] for cell in body["cells"])
        # Far fewer cells than people: a cell cannot be a row about someone.
        assert max(counts) * 2 < counts[max(counts)]
