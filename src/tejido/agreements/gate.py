# SPDX-License-Identifier: Apache-2.0
"""May this leave? One function decides every release, and stays shut when something is missing or not understood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tejido.agreements.agreement import Agreement
from tejido.agreements.consent import merged
from tejido.agreements.decision import Decision, Reason, obligation, reason
from tejido.agreements.lanes import LANES, Finding, Terms
from tejido.agreements.pack import Pack
from tejido.agreements.release import Release
from tejido.agreements.request import Request
from tejido.vocabulary import code_list


def may_leave(
    request: Request,
    *,
    agreement: Agreement | None,
    releases: Sequence[Release],
    sender_pack: Pack,
    recipient_pack: Pack | None,
) -> Decision:
    """Decide one request. All of it may leave or nothing: `Decision.fields` is the request's fields, or empty.

    `releases` may hold any releases known, of other people too: those that do not concern the request do not help it.
    Several may together cover the fields. `recipient_pack` is needed where a partner organisation receives.
    Never raises: whatever cannot be understood is refused with a reason.
    """
    stamp = sender_pack.stamp if isinstance(sender_pack, Pack) else ""
    try:
        return _decide(request, Terms(agreement, releases, sender_pack, recipient_pack), stamp)
    except Exception:  # noqa: BLE001 - a gate that stumbles must stay shut, and say so
        return _refusal(request, stamp, [reason("malformed")])


def _decide(request: Request, terms: Terms, stamp: str) -> Decision:
    against = _shape(request) or _codes(request) or _rules(request, terms)
    if against:
        return _refusal(request, stamp, against)
    finding = LANES[request.lane](request, terms)
    if finding.reasons:
        return _refusal(request, stamp, finding.reasons)
    return _permission(request, stamp, finding, terms)


def _shape(request: Request) -> list[Reason]:
    """Is it a request at all: text where text belongs, a plain date, sets of text?"""
    if not isinstance(request, Request):
        return [reason("malformed")]
    needed = (request.sender, request.recipient, request.purpose, request.lane, request.recipient_kind, request.origin)
    # An empty text is no name: two empty names must not match each other.
    optional = (request.case, request.person, request.basis, request.by, request.alerted)
    sets = (request.fields, request.tables)
    flags = (request.protected_contact, request.minor)
    sound = (
        all(isinstance(text, str) and text for text in needed)
        and all(text is None or (isinstance(text, str) and text.strip()) for text in optional)
        and all(isinstance(each, frozenset | set) and all(isinstance(code, str) for code in each) for each in sets)
        and all(flag is None or isinstance(flag, bool) for flag in flags)
        and type(request.on) is date
    )
    return [] if sound else [reason("malformed")]


def _codes(request: Request) -> list[Reason]:
    """Is every code known, and may this lane serve this purpose?"""
    found = []
    if request.lane not in LANES:
        found.append(reason("unknown_lane", [request.lane]))
    if request.recipient_kind not in code_list("recipient_kind"):
        found.append(reason("unknown_recipient_kind", [request.recipient_kind]))
    unknown = {field for field in request.fields if field not in code_list("shareable_field")}
    if unknown:
        found.append(reason("unknown_field", unknown))
    if request.purpose not in code_list("sharing_purpose"):
        found.append(reason("unknown_purpose", [request.purpose]))
    elif request.lane not in code_list("sharing_purpose").codes[request.purpose].properties["lanes"]:
        found.append(reason("purpose_not_in_lane", [request.purpose], names="sharing_purpose"))
    if request.sender == request.recipient:
        found.append(reason("same_organisation"))
    return found


def _rules(request: Request, terms: Terms) -> list[Reason]:
    """Are there rules, in force, whose privacy notice names the purpose; and is the rest what it should be?"""
    pack = terms.sender_pack
    if not isinstance(pack, Pack):
        return [reason("pack_missing")]
    if not isinstance(terms.agreement, Agreement | None) or not isinstance(terms.recipient_pack, Pack | None):
        return [reason("malformed")]
    found = []
    if not pack.in_force(request.on):
        found.append(reason("pack_not_in_force", [pack.stamp]))
    if request.purpose not in pack.purposes:
        found.append(reason("purpose_not_in_notice", [request.purpose], names="sharing_purpose"))
    return found


def _refusal(request: object, stamp: str, reasons: Sequence[Reason]) -> Decision:
    lane = getattr(request, "lane", "")
    return Decision(
        allowed=False,
        lane=str(lane) if isinstance(lane, str) else "",
        fields=frozenset(),
        tables=frozenset(),
        reasons=merged(reasons),
        ground=None,
        obligations=(),
        releases=(),
        until=None,
        pack=stamp,
        agreement=None,
    )


def _permission(request: Request, stamp: str, finding: Finding, terms: Terms) -> Decision:
    agreement = terms.agreement if finding.under_agreement else None
    return Decision(
        allowed=True,
        lane=str(request.lane),
        fields=frozenset(request.fields),
        tables=frozenset(request.tables),
        reasons=(),
        ground=reason(finding.ground),
        obligations=tuple(obligation(code) for code in finding.obligations),
        releases=finding.releases,
        until=finding.until,
        pack=stamp,
        agreement=agreement.digest() if agreement is not None else None,
    )
