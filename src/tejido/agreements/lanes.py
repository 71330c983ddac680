# SPDX-License-Identifier: Apache-2.0
"""The grounds on which something may leave, one function each. Each lists every reason against; none means yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tejido.agreements.agreement import Agreement
from tejido.agreements.consent import Cover, cover, merged
from tejido.agreements.decision import Reason, reason
from tejido.agreements.pack import Pack
from tejido.agreements.request import Lane, Request
from tejido.vocabulary import code_list


@dataclass(frozen=True)
class Terms:
    """What the answer is made from, besides the request. `recipient_pack` is None where no partner receives it."""

    agreement: Agreement | None
    releases: Sequence[object]
    sender_pack: Pack
    recipient_pack: Pack | None


@dataclass(frozen=True)
class Finding:
    """What a lane found: reasons against (none: allowed), the ground, and what comes with it."""

    reasons: tuple[Reason, ...]
    ground: str
    obligations: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    until: date | None = None
    under_agreement: bool = False


def by_release(request: Request, terms: Terms) -> Finding:
    """She allowed it: every field asked for is covered by a release that holds, and nothing else forbids it."""
    partner = _is_partner(request, terms)
    against: list[Reason] = []
    if not request.fields:
        against.append(reason("nothing_asked"))
    against += _recipient_kind(request, terms.sender_pack.recipients)
    if partner:
        against += _agreement(request, terms.agreement) + _recipient_rules(request, terms)
    against += _trafficker_fields(request, terms, partner=partner, allowed=("by_release", "by_agreement"))
    days = [terms.sender_pack.maximum_days]
    if terms.recipient_pack is not None:
        days.append(terms.recipient_pack.maximum_days)
    covers = [cover(each, request, terms.sender_pack, maximum_days=min(days)) for each in terms.releases]
    against += _not_covered(request, covers)
    used = [each for each in covers if each.fields]
    return Finding(
        reasons=tuple(against),
        ground="released",
        obligations=_with(terms.sender_pack.obligations, used),
        releases=tuple(sorted({each.release for each in used})),
        until=_until(request, used),
        under_agreement=partner,
    )


def by_danger_or_law(request: Request, terms: Terms) -> Finding:
    """Imminent danger, or a report that the law requires: a named basis, the least, and a second person who knows.

    Asks for no agreement: what the law permits to save a life does not wait for one.
    """
    basis = terms.sender_pack.bases.get(request.basis or "")
    against: list[Reason] = []
    if not request.fields:
        against.append(reason("nothing_asked"))
    if not request.basis:
        against.append(reason("basis_missing"))
    elif basis is None or basis.lane != request.lane:
        against.append(reason("basis_unknown", [request.basis]))
    else:
        against += _recipient_kind(request, basis.recipients)
        if request.fields - basis.fields:
            against.append(reason("basis_fields", request.fields - basis.fields))
        if basis.under_18 and request.minor is not True:
            against.append(reason("basis_under_18"))
    against += _second_person(request)
    return Finding(
        reasons=tuple(against),
        ground="danger" if request.lane == Lane.DANGER else "law_requires",
        obligations=("alert_second_person", "tell_survivor_when_safe", "keep_record", "protect_privacy_and_safety"),
    )


def by_herself(request: Request, terms: Terms) -> Finding:
    """She is connected herself: no release is needed, because nothing about her leaves."""
    about_her = sorted(request.fields | request.tables)
    against = (reason("nothing_may_leave", about_her),) if about_her else ()
    return Finding(against, "connected_herself")


def by_tip(request: Request, terms: Terms) -> Finding:
    """Identifiers of potential traffickers that came from tips: by agreement, where both sides' rules say so."""
    against: list[Reason] = []
    if not request.fields:
        against.append(reason("nothing_asked"))
    others = request.fields - _trafficker_codes()
    if others:
        against.append(reason("tip_fields", others))
    if request.origin != "tip":
        against.append(reason("tip_origin"))
    if request.protected_contact is not False:
        against.append(reason("protected_contact"))
    against += _recipient_kind(request, frozenset({"partner_hotline"}))
    against += _agreement(request, terms.agreement) + _recipient_rules(request, terms)
    against += _trafficker_fields(request, terms, partner=True, allowed=("by_agreement",))
    return Finding(
        tuple(against), "tip_by_agreement", ("keep_record", "no_onward_sharing"), until=None, under_agreement=True
    )


def by_totals(request: Request, terms: Terms) -> Finding:
    """Totals that the agreement names. A row about a person is no total, whatever it is called."""
    against: list[Reason] = []
    if request.fields or request.case is not None or request.person is not None:
        against.append(reason("not_totals"))
    if not request.tables:
        against.append(reason("nothing_asked"))
    against += _recipient_kind(request, frozenset({"partner_hotline"}))
    against += _agreement(request, terms.agreement) + _recipient_rules(request, terms)
    if terms.agreement is not None and request.tables - terms.agreement.tables:
        against.append(reason("agreement_tables", request.tables - terms.agreement.tables))
    return Finding(tuple(against), "totals_by_agreement", ("keep_record",), under_agreement=True)


LANES: Mapping[str, Callable[[Request, Terms], Finding]] = {
    Lane.RELEASE: by_release,
    Lane.DANGER: by_danger_or_law,
    Lane.MANDATORY_REPORT: by_danger_or_law,
    Lane.SELF: by_herself,
    Lane.TIP: by_tip,
    Lane.AGGREGATE: by_totals,
}


def _is_partner(request: Request, terms: Terms) -> bool:
    """A recipient that has rules of its own is a partner, whatever kind the request says it is."""
    kind = code_list("recipient_kind").codes[request.recipient_kind]
    return terms.recipient_pack is not None or kind.properties["agreement"] is not False


def _recipient_kind(request: Request, allowed: frozenset[str]) -> list[Reason]:
    if request.recipient_kind in allowed:
        return []
    return [reason("recipient_not_in_pack", [request.recipient_kind], names="recipient_kind")]


def _agreement(request: Request, agreement: Agreement | None) -> list[Reason]:
    """Everything the agreement does not give: missing, other parties, out of force, purpose, fields, message."""
    if agreement is None:
        return [reason("agreement_missing")]
    found = []
    if not agreement.between(request.sender, request.recipient):
        found.append(reason("agreement_other_parties"))
    if not agreement.in_force(request.on):
        found.append(reason("agreement_not_in_force"))
    if request.purpose not in agreement.purposes:
        found.append(reason("agreement_purpose", [request.purpose], names="sharing_purpose"))
    elif request.fields - agreement.purposes[request.purpose]:
        found.append(reason("agreement_fields", request.fields - agreement.purposes[request.purpose]))
    message = code_list("sharing_purpose").codes[request.purpose].properties.get("message")
    if message is not None and message not in agreement.message_types:
        found.append(reason("agreement_message", [message], names="message_type"))
    return found


def _recipient_rules(request: Request, terms: Terms) -> list[Reason]:
    """The recipient's own rules: in force, and its notice names the purpose too."""
    pack = terms.recipient_pack
    if pack is None:
        return [reason("recipient_pack_missing")]
    found = []
    if not pack.in_force(request.on):
        found.append(reason("pack_not_in_force", [pack.stamp]))
    if request.purpose not in pack.purposes:
        found.append(reason("purpose_not_in_notice", [request.purpose], names="sharing_purpose"))
    return found


def _trafficker_codes() -> frozenset[str]:
    return frozenset(code_list("shareable_field").where(category="trafficker"))


def _trafficker_fields(request: Request, terms: Terms, *, partner: bool, allowed: tuple[str, ...]) -> list[Reason]:
    """Identifiers of potential traffickers: only where the rules of both sides say so, never a protected contact."""
    asked = request.fields & _trafficker_codes()
    if not asked:
        return []
    packs = [terms.sender_pack] + ([terms.recipient_pack] if partner and terms.recipient_pack is not None else [])
    found = []
    if any(pack.trafficker_identifiers.get(request.origin) not in allowed for pack in packs):
        found.append(reason("trafficker_rules", asked))
    if request.protected_contact is not False:  # None: nobody checked
        found.append(reason("protected_contact"))
    return found


def _not_covered(request: Request, covers: Sequence[Cover]) -> list[Reason]:
    """Why some field is covered by no release; releases meant for this request explain first."""
    if not covers:
        return [reason("release_missing")]
    missing = request.fields - frozenset().union(*(each.fields for each in covers))
    if not missing:
        return []
    meant = [each for each in covers if each.meant_for_this]
    found = [why for each in (meant or covers) for why in each.reasons]
    if any(not each.reasons or each.fields for each in meant):
        # Some release holds: what it leaves out is what she did not allow.
        told = {code for why in found if why.code == "how_sensitive" for code in why.about}
        if missing - told:
            found.append(reason("release_fields", missing - told))
    return list(merged(found)) or [reason("release_fields", missing)]


def _until(request: Request, used: Sequence[Cover]) -> date | None:
    """The last day on which every field asked for is still covered."""
    days = [max(each.until for each in used if field in each.fields) for field in request.fields if _any(field, used)]
    return min(days) if days else None


def _any(field: str, used: Sequence[Cover]) -> bool:
    return any(field in each.fields for each in used)


def _with(obligations: tuple[str, ...], used: Sequence[Cover]) -> tuple[str, ...]:
    more = sorted(frozenset().union(*(each.then for each in used)) - set(obligations))
    return (*obligations, *more)


def _second_person(request: Request) -> list[Reason]:
    found = []
    if not request.by:
        found.append(reason("asker_missing"))
    if not request.alerted:
        found.append(reason("second_person_missing"))
    elif request.alerted == request.by:
        found.append(reason("second_person_same"))
    return found
