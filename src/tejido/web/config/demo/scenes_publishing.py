# SPDX-License-Identifier: AGPL-3.0-or-later
"""What both lines counted becomes public: an edition, two people who sign it, and a page that anyone can check."""

from __future__ import annotations

import json
from functools import partial

from tejido.crypto import VerifyKey
from tejido.statistics.editions import digest, read_sign_offs
from tejido.web.config.demo.scenes_intake import CANARIES
from tejido.web.config.demo.thread import Thread, must
from tejido.web.config.demo.visitor import Page, Visitor

_UNDER_WAY = "/editions/under-way/"
_THRESHOLD = 11
_FOR_PROGRAMS = ("sheet.json", "manifest.json", "signatures.json")


def two_people_sign_and_everyone_can_read_it(thread: Thread) -> str:
    """From the joint sheet to the public door, through the pages of both signers; then everything a stranger checks."""
    priya, maya = thread.staff("us", "priya"), thread.staff("us", "maya")
    page = priya.get(thread.known["printed sheet"])
    edition = _done(thread, priya, page.submit(page.form(action="/edition/")))
    for name, analyst in (("Priya", priya), ("Maya", maya)):
        page = analyst.get(edition.url)
        signed = _done(thread, analyst, page.submit(page.form(action="/sign/")))
        must(f"{name} (data)," in signed.text, f"{name} has signed", signed)
    return _everyone_reads(thread, edition.url)


def _done(thread: Thread, analyst: Visitor, page: Page) -> Page:
    """The edition, once the work on it is done."""
    must(page.status == 200, "the work begins", page)
    return thread.until("the edition to be worked out", partial(_worked_out, analyst))


def _worked_out(analyst: Visitor) -> Page | None:
    page = analyst.get(_UNDER_WAY)
    must('role="alert"' not in page.html, "the edition is worked out", page)
    return None if page.url.endswith(_UNDER_WAY) else page


def _everyone_reads(thread: Thread, address: str) -> str:
    figures = {}
    for language in ("es", "en"):
        stranger = thread.public("us", language)
        page = stranger.get("/figures/")
        must("INVENTADOS" in page.text, "the public page says that its data are invented", page)
        whole = page.link(f"/{language}/index.html").removesuffix(f"{language}/index.html")
        names = [f"{language}/index.html", f"{language}/sheet.pdf", *_FOR_PROGRAMS]
        files = {name: stranger.fetch(whole + name) for name in names}
        must(all(one.status_code == 200 for one in files.values()), f"everyone can read it: {address}", page)
        _check({name: one.content for name, one in files.items()}, thread)
        figures[language] = json.loads(files["sheet.json"].content)["figures"]
        stranger.close()
    headline = {one["unit"]: one["value"] for one in figures["es"] if one["by"] is None}
    must(headline == thread.known["printed figures"], f"it shows what was counted: {headline}")
    hidden = sum(one["hidden"] for one in figures["es"])
    small = [one for one in figures["es"] if one["value"] and one["value"] < _THRESHOLD]
    must(hidden and not small and figures["es"] == figures["en"], f"small counts are hidden: {small}")
    return f"two people sign an edition; anyone can read and check it, and {hidden} figures in it are confidential"


def _check(files: dict[str, bytes], thread: Thread) -> None:
    """As a stranger would: every file is the one the manifest names, and the organisation's key signed that twice."""
    signed = read_sign_offs(files["signatures.json"])
    listed = json.loads(files["manifest.json"])["files"]
    must(signed is not None and signed.manifest == digest(files["manifest.json"]), "the manifest is the signed one")
    for name in listed.keys() & files.keys():
        must(listed[name]["sha256"] == digest(files[name]), f"{name} is the one that was signed")
    key = VerifyKey(bytes.fromhex(thread.stage.nodes["us"].environment["TEJIDO_VERIFY_KEY"]))
    must(signed is not None and signed.complete and not signed.problems(key), "two signed with the organisation's key")
    for canary in CANARIES:
        must(not any(canary.encode() in content for content in files.values()), f"the edition names her: {canary}")
