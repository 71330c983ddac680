# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members, teams, their public keys. Private halves are sealed: a member's under her password, a team's to members."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.crypto import salted_hmac

from tejido.crypto import PublicKey, SignedKey, fingerprint
from tejido.web.accounts.restricted import KeptApart as KeptApart
from tejido.web.accounts.restricted import RestrictedReading as RestrictedReading
from tejido.web.accounts.signing_key_changes import SigningKeyChange as SigningKeyChange
from tejido.web.security.fields import SealedField
from tejido.web.security.roles import PROVIDER
from tejido.web.security.sealing import SealedRecord


class Team(models.Model):
    """People who open the same records."""

    OPEN_COLUMNS: ClassVar = {"id": "random", "kind": "what the team is for", "name": "says nothing of a person",
                              "caseload": "whose compartments this team opens",
                              "restricted": "no search finds its cases, reading one alerts"}  # fmt: skip

    class Kind(models.TextChoices):
        INTAKE = "intake"  # answers the line
        CASES = "cases"  # a caseload
        DATA = "data"  # counts
        DUTY = "duty"  # break-glass and danger
        ADMINISTRATION = "administration"  # signs keys, opens no case
        PROVIDER = "provider"  # of a service outside this organisation: opens the referral packets sent to it
        SAFETY = "safety"  # of a caseload: opens the compartments that keep her safe
        LEGAL = "legal"  # of a caseload: opens status and remedies
        PERSONAL = "personal"  # of a caseload: opens what only whoever carries her case needs

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=80, unique=True)
    restricted = models.BooleanField(default=False)
    caseload = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="compartment_teams")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["safety", "legal", "personal"], caseload__isnull=False)
                | (~models.Q(kind__in=["safety", "legal", "personal"]) & models.Q(caseload__isnull=True)),
                name="compartment_team_has_a_caseload",
            ),
            models.UniqueConstraint(fields=["caseload", "kind"], name="one_compartment_team_of_a_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> str:
        """How its keys are named where they are signed, what the team is for included: nobody makes another of it."""
        # As many parts for every team, whatever stands in them: none reads like another.
        parts = ("team", self.kind, "restricted" if self.restricted else "open", str(self.caseload_id or "-"))
        return f"{settings.TEJIDO.node}/{'/'.join(parts)}/{self.pk}"


SEARCH_TEAMS = (Team.Kind.INTAKE, Team.Kind.CASES, Team.Kind.DUTY)  # hold the search key


class TeamGeneration(models.Model):
    """One generation of a team's keys. `previous` opens with this generation's key and holds the one before."""

    OPEN_COLUMNS: ClassVar = {
        "id": "row number",
        "team": "random",
        "number": "which generation",
        "public_key": "public",
        "vouching_key": "public: what the team's word about its members is checked with",
        "signature": "of the organisation",
        "previous": "ciphertext",
        "recovery": "ciphertext, sealed to the key on paper",
        "created_at": "when the team's keys changed",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="generations")
    number = models.PositiveIntegerField()
    public_key = models.BinaryField()
    vouching_key = models.BinaryField()
    signature = models.BinaryField()
    previous = models.BinaryField(null=True)
    recovery = models.BinaryField(null=True)  # the newest generation's alone: it opens the older ones
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_generation_per_number")]
        ordering = ["team", "number"]

    def signed_key(self) -> SignedKey:
        """The public keys with the organisation's word for them."""
        return SignedKey(f"{self.team.owner}/{self.number}", PublicKey(bytes(self.public_key)), bytes(self.signature),
                         bytes(self.vouching_key))  # fmt: skip


class RecoveryKey(models.Model):
    """The public half of a key whose private half exists only on paper; every team's newest secret is sealed to it."""

    OPEN_COLUMNS: ClassVar = {
        "number": "which one, the newest counts",
        "public_key": "public",
        "signature": "of the organisation",
        "threshold": "shares needed",
        "shares": "shares printed",
        "made_at": "when they were printed",
    }

    number = models.PositiveIntegerField(primary_key=True)
    public_key = models.BinaryField()
    signature = models.BinaryField()
    threshold = models.PositiveIntegerField()
    shares = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    def signed_key(self) -> SignedKey:
        """The public key with the organisation's word for it."""
        owner = f"{self.key_owner()}/{self.number}"
        return SignedKey(owner, PublicKey(bytes(self.public_key)), bytes(self.signature))

    @staticmethod
    def key_owner() -> str:
        """How recovery keys are named where their numbers are kept."""
        return f"{settings.TEJIDO.node}/recovery"


class Member(AbstractBaseUser):
    """A person who works here. Opening her private key is the password check; no other verifier is kept."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "login": "staff name, known to the operator",
        "display_name": "staff name, known to the operator",
        "roles": "what she may do",
        "language": "of her screens",
        "status": "may she sign in",
        "public_key": "public",
        "key_number": "which of her keys it is",
        "signature": "of the organisation; empty until a colleague compared the key with her by voice",
        "private_key": "sealed under her password",
        "password_given_at": "since when her password is one that someone else gave her",
        "totp": "sealed under the environment key",
        "totp_last_step": "replay of a code is refused",
        "status_changed_at": "when the status changed",
        "created_at": "when she joined",
    }

    class Status(models.TextChoices):
        ACTIVE = "active"
        LEFT = "left"

    password = None  # type: ignore[assignment]
    last_login = None  # type: ignore[assignment]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=80)
    roles = models.JSONField(default=list)
    language = models.CharField(max_length=5, default="en")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    status_changed_at = models.DateTimeField(auto_now_add=True)
    public_key = models.BinaryField()
    key_number = models.PositiveIntegerField(default=1)
    signature = models.BinaryField()
    private_key = models.BinaryField()
    # Someone else knows her password until she chooses her own; until then no team lets her in.
    password_given_at = models.DateTimeField(null=True)
    totp = models.BinaryField()
    totp_last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """May she work now?"""
        return self.status == self.Status.ACTIVE

    @cached_property
    def team_ids(self) -> frozenset[uuid.UUID]:
        """Teams whose records she may see."""
        return frozenset(self.grants.values_list("generation__team_id", flat=True))

    @property
    def key_owner(self) -> str:
        """How her keys are named where their numbers are kept."""
        return f"{settings.TEJIDO.node}/member/{self.pk}"

    @property
    def key_read_aloud(self) -> str:
        """What she reads to a colleague, who sees the same if it is her key: 80 bits nobody can aim at."""
        return fingerprint(bytes(self.public_key))[:24]

    def get_session_auth_hash(self) -> str:
        """Changes with the sealed private key, so that a new password ends every open session."""
        return salted_hmac("tejido.accounts.session", bytes(self.private_key), algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self):  # type: ignore[no-untyped-def]
        """No older secrets are kept."""
        return iter(())

    def signed_key(self) -> SignedKey:
        """Her public key with the organisation's word for it, and for what colleagues know her by."""
        outside = PROVIDER if PROVIDER in self.roles else ""
        about = "\n".join([outside, self.login, self.display_name]).encode()
        return SignedKey(
            f"{self.key_owner}/{self.key_number}", PublicKey(bytes(self.public_key)), bytes(self.signature), about
        )


class SignInTries(models.Model):
    """Wrong tries in a row for one login, from one browser that is known or from anywhere else."""

    OPEN_COLUMNS: ClassVar = {
        "key": "keyed hash of login and browser",
        "device": "is it a browser somebody signed in from",
        "failures": "in a row",
        "at": "when the last was",
    }

    key = models.CharField(primary_key=True, max_length=64)
    device = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(db_index=True)


class SignedInSession(models.Model):
    """A browser in which a member is signed in, with her unlocked key sealed under what only her cookie holds."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "member": "who",
        "digest": "keyed hash of the session's key",
        "browser": "a family and a kind of machine, for her to know it by; no address is kept",
        "ring": "ciphertext",
        "started_at": "when she signed in",
        "used_at": "when it was last used, to the minute",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="signed_in")
    digest = models.CharField(max_length=64, unique=True)
    browser = models.CharField(max_length=20)
    ring = models.BinaryField()
    started_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(db_index=True)


class PrintedCode(models.Model):
    """One of a member's codes on paper; gone once it was used."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "member": "whose",
        "digest": "of the code, sealed under the environment key",
        "made_at": "when the sheet was made",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="printed_codes")
    digest = models.BinaryField()
    made_at = models.DateTimeField()


class SecurityKey(models.Model):
    """A hardware key or passkey of a member: a second factor, never the only one."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "member": "whose",
        "credential": "its public key and the name she gave it, sealed under the environment key",
        "sign_count": "counts up with each use; one that does not was copied",
        "added_at": "when she added it",
        "used_at": "when it was last used",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="security_keys")
    credential = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class TeamKeyGrant(models.Model):
    """One generation of a team's secret, sealed to one member."""

    OPEN_COLUMNS: ClassVar = {
        "id": "row number",
        "generation": "which",
        "member": "who may open",
        "box": "ciphertext",
        "signature": "the team's word that she is one of them",
    }

    generation = models.ForeignKey(TeamGeneration, on_delete=models.CASCADE, related_name="grants")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants")
    box = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["generation", "member"], name="one_grant_per_member")]


class AwaitingRegrant(models.Model):
    """She was in this team before she lost her password; a colleague lets her in again, and nobody else can."""

    OPEN_COLUMNS: ClassVar = {"id": "row number", "team": "random", "member": "who waits", "since": "when it was lost"}

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="awaiting")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="awaiting")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "member"], name="waits_once_for_a_team")]


class BrokenGlassQuerySet(models.QuerySet["BrokenGlass"]):
    """Named readings."""

    def visible_to(self, user) -> BrokenGlassQuerySet:  # type: ignore[no-untyped-def]
        """Those of cases of the user's teams; those on duty see all that duty opened."""
        duty = Team.objects.filter(kind=Team.Kind.DUTY, pk__in=user.team_ids).exists()
        seen_by_duty = models.Q(team__restricted=False) if duty else models.Q(pk=None)
        return self.filter(seen_by_duty | models.Q(team_id__in=user.team_ids))

    def open_at(self, now) -> BrokenGlassQuerySet:  # type: ignore[no-untyped-def]
        """Those whose time lasts."""
        return self.filter(opened_at__lte=now, ends_at__gt=now)

    def unreviewed(self) -> BrokenGlassQuerySet:
        """Nobody else has looked yet; the oldest first."""
        return self.filter(reviewed_at__isnull=True).order_by("opened_at")


class BrokenGlass(SealedRecord):
    """Someone on duty opened another team's case in an emergency: until when, why, and what a second person says."""

    key_scope = "broken-glass"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "record_id": "random: the case",
        "opens": "random: keys of the case and of its contacts",
        "team": "whose case it is",
        "member": "who broke the glass",
        "opened_at": "when",
        "ends_at": "until when it opens",
        "reviewed_at": "when a second person looked",
        "reviewed_by": "who",
    }

    record_id = models.UUIDField(db_index=True)
    opens = models.JSONField(default=list)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    basis = SealedField()  # code list glass_basis
    reason = SealedField()  # text
    review = SealedField()  # the second person's word

    objects = BrokenGlassQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewed_at__isnull=True, reviewed_by__isnull=True)
                | models.Q(reviewed_at__isnull=False, reviewed_by__isnull=False)
                & ~models.Q(reviewed_by=models.F("member")),
                name="second_person_reviews_broken_glass",
            )
        ]
