# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making or signing an edition, beside the requests: one attempt at a time, kept whole at its end or not at all.

The member's keys stay in this process, in the thread that waits; the process that works is told the counts and no key.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from tejido.vocabulary import BadInput, Words
from tejido.web.accounts.models import Member, SignedInSession
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.statistics.attacking import answered
from tejido.web.statistics.models import Edition, EditionAttempt, SheetRun

SILENT = timedelta(seconds=60)  # without a sign of life for so long, its process is gone
_log = logging.getLogger("tejido.statistics")


@dataclass(frozen=True)
class Plan:
    """What is asked of the process that works, and what her thread does with the answer, in a transaction."""

    permission: Permission
    run: SheetRun
    edition: Edition | None
    question: Mapping[str, Any]
    keep: Callable[[Mapping[str, Any]], Edition]


def latest_attempt(user: Any) -> EditionAttempt | None:
    """The one under way, or the last there was, in her teams."""
    mine = EditionAttempt.objects.filter(team_id__in=user.team_ids).select_related("run", "edition", "started_by")
    return mine.order_by("-started_at").first()


def is_silent(attempt: EditionAttempt, now: datetime) -> bool:
    """Does it stand there as under way, though nothing works on it any more?"""
    return attempt.state == EditionAttempt.State.RUNNING and attempt.seen_at < now - SILENT


def start_attempt(*, plan: Plan, by: Any, ring: KeyRing, session: UUID | None, now: datetime) -> EditionAttempt:
    """Begin; the answer is kept in `session`'s name. Raises `BadInput` while another is under way."""
    require(by, plan.permission)
    running = EditionAttempt.State.RUNNING
    try:
        with transaction.atomic():
            EditionAttempt.objects.filter(state=running, seen_at__lt=now - SILENT).update(
                state=EditionAttempt.State.CUT_OFF
            )
            attempt = EditionAttempt(
                key=ring.new_key("attempt", [plan.run.team_id]), team_id=plan.run.team_id, run=plan.run,
                edition=plan.edition, signs=plan.edition is not None, started_at=now, started_by=by, seen_at=now,
                state=running,
            )  # fmt: skip
            attempt.save(force_insert=True)
            audit.record("edition.begun", by=by, record=attempt, kind="sign" if plan.edition else "make")
            work = partial(_carry_out, attempt.pk, plan, by.pk, session, ring)
            transaction.on_commit(partial(_in_background, work))
    except IntegrityError:
        raise BadInput("edition.under_way", en="an edition is being made or signed already: wait until that is done",
                       es="ya se está haciendo o firmando una edición: espere a que termine") from None  # fmt: skip
    return attempt


def _in_background(work: Callable[[], None]) -> None:
    def and_close() -> None:
        try:
            work()
        finally:
            connection.close()

    threading.Thread(target=and_close, name="edition", daemon=True).start()


def _carry_out(attempt: UUID, plan: Plan, by: UUID, session: UUID | None, ring: KeyRing) -> None:
    """Have it worked out; keep what came of it together with the word that it is done."""
    refusal: Words | None = None
    state = EditionAttempt.State.CUT_OFF
    try:
        answer = answered(plan.question, beat=partial(_show_life, attempt))
        with transaction.atomic():
            _refuse_gone(plan.permission, by, session)
            _end(attempt, EditionAttempt.State.DONE, edition=plan.keep(answer))
        return
    except BadInput as refused:
        state, refusal = EditionAttempt.State.REFUSED, refused.words
    except Exception as problem:  # noqa: BLE001  whatever happens in this thread, somebody waits to be told
        _log.error("an edition was cut off [%s]", type(problem).__name__)
    with suppress(BadInput, EditionAttempt.DoesNotExist), transaction.atomic():
        _end(attempt, state, refusal=refusal, ring=ring)


def _show_life(attempt: UUID, stage: str | None) -> None:
    try:
        EditionAttempt.objects.filter(pk=attempt).update(
            seen_at=timezone.now(), **({} if stage is None else {"stage": stage})
        )
    except OperationalError:
        return  # the database is busy; the next sign of life is seconds away


def _end(
    attempt: UUID, state: str, *, edition: Edition | None = None, refusal: Words | None = None,
    ring: KeyRing | None = None,
) -> None:  # fmt: skip
    """Raises `BadInput` where it was given up meanwhile: then nothing of it may stay."""
    row = EditionAttempt.objects.select_for_update(no_key=True).get(pk=attempt)
    if row.state != EditionAttempt.State.RUNNING:
        raise BadInput("edition.given_up", en="it took too long and was given up: start again",
                       es="tardó demasiado y se abandonó: empiece de nuevo")  # fmt: skip
    row.state, row.edition = state, edition or row.edition
    if refusal is not None and ring is not None:
        row.seal(ring, refusal=refusal)
    row.save_revision(row.revision)
    audit.record("edition.ended", by=row.started_by, record=row, status=state)


def _refuse_gone(permission: Permission, by: UUID, session: UUID | None) -> None:
    """Raises `BadInput` where she signed out meanwhile, or may not do this any more: her keys were closed."""
    member = Member.objects.get(pk=by)
    require(member, permission)
    if session is not None and not SignedInSession.objects.filter(pk=session, member=member).exists():
        raise BadInput("edition.signed_out", en="you signed out before it was done: start again",
                       es="cerró su sesión antes de que terminara: empiece de nuevo")  # fmt: skip
