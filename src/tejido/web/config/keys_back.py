# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup that is put back brings keys that had been replaced since: whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def went_back_by_name(newer: Mapping[str, int]) -> list[str]:
    """Note after a restoring that `newer` numbers had been in use; the teams and members whose keys are older again."""
    from tejido.web.accounts.newest import note_restored

    back = set(note_restored(newer, {owner: number for owner, number, _name in _numbers()}))
    return [name for owner, _number, name in _numbers() if owner in back]


def older_than_seen() -> Iterator[str]:
    """Teams and members whose key is older than one that was in use, by name."""
    from tejido.web.accounts.newest import went_back

    yield from (name for owner, number, name in _numbers() if went_back(owner, number))


def _numbers() -> Iterator[tuple[str, int, str]]:
    """Every key's owner, the number of the newest there is, and a name to call it by."""
    from django.conf import settings

    from tejido.crypto import UnsignedKey
    from tejido.web.accounts.actions import newest_recovery_key
    from tejido.web.accounts.keys import newest_that_is_ours
    from tejido.web.accounts.models import Member, RecoveryKey, Team
    from tejido.web.security.search_keys import SEARCH, search_keys

    for team in Team.objects.order_by("name"):  # a row that somebody put there is none of ours
        try:
            yield team.owner, newest_that_is_ours(team.pk).number, team.name
        except UnsignedKey:
            yield team.owner, 0, team.name
    for member in Member.objects.defer("private_key", "totp").order_by("login"):
        yield member.key_owner, member.key_number, member.login
    newest = newest_recovery_key()
    yield RecoveryKey.key_owner(), newest.number if newest else 0, "recovery"
    yield f"{settings.TEJIDO.node}/{SEARCH}", max(search_keys(), default=0), SEARCH
