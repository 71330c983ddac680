# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one person can open right now: the keys of her teams, unlocked for the length of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import transaction

from tejido.crypto import (
    BoxKey,
    CannotOpen,
    Context,
    PublicKey,
    SigningKey,
    UnsignedKey,
    new_key,
    open_box,
    seal_box,
    shared_key,
    unwrap_key,
    wrap_key,
)
from tejido.web.security.models import KeyGrant, RecordKey

# What the duty team holds for an emergency, and opens only by breaking the glass.
GUARDED_SCOPES = frozenset({"case", "compartment", "contact"})
# What nobody who is signed in may seal: it stays as it came until someone takes it and writes it anew.
ARRIVING_SCOPES = frozenset({"contact"})
_SECRET = 32 + 96  # symmetric key ‖ private key
_VOUCHED = 16 + 4 + 61  # sending team ‖ generation ‖ the key, wrapped under what the two teams share


class NoKey(Exception):
    """None of the reader's teams may open this record."""


class NotOurs(CannotOpen):
    """None of our teams vouches for this key: whoever can write the database may have put it there, and know it."""


@dataclass(frozen=True, repr=False)
class TeamSecret:
    """One generation of a team's keys: the private half others seal to, and the key members wrap under."""

    box: BoxKey
    symmetric: bytes

    @property
    def vouching(self) -> SigningKey:
        """What whoever holds the secret signs with who else does."""
        return SigningKey.derived(self.symmetric, b"tejido/team-vouching/1")

    def encode(self) -> bytes:
        """Bytes to be sealed to a member, or under the next generation."""
        return self.symmetric + self.box.raw

    @classmethod
    def decode(cls, raw: bytes) -> TeamSecret:
        """What `encode` wrote; raises `CannotOpen`."""
        if len(raw) != _SECRET:
            raise CannotOpen
        return cls(BoxKey(raw[32:]), raw[:32])


class TeamDirectory(Protocol):
    """Where public keys of teams are looked up, each checked against the organisation's pinned signature."""

    def public_key(self, team_id: UUID) -> tuple[int, PublicKey]:
        """Current generation and key of a team; raises `UnsignedKey` if the organisation did not sign it."""

    def sender_key(self, team_id: UUID, generation: int) -> PublicKey:
        """Key of any generation of a team of ours that may vouch for what it seals to others; raises `UnsignedKey`."""

    def refuse_older(self, name: str, number: int) -> None:
        """Raises `UnsignedKey` if a key of that name with a higher number was in use; remembers this one."""


class KeyRing:
    """Opens and seals for one member, or only seals where nobody is signed in.

    `teams` gives a team's current generation number; `secret_of` unlocks one generation when first needed. `rewraps` is
    false at a door that may write no key. What teams in `guarded` hold of contacts and cases stays closed but for the
    keys in `opened_by_glass`. Nothing is sealed to teams in `only_opens`.
    """

    def __init__(
        self,
        *,
        node: str,
        directory: TeamDirectory,
        member_id: UUID | None = None,
        teams: Mapping[UUID, int] | None = None,
        secret_of: Callable[[UUID, int], TeamSecret] | None = None,
        batch: MutableMapping[str, str] | None = None,
        rewraps: bool = True,
        guarded: Iterable[UUID] = (),
        opened_by_glass: Iterable[UUID] = (),
        watched: Mapping[UUID, Callable[[KeyGrant, UUID], None]] | None = None,
        only_opens: Iterable[UUID] = (),
    ) -> None:
        self.node = node
        self._rewraps = rewraps
        self.member_id = member_id
        self.batch = batch if batch is not None else {}
        self._guarded = frozenset(guarded)
        self._by_glass = set(opened_by_glass)
        self._only_opens = frozenset(only_opens)
        self._directory = directory
        self._teams = dict(teams or {})
        self._secret_of = secret_of
        self._watched = watched or {}  # restricted teams: each opening of a key of theirs is told
        self._secrets: dict[tuple[UUID, int], TeamSecret] = {}
        self._raw: dict[UUID, bytes] = {}
        self._scopes: dict[UUID, str] = {}
        self._arrived: set[UUID] = set()  # keys that nobody vouches for: they open what came, and seal nothing
        self._shared: dict[tuple[UUID, int, UUID, int], bytes] = {}
        self._publics: dict[UUID, tuple[int, PublicKey]] = {}  # checked once in a ring's life: one request

    @property
    def team_ids(self) -> frozenset[UUID]:
        """Teams whose records this ring opens."""
        return frozenset(self._teams)

    def new_key(self, scope: str, teams: Iterable[UUID]) -> RecordKey:
        """A fresh record key, sealed to each of `teams`; saved with its grants."""
        record_key = RecordKey(scope=scope)
        raw = new_key()
        self.adopt(record_key, raw, teams)
        return record_key

    def adopt(self, record_key: RecordKey, raw: bytes, teams: Iterable[UUID]) -> None:
        """Save `record_key` whose secret is `raw`, sealed to each of `teams`."""
        with transaction.atomic():
            record_key.save(force_insert=True)
            KeyGrant.objects.bulk_create([self._grant(record_key, raw, team) for team in dict.fromkeys(teams)])
        self._raw[record_key.id], self._scopes[record_key.id] = raw, record_key.scope

    def new_keys(self, scope: str, teams: Iterable[UUID], count: int) -> list[RecordKey]:
        """`count` fresh record keys, each sealed to each of `teams`, saved together: for what arrives in bulk."""
        teams = list(dict.fromkeys(teams))
        made = {RecordKey(scope=scope): new_key() for _ in range(count)}
        with transaction.atomic():
            RecordKey.objects.bulk_create(made, batch_size=500)
            grants = [self._grant(record_key, raw, team) for record_key, raw in made.items() for team in teams]
            KeyGrant.objects.bulk_create(grants, batch_size=500)
        self._raw.update({record_key.id: raw for record_key, raw in made.items()})
        self._scopes.update({record_key.id: scope for record_key in made})
        return list(made)

    def share(self, record_key: RecordKey, team_id: UUID) -> None:
        """Let one more team open a record this ring can open."""
        grant = self._grant(record_key, self.raw_to_seal(record_key.id), team_id)
        KeyGrant.objects.get_or_create(
            key=record_key,
            team_id=team_id,
            defaults={"generation": grant.generation, "method": grant.method, "sealed": grant.sealed},
        )

    def withdraw(self, key_id: UUID, team_id: UUID) -> None:
        """A team opens this record no more."""
        KeyGrant.objects.filter(key_id=key_id, team_id=team_id).delete()

    def raw(self, key_id: UUID, scope: str = "") -> bytes:
        """The secret of a record key; raises `NoKey`, and `NotOurs` if it was made for another `scope`.

        Kept for the length of the request.
        """
        if key_id not in self._raw:
            self.load([key_id])
        if key_id not in self._raw:
            raise NoKey(str(key_id))
        if scope and self._scopes[key_id] != scope:
            raise NotOurs(str(key_id))
        return self._raw[key_id]

    def raw_to_seal(self, key_id: UUID, scope: str = "") -> bytes:
        """The same, to write under: one of us made it. Raises `NoKey`, `NotOurs`."""
        raw = self.raw(key_id, scope)
        if key_id in self._arrived:
            raise NotOurs(str(key_id))
        return raw

    def refuse_older(self, name: str, number: int) -> None:
        """Raises `UnsignedKey` if a key of that name with a higher number was in use; remembers this one."""
        self._directory.refuse_older(name, number)

    def box_key(self, team_id: UUID, generation: int) -> BoxKey:
        """The private half of one generation of a team, to open what a partner sealed to it; raises `NoKey`."""
        if team_id not in self._teams:
            raise NoKey(str(team_id))
        return self._secret(team_id, generation).box

    def current_secret(self, team_id: UUID) -> TeamSecret:
        """The newest generation of a team's secret, to seal it to a newcomer; raises `NoKey`."""
        if team_id not in self._teams:
            raise NoKey(str(team_id))
        return self._secret(team_id, self._teams[team_id])

    def secret(self, team_id: UUID, generation: int) -> TeamSecret:
        """One generation of a team's secret, to seal it to a newcomer; raises `NoKey`."""
        if team_id not in self._teams:
            raise NoKey(str(team_id))
        return self._secret(team_id, generation)

    def holds(self, key_id: UUID) -> bool:
        """Has this record key been unlocked?"""
        return key_id in self._raw

    @contextmanager
    def looking_through(self) -> Iterator[None]:
        """Openings that show nobody anything, as a search does before it compares, are told to nobody."""
        watched, self._watched = self._watched, {}
        try:
            yield
        finally:
            self._watched = watched

    def load(self, key_ids: Iterable[UUID]) -> None:
        """Unlock many record keys with one query; those this ring may not open are left out."""
        wanted = [key_id for key_id in key_ids if key_id not in self._raw]
        grants = KeyGrant.objects.filter(key_id__in=wanted, team_id__in=self._teams).select_related("key")
        # Ours before a stranger's, should both stand there.
        for grant in sorted(grants, key=lambda each: each.method == KeyGrant.Method.ARRIVED):
            if grant.key_id not in self._raw and self._may_use(grant):
                self._raw[grant.key_id] = self._opened(grant)
                self._scopes[grant.key_id] = grant.key.scope

    def open_by_glass(self, key_ids: Iterable[UUID]) -> None:
        """From now on these open through a guarded team too: glass was broken for them."""
        self._by_glass.update(key_ids)

    def _may_use(self, grant: KeyGrant) -> bool:
        guarded = grant.team_id in self._guarded and grant.key.scope in GUARDED_SCOPES
        return not guarded or grant.key_id in self._by_glass

    def _grant(self, record_key: RecordKey, raw: bytes, team_id: UUID) -> KeyGrant:
        if team_id in self._only_opens:
            raise UnsignedKey(f"{team_id}: a newer key was in use")
        if team_id in self._teams:
            generation = self._teams[team_id]
            context = self._context(record_key, team_id, generation)
            symmetric = self._secret(team_id, generation).symmetric
            method, sealed = KeyGrant.Method.WRAPPED, wrap_key(symmetric, raw, context)
        else:
            if team_id not in self._publics:
                self._publics[team_id] = self._directory.public_key(team_id)
            generation, public = self._publics[team_id]
            context = self._context(record_key, team_id, generation)
            if self._teams:
                method, said = KeyGrant.Method.BOXED, self._vouched(raw, team_id, context)
            elif record_key.scope in ARRIVING_SCOPES:
                method, said = KeyGrant.Method.ARRIVED, raw
            else:
                raise NoKey(f"nobody vouches for a key of {record_key.scope}")
            sealed = seal_box(public, said, context.encode())
        return KeyGrant(key=record_key, team_id=team_id, generation=generation, method=method, sealed=sealed)

    def _opened(self, grant: KeyGrant) -> bytes:
        if grant.team_id in self._watched and self.member_id is not None:
            self._watched[grant.team_id](grant, self.member_id)
        context = self._context(grant.key, grant.team_id, grant.generation)
        secret = self._secret(grant.team_id, grant.generation)
        if grant.method == KeyGrant.Method.WRAPPED:
            raw = unwrap_key(secret.symmetric, grant.sealed, context)
            if self._rewraps and grant.generation < self._teams[grant.team_id]:
                self._rewrap(grant, raw)
            return raw
        said = open_box(secret.box, grant.sealed, context.encode())
        if grant.method == KeyGrant.Method.BOXED:
            raw = self._checked(said, grant, secret, context)
            if self._rewraps:
                self._rewrap(grant, raw)
            return raw
        # Left as it came: wrapped, it would look like a key of ours.
        if len(said) != 32 or grant.key.scope not in ARRIVING_SCOPES:
            raise NotOurs(str(grant.key_id))
        self._arrived.add(grant.key_id)
        return said

    def _vouched(self, raw: bytes, team_id: UUID, context: Context) -> bytes:
        """The key for another team, wrapped under what only that team and one of hers can make."""
        # One she has unlocked already: each costs a millisecond.
        sender = next((team for team in self._teams if (team, self._teams[team]) in self._secrets), min(self._teams))
        number, (generation, public) = self._teams[sender], self._publics[team_id]
        pair = (sender, number, team_id, generation)
        if pair not in self._shared:
            self._shared[pair] = shared_key(self._secret(sender, number).box, public, self._between(*pair))
        return sender.bytes + number.to_bytes(4, "big") + wrap_key(self._shared[pair], raw, context)

    def _checked(self, said: bytes, grant: KeyGrant, secret: TeamSecret, context: Context) -> bytes:
        """The key inside, which the team that is named must have put there."""
        if len(said) != _VOUCHED:
            raise NotOurs(str(grant.key_id))
        sender, number = UUID(bytes=said[:16]), int.from_bytes(said[16:20], "big")
        pair = (sender, number, grant.team_id, grant.generation)
        if pair not in self._shared:
            public = self._directory.sender_key(sender, number)
            self._shared[pair] = shared_key(secret.box, public, self._between(*pair))
        return unwrap_key(self._shared[pair], said[20:], context)

    def _between(self, sender: UUID, number: int, recipient: UUID, generation: int) -> bytes:
        pair = (f"{sender}/{number}", "to", f"{recipient}/{generation}")
        return Context(self.node, "security.keygrant", *pair).encode()

    def _rewrap(self, grant: KeyGrant, raw: bytes) -> None:
        # The first to open a colleague's box leaves the small wrapping behind: the next reader is twenty times faster.
        # The first to open what an older generation holds brings it to the newest.
        generation = self._teams[grant.team_id]
        context = self._context(grant.key, grant.team_id, generation)
        KeyGrant.objects.filter(pk=grant.pk, method=grant.method, generation=grant.generation).update(
            generation=generation,
            method=KeyGrant.Method.WRAPPED,
            sealed=wrap_key(self._secret(grant.team_id, generation).symmetric, raw, context),
        )

    def _secret(self, team_id: UUID, generation: int) -> TeamSecret:
        if (team_id, generation) not in self._secrets:
            if self._secret_of is None:
                raise NoKey(str(team_id))
            self._secrets[team_id, generation] = self._secret_of(team_id, generation)
        return self._secrets[team_id, generation]

    def _context(self, record_key: RecordKey, team_id: UUID, generation: int) -> Context:
        return Context(self.node, "security.recordkey", str(team_id), record_key.scope, f"{record_key.id}/{generation}")
