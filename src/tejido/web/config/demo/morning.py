# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on each desk when the demo opens: forms that wait, a call being written down, cases with things due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Hand:
    """A member who works, and her ring."""

    by: Any
    ring: Any


def plan_of(code: str) -> dict[str, Any]:
    """The plan of one organisation in `morning.yaml`."""
    read = yaml.safe_load(Path(__file__).with_name("morning.yaml").read_text(encoding="utf-8"))
    plan: dict[str, Any] = read[code]
    return plan


def set_the_desk(plan: Mapping[str, Any], hands: Mapping[str, Hand], *, now: datetime, today: date) -> None:
    """Do it all through actions, as the people would have. `hands`: the advocate and the case manager."""
    for form in plan["waiting"]:
        _arrive(form, now)
    _call(plan["call"], hands["advocate"], now)
    for case in plan["cases"]:
        _case(case, hands[case["owner"]], now, today)


def _arrive(form: Mapping[str, Any], now: datetime) -> None:
    from tejido.web.intake.channels.web_form.actions import receive
    from tejido.web.outreach.public_words import notice_on

    at = now - timedelta(minutes=form["minutes"])
    answers = {name: form[name] for name in ("language", "reply_safety", "under_18", "reply_how", "own_words")}
    receive(notice_version=notice_on(at.date()).version, notice_at=at, now=at, answers=answers,
            notice_language=form.get("notice", form["language"]))  # fmt: skip


def _packet(plan: Mapping[str, Any], case: Any, hers: Mapping[str, Any], now: datetime, today: date) -> None:
    """She allowed a service to be told, and it was: a packet waits there."""
    from tejido.web.cases.models import Person
    from tejido.web.consents.actions import record_release
    from tejido.web.consents.frames import our_rules
    from tejido.web.directory.models import Service
    from tejido.web.referrals.actions import make_referral

    service, person = Service.objects.get(organisation=plan["service"]), str(Person.objects.get(case=case).pk)
    terms = {
        "person": person, "recipient": service.recipient, "purpose": "referral", "fields": frozenset(plan["fields"]),
        "given_on": today, "starts_on": today, "expires_on": today + timedelta(days=30), "how": "spoken",
        "language": plan["language"], "person_language": plan["language"], "authenticated": True, "minor": False,
        "notice_version": our_rules().notice_version,
    }  # fmt: skip
    record_release(case=case, terms=terms, exact_words=plan["words"], interpreter="", now=now, **hers)
    make_referral(case=case, service=service, need=plan["need"], how="packet", fields=plan["fields"], person=person,
                  now=now, **hers)  # fmt: skip


def _call(call: Mapping[str, Any], hand: Hand, now: datetime) -> None:
    """Somebody rang and will ring again; nothing about it is coded yet but the language."""
    from tejido.web.intake.actions import save_contact, take_call

    at = now - timedelta(minutes=call["minutes"])
    contact = take_call(language=call["language"], by=hand.by, ring=hand.ring, now=at)
    answers = {"can_talk": True, "own_words": call["own_words"], "advocate_view": call["advocate_view"]}
    save_contact(contact=contact, answers=answers, revision=contact.revision, by=hand.by, ring=hand.ring, now=now)


def _case(plan: Mapping[str, Any], hand: Hand, now: datetime, today: date) -> None:
    from tejido.web.cases.actions import add_note, add_person, add_task, open_case

    hers = {"by": hand.by, "ring": hand.ring}
    # Counted from the first of the month: the figures of the present month are those of the records alone.
    opened_on = today.replace(day=1) - timedelta(days=plan["days"])
    case = open_case(indications=plan["indications"], summary=plan["summary"], opened_on=opened_on, now=now, **hers)
    about = {"role": "survivor", "age_at_contact": "adult", "primary_language": plan.get("language")}
    add_person(case=case, values=about, **hers)
    add_note(case=case, kind="own_words", text=plan["words"], now=now, **hers)
    if "packet" in plan:
        _packet(plan["packet"], case, hers, now, today)
    for task in plan["tasks"]:
        due = today + timedelta(days=task["in"])
        add_task(case=case, kind=task["kind"], text=task["text"], due_on=due, now=now, **hers)
