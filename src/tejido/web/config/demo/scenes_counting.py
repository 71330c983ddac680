# SPDX-License-Identifier: AGPL-3.0-or-later
"""The month's end: both count, exchange totals, and print one sheet in which she is counted once."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import partial

import yaml

from tejido.web.config.demo.scenes_intake import CANARIES
from tejido.web.config.demo.scenes_publishing import two_people_sign_and_everyone_can_read_it
from tejido.web.config.demo.thread import Thread, contents, must
from tejido.web.config.demo.visitor import Visitor

_ANALYSTS = {"mx": "daniela", "us": "priya"}
_THRESHOLD = 11
_PRINTED = (date(2015, 9, 30), date(2017, 7, 31))
# She and her forty co-workers are known to both organisations; the call and the form are contacts of one. The person
# alerted about is known to the sender alone, and her case has no place of exploitation: it is not counted.
EXPECTED = {
    "contacts": (2, 0, 2),
    "cases": (2, 1, 1),
    "victims": (82, 41, 41),
    "traffickers": (2, 1, 1),
}


def both_count_and_exchange_totals(thread: Thread) -> str:
    """Each analyst sends the other totals for this month and for the window of the printed sheet."""
    windows = {"month": (thread.today.replace(day=1), thread.today), "printed": _PRINTED}
    for code, login in _ANALYSTS.items():
        analyst = thread.staff(code, login)
        for start, end in windows.values():
            page = analyst.get("/sheets/")
            page = page.submit(page.form(having="start"), button="sheets/send", start=start, end=end)
            must(page.status == 200, "totals are sent", page)
    for code, login in _ANALYSTS.items():
        analyst = thread.staff(code, login)
        thread.until("the partner's totals to arrive", partial(_totals_stand, analyst))
    return "both organisations count and send each other totals, sealed to the other's data team"


def _totals_stand(analyst: Visitor) -> bool:
    return _PRINTED[0].isoformat() in analyst.get("/sheets/").html


def _built(thread: Thread, code: str, start: date, end: date) -> tuple[str, dict[str, tuple[int, int, int]]]:
    analyst = thread.staff(code, _ANALYSTS[code])
    page = analyst.get("/sheets/")
    page = page.submit(page.form(having="start"), start=start, end=end)
    must(page.status == 200 and page.url.count("/") > 4, f"{code} builds the joint sheet", page)
    figure = r'.*?<data value="(\d+)">'
    rows = re.findall(rf'data-unit="(\w+)">{figure}{figure}{figure}', page.html, re.DOTALL)
    return page.url, {unit: (int(total), int(both), int(joint)) for unit, total, both, joint in rows}


def she_is_counted_once(thread: Thread) -> str:
    """On the internal sheet of each organisation, against what each has in its own files."""
    start = thread.today.replace(day=1)
    sheets = {code: _built(thread, code, start, thread.today) for code in _ANALYSTS}
    for code, (_url, figures) in sheets.items():
        must(figures == EXPECTED, f"{code} counts {figures}, expected {EXPECTED}")
    for code, login in (("mx", "marisol"), ("us", "joana")):
        page = thread.staff(code, login).get(thread.known[f"{code} case"])
        must("40" in page.text, f"the case of {code} holds the co-workers that were counted", page)
    thread.known["sheet"] = sheets["us"][0]
    return "she is counted once: two cases in all, one known to both, one on the joint sheet; 41 victims, not 82"


def the_sheet_is_printed_in_both_languages(thread: Thread) -> str:
    """PDF, HTML and JSON in Spanish and English; she cannot be found in any of them."""
    priya = thread.staff("us", "priya")
    for language in ("es", "en"):
        for form, begins in (("pdf", b"%PDF"), ("html", b"<!"), ("json", b"{")):
            page = priya.get(f"{thread.known['sheet']}{language}/{form}/")
            must(page.status == 200 and page.body.lstrip().startswith(begins), f"the sheet exists: {form}, {language}")
            found = [each for each in CANARIES if each.encode() in page.body]
            must(not found, f"the printed sheet names her: {found}")
        figures = json.loads(page.body)["figures"]
        small = [each for each in figures if each["value"] and each["value"] < _THRESHOLD]
        must(not small and any(each["hidden"] for each in figures), f"small counts are hidden: {small}")
        must("INVENTADOS" in json.dumps(json.loads(page.body), ensure_ascii=False).upper()
             or json.loads(page.body)["invented"], "the sheet says that its data are invented")  # fmt: skip
    return "one sheet exists as PDF, HTML and JSON in Spanish and English; small counts are hidden, and she is nowhere"


def the_printed_figures_come_out_of_sealed_records(thread: Thread) -> str:
    """From the sealed files of both organisations: exactly the figures of the sheet of 2017."""
    from importlib.resources import files

    world = files("tejido.synthetic") / "worlds" / "like_2017.yaml"
    printed = yaml.safe_load(world.read_text(encoding="utf-8"))["figures"]["headline"]
    for code in _ANALYSTS:
        thread.known["printed sheet"], figures = _built(thread, code, *_PRINTED)
        joint = {unit: numbers[2] for unit, numbers in figures.items()}
        must(joint == dict(printed), f"{code} counts {joint}, the sheet of 2017 printed {printed}")
    thread.known["printed figures"] = dict(printed)
    return "for 2015-2017 both count what was printed: 1,189 contacts, 727 cases, 1,257 victims, 982 traffickers"


def nothing_of_her_is_readable_on_either_disk(thread: Thread) -> str:
    """Databases, journals and logs of both organisations, searched for everything she said."""
    for code, node in thread.stage.nodes.items():
        for path in sorted(path for path in node.folder.rglob("*") if not path.is_dir()):
            body = contents(path)
            for canary in CANARIES:
                for encoded in (canary.encode(), canary.encode("utf-16-le"), json.dumps(canary)[1:-1].encode()):
                    must(encoded not in body, f"{canary!r} is readable in {code}/{path.name}")
    return "nothing she said is readable in any database, journal or log of either organisation"


STEPS = [
    both_count_and_exchange_totals,
    she_is_counted_once,
    the_sheet_is_printed_in_both_languages,
    the_printed_figures_come_out_of_sealed_records,
    two_people_sign_and_everyone_can_read_it,
    nothing_of_her_is_readable_on_either_disk,
]
