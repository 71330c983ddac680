# SPDX-License-Identifier: Apache-2.0
"""One hand-over that is allowed, from which every test takes something away. All invented."""

from dataclasses import replace
from datetime import date, timedelta

from tejido.agreements import Agreement, Decision, Release, Request, may_leave, policy_pack

TODAY = date(2026, 11, 22)
FIELDS = frozenset({"person_name", "safe_contact", "own_words", "exploitation", "coworkers", "trafficker_phone"})
MX, US = policy_pack("mx"), policy_pack("us")
US_LINE = policy_pack("us", regimes=["hhs_otip"])

AGREEMENT = Agreement.from_mapping(
    {
        "id": "mx-us-2026",
        "title": {"en": "Hand-overs and joint counting", "es": "Traspasos y conteo conjunto"},
        "parties": ["mx", "us"],
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        "purposes": {
            "hand_over": sorted(FIELDS | {"needs", "health"}),
            "outcome": ["service_outcome"],
            "statistics": [],
            "matching": ["trafficker_phone", "trafficker_name"],
        },
        "message_types": ["handover", "handover_answer", "handover_outcome", "tabulation"],
        "tables": ["contacts", "victims/gender"],
        "version": 1,
    }
)

RELEASE = Release(
    id="r1",
    case="case-1",
    person="ana",
    recipient="us",
    purpose="hand_over",
    fields=FIELDS,
    given_on=TODAY - timedelta(days=2),
    starts_on=TODAY - timedelta(days=2),
    expires_on=TODAY + timedelta(days=28),
    how="spoken",
    language="es",
    person_language="es",
    notice_version=MX.notice_version,
    exact_words=True,
    authenticated=True,
    minor=False,
)

HAND_OVER = Request(
    sender="mx",
    recipient="us",
    purpose="hand_over",
    on=TODAY,
    lane="release",
    fields=FIELDS,
    case="case-1",
    person="ana",
    protected_contact=False,
)
DANGER = replace(
    HAND_OVER,
    lane="danger",
    purpose="safety",
    fields=frozenset({"person_name", "whereabouts"}),
    basis="imminent_harm",
    by="advocate-1",
    alerted="supervisor-1",
)
REPORT = replace(
    DANGER,
    lane="mandatory_report",
    purpose="mandatory_report",
    recipient="procuraduria",
    recipient_kind="child_protection",
    basis="under_18_notice",
    minor=True,
)
HERSELF = Request(
    sender="mx", recipient="casa-luz", recipient_kind="service", purpose="referral", on=TODAY, lane="self"
)
TOTALS = Request(
    sender="mx",
    recipient="us",
    purpose="statistics",
    on=TODAY,
    lane="aggregate",
    tables=frozenset({"contacts", "victims/gender"}),
)
TIP = Request(
    sender="mx",
    recipient="us",
    purpose="matching",
    on=TODAY,
    lane="tip",
    fields=frozenset({"trafficker_phone"}),
    origin="tip",
    protected_contact=False,
)


def decide(request=HAND_OVER, *, agreement=AGREEMENT, releases=(RELEASE,), sender_pack=MX, recipient_pack=US):
    """The gate's answer under the terms above, or others."""
    return may_leave(
        request, agreement=agreement, releases=releases, sender_pack=sender_pack, recipient_pack=recipient_pack
    )


def codes(decision: Decision) -> set[str]:
    """The codes of the reasons."""
    return {reason.code for reason in decision.reasons}
