# SPDX-License-Identifier: Apache-2.0
"""Whatever the code writes into the audit has its words in both languages: an auditor reads no codes."""

from __future__ import annotations

import re

from tejido.vocabulary import code_list
from tests.rules.source import WEB


def test_every_event_the_code_writes_has_its_words():
    written = set()
    for path in WEB.rglob("*.py"):
        written |= set(re.findall(r'audit\.record(?:_each)?\(\s*f?"([^"]+)"', path.read_text(encoding="utf-8")))
    assert len(written) > 50
    words = set(code_list("audit_event").codes)
    # Those made of two halves, what became of a message or a packet: the second half is a state.
    halves = {event for event in written if event.endswith("{state}")}
    assert [event for event in halves if not any(word.startswith(event[:-7]) for word in words)] == []
    assert sorted(written - halves - words) == []
