# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs in a process of its own: counts come in, and go out as an edition, or with the word that nothing hidden falls.

It holds no key and sees no database; the counts stay in its memory. `python -m tejido.web.statistics.attacker PARENT`
reads one JSON question from standard input and writes lines of JSON: where the work stands, then the answer.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tejido.statistics import Sheet, Tabulation
from tejido.statistics.contributors import Contributor, partners_of
from tejido.statistics.editions import (
    MANIFEST,
    Published,
    contents,
    digest,
    edition_from,
    intervals,
    make_edition,
    refuse_fallen,
)
from tejido.vocabulary import BadInput

Step = Callable[[str], None]


def answer(question: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """What comes of a question; raises `BadInput` where nothing protects the counts, or something hidden falls."""
    return {"make": _made, "sign": _attacked}[question["work"]](question, step)


def _made(question: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Protect the counts beside everything published before; how narrowly each hidden figure can be placed."""
    step("hiding")
    before = [Published(Sheet.from_json(one["sheet"]), one["head"]) for one in question["earlier"]]
    salt = bytes.fromhex(question["salt"])
    made = make_edition(
        Sheet.from_json(question["counted"]), salt=salt, k=question["k"], earlier=before,
        replaces=next((one for one in before if one.edition == question["replaces"]), None),
        because=question["because"], operators=question["operators"], partners=_partners(question),
    )  # fmt: skip
    step("writing")
    files = contents(made.edition)
    step("attacking")
    found = intervals(made.edition.sheet, earlier=[one.sheet for one in before])
    draft = {
        "sheet": made.edition.sheet.as_json(),
        "head": made.edition.head(),
        "salt": salt.hex(),
        "reasons": list(made.reasons),
        "intervals": [[*place, *interval] for place, interval in found.items()],
    }
    return {"code": made.edition.id, "manifest": digest(files[MANIFEST]), "draft": draft}


def _attacked(question: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """The files as they will be published, once nothing in them falls beside everything published before."""
    step("attacking")
    sheet = Sheet.from_json(question["sheet"])
    refuse_fallen(sheet, earlier=[Sheet.from_json(one) for one in question["earlier"]],
                  partners=_partners(question))  # fmt: skip
    step("writing")
    files = contents(edition_from(question["head"], sheet))
    coded = {path: base64.b64encode(content).decode() for path, content in files.items()}
    return {"manifest": digest(files[MANIFEST]), "files": coded}


def _partners(question: Mapping[str, Any]) -> list[Contributor]:
    """Those who counted too, as attackers: each knows its own people."""
    known = question["readers"]
    return partners_of(known["ours"], [Tabulation.from_json(one) for one in known["tabulations"]], known["sent"])


def main() -> int:
    """Answer the question on standard input."""
    parent = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what it holds reaches no disk, however it ends
    with contextlib.suppress(OSError):
        os.nice(10)  # whoever answers the line comes first
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        said = answer(json.load(sys.stdin.buffer), lambda stage: _say({"stage": stage}))
    except BadInput as refused:
        said = {"refused": refused.code, "en": refused.words["en"], "es": refused.words["es"]}
    except BaseException:  # noqa: BLE001  whatever it was, its words might hold a count, and go nowhere
        return 1
    _say(said)
    return 0


def _say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _end_with(parent: int) -> None:
    """Nobody waits for an answer any more: do not go on."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
