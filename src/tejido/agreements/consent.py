# SPDX-License-Identifier: Apache-2.0
"""Which of the facts asked for a release covers, and why it does not cover the rest.

Every rule can only take away, so that less consent never allows more: a release that runs longer than the rules allow
is read as ending where they say, not as no release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tejido.agreements.decision import Reason, reason
from tejido.agreements.pack import Pack
from tejido.agreements.release import Release
from tejido.agreements.request import Request
from tejido.vocabulary import code_list


@dataclass(frozen=True)
class Cover:
    """What one release covers of a request, until when, and what stands in the way of the rest."""

    release: str
    fields: frozenset[str]
    until: date
    then: frozenset[str]
    reasons: tuple[Reason, ...]
    meant_for_this: bool  # same case, person, recipient and purpose


def cover(release: object, request: Request, pack: Pack, *, maximum_days: int) -> Cover:
    """Judge one release against one request."""
    if not isinstance(release, Release) or not _well_formed(release):
        return _none(reason("release_malformed"))
    elsewhere = _meant_for_another(release, request)
    last = _last_day(release, maximum_days)
    against = [*elsewhere, *_dates(release, request.on, last), *_manner(release, pack), *_minor(release, pack)]
    rule = pack.how.get(release.how)
    excluded = _excluded(release, pack)
    covered = frozenset() if against or rule is None else (request.fields & release.fields) - excluded
    reasons = list(against)
    if rule is not None and request.fields & release.fields & excluded:
        reasons.append(reason("how_sensitive", request.fields & release.fields & excluded))
    return Cover(
        release=release.id,
        fields=covered,
        until=last,
        then=rule.then if rule else frozenset(),
        reasons=tuple(reasons),
        meant_for_this=not elsewhere,
    )


def release_problems(release: Release, pack: Pack, *, on: date) -> tuple[Reason, ...]:
    """What to tell the advocate while she records a release: every reason why it would not do, or not fully.

    Also says when it runs longer than the rules allow, which the gate would only cut short.
    """
    if not _well_formed(release):
        return (reason("release_malformed"),)
    last = _last_day(release, pack.maximum_days)
    found = [*_dates(release, on, last), *_manner(release, pack), *_minor(release, pack)]
    excluded = release.fields & _excluded(release, pack)
    if excluded:
        found.append(reason("how_sensitive", excluded))
    if last < release.expires_on and not any(entry.code == "release_past_limit" for entry in found):
        found.append(reason("release_too_long", [str(pack.maximum_days)]))
    return tuple(found)


def merged(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in the order first met."""
    return tuple({(entry.code, entry.about): entry for entry in reasons}.values())


def _none(why: Reason) -> Cover:
    return Cover("", frozenset(), date.min, frozenset(), (why,), meant_for_this=False)


def _well_formed(release: Release) -> bool:
    texts = (release.id, release.case, release.person, release.recipient, release.purpose, release.how)
    days = (release.given_on, release.starts_on, release.expires_on)
    return (
        all(isinstance(text, str) and text for text in texts)
        # A datetime is a date to isinstance, but does not compare with one.
        and all(type(day) is date for day in days)
        and (release.revoked_on is None or type(release.revoked_on) is date)
        and isinstance(release.fields, frozenset | set)
        and all(isinstance(field, str) for field in release.fields)
    )


def _meant_for_another(release: Release, request: Request) -> list[Reason]:
    pairs = (
        ("release_other_case", release.case, request.case),
        ("release_other_person", release.person, request.person),
        ("release_other_recipient", release.recipient, request.recipient),
        ("release_other_purpose", release.purpose, request.purpose),
    )
    return [reason(code) for code, given, asked in pairs if given != asked]


def _last_day(release: Release, maximum_days: int) -> date:
    try:
        limit = release.given_on + timedelta(days=maximum_days)
    except OverflowError:
        return date.min
    return min(release.expires_on, limit)


def _dates(release: Release, on: date, last: date) -> list[Reason]:
    found = []
    # A withdrawal counts even if a later date was written: there is no doubt about what she wants.
    if release.revoked_on is not None:
        found.append(reason("release_revoked"))
    if release.expires_on < release.starts_on:
        found.append(reason("release_dates"))
    if release.given_on > on:
        found.append(reason("release_given_later"))
    if release.starts_on > on:
        found.append(reason("release_not_yet"))
    if on > release.expires_on:
        found.append(reason("release_expired"))
    elif on > last:
        found.append(reason("release_past_limit"))
    return found


def _manner(release: Release, pack: Pack) -> list[Reason]:
    """How it was given, in which language, after which notice. A flag counts only if it is exactly true."""
    found = []
    rule = pack.how.get(release.how)
    if rule is None:
        found.append(reason("how_not_allowed", [release.how], names="release_how"))
    else:
        missing = {need for need in rule.needs if getattr(release, need) is not True}
        found += [reason(_MISSING[need]) for need in sorted(missing)]
    speaks_hers = bool(release.language) and release.language == release.person_language
    if not speaks_hers and release.interpreter is not True:
        found.append(reason("not_her_language"))
    if release.notice_version not in pack.notice_versions:
        found.append(reason("notice_not_given"))
    return found


_MISSING = {"exact_words": "exact_words_missing", "authenticated": "not_authenticated"}


def _minor(release: Release, pack: Pack) -> list[Reason]:
    if release.minor is False or not pack.guardian:
        return []
    if release.minor is not True:
        return [reason("age_not_asked")]
    if pack.alone_if_permitted and release.may_consent_alone is True:
        return []
    if release.guardian_is_suspected is not False:
        return [reason("guardian_suspected")]
    return [] if release.guardian_consented is True else [reason("guardian_missing")]


def _excluded(release: Release, pack: Pack) -> frozenset[str]:
    """Facts that a release given in this way cannot cover."""
    rule = pack.how.get(release.how)
    if rule is None:
        return frozenset()
    sensitive = frozenset() if rule.sensitive else frozenset(code_list("shareable_field").where(sensitive=True))
    return rule.excepted | sensitive
