# SPDX-License-Identifier: AGPL-3.0-or-later
"""Totals the partner sent, and the sheets built here. Sealed to the data team."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.web.accounts.models import Team
from tejido.web.mailbox.models import OutboundMessage, Partner
from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord

_RECORD = {"id": "random", "key": "random", "revision": "number of saves", "team": "the data team"}


class PartnerTabulation(SealedRecord):
    """Aggregate tables the partner sent for one window. The newest for a window counts."""

    key_scope = "tabulation"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "partner": "from whom",
        "window_start": "day",
        "window_end": "day",
        "received_at": "when",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="tabulations")
    window_start = models.DateField()
    window_end = models.DateField()
    received_at = models.DateTimeField()
    tabulation = SealedField()


class SentTabulation(models.Model):
    """Of which period a partner was sent our totals: what it was told by agreement is no secret from it."""

    OPEN_COLUMNS: ClassVar = {
        "id": "number",
        "message": "which message",
        "window_start": "day",
        "window_end": "day",
        "tables": "names of tables",
    }

    message = models.ForeignKey(OutboundMessage, on_delete=models.CASCADE, related_name="+")
    window_start = models.DateField()
    window_end = models.DateField()
    tables = models.JSONField()


class SheetRun(SealedRecord):
    """One sheet built here: the internal figures, sealed. The printed sheet is made from them again, byte for byte."""

    key_scope = "sheet"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "window_start": "day",
        "window_end": "day",
        "built_at": "when",
        "built_by": "by whom",
        "threshold": "k of disclosure control",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    window_start = models.DateField()
    window_end = models.DateField()
    built_at = models.DateTimeField()
    built_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    threshold = models.PositiveSmallIntegerField()
    internal_sheet = SealedField()
    tabulations = SealedField()  # what each organisation counted: it knows its own, and is attacked with


class Edition(SealedRecord):
    """Figures on their way to the public: protected, to be signed by two people, then published and never changed.

    Until then even the protected figures are sealed; the salt and the reasons stay sealed for good.
    """

    key_scope = "edition"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "run": "the sheet whose counts it was made from",
        "code": "period and number: its public name",
        "manifest": "SHA-256 of its manifest: what is signed",
        "made_at": "when",
        "made_by": "by whom",
        "published_at": "when; empty until two have signed",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(SheetRun, on_delete=models.PROTECT, related_name="editions")
    code = models.CharField(max_length=60)
    manifest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    draft = SealedField()  # {"sheet", "head", "salt", "reasons", "intervals"}

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(published_at__isnull=False), name="published_once"
            )
        ]


class EditionSignOff(models.Model):
    """One person's signature over an edition's manifest. `signer`: how she is called outside, by no name."""

    OPEN_COLUMNS: ClassVar = {
        "id": "number",
        "edition": "which",
        "member": "who",
        "signer": "a code, published",
        "signed_on": "day, published",
        "signature": "published",
    }

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sign_offs")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signer = models.CharField(max_length=16)
    signed_on = models.DateField()
    signature = models.CharField(max_length=128)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "member"], name="one_signature_a_person"),
            models.UniqueConstraint(fields=["edition", "signer"], name="one_signature_a_signer"),
        ]


class EditionSeed(SealedRecord):
    """The secret seed of public rows that came out with an edition: whoever knows it can take their noise away."""

    key_scope = "seed"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "edition": "beside which",
        "digest": "a hash of the seed, published with the rows",
        "kept_at": "when",
        "kept_by": "by whom",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="seeds")
    digest = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seed = SealedField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "digest"], name="a_seed_is_kept_once")]


class EditionAttempt(SealedRecord):
    """One attempt at making an edition of a sheet, or at signing the `edition` that stands there from the start."""

    key_scope = "attempt"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "run": "the sheet whose counts it is about",
        "edition": "which is signed, or was made",
        "signs": "signing, not making",
        "state": "running, done, refused or cut off",
        "stage": "where the work stands",
        "started_at": "when",
        "started_by": "by whom",
        "seen_at": "when it last showed a sign of life",
    }

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"
        CUT_OFF = "cut_off"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(SheetRun, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, related_name="+")
    signs = models.BooleanField()
    state = models.CharField(max_length=10, choices=State)
    stage = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()
    refusal = SealedField()  # which places fall: nothing to be read on a disk

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team"], condition=models.Q(state="running"), name="one_attempt_at_a_time")
        ]
