# SPDX-License-Identifier: Apache-2.0
"""Less consent never allows more; nothing odd opens the gate; no refusal is mute."""

from dataclasses import fields as attributes
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.agreements.terms import (
    AGREEMENT,
    DANGER,
    FIELDS,
    HAND_OVER,
    HERSELF,
    MX,
    RELEASE,
    REPORT,
    TIP,
    TODAY,
    TOTALS,
    US,
    US_LINE,
)

from tejido.agreements import Agreement, Release, Request, may_leave, policy_pack
from tejido.vocabulary import code_list

PACKS = (MX, US, US_LINE)
ALL_FIELDS = sorted(code_list("shareable_field"))
DAYS = st.integers(-250, 250).map(lambda days: TODAY + timedelta(days=days))
# Mostly the few fields of the hand-over, so that a good part of what is drawn is allowed.
FIELD_SETS = st.one_of(
    st.just(FIELDS),
    st.just(FIELDS),
    st.frozensets(st.sampled_from(sorted(FIELDS))),
    st.frozensets(st.sampled_from(ALL_FIELDS)),
)


def seldom(usual, strategy):
    """Mostly the usual value, now and then another: one wrong thing at a time finds more than all wrong."""
    return st.integers(0, 24).flatmap(lambda draw: strategy if draw == 17 else st.just(usual))


RELEASES = st.builds(
    Release,
    id=st.sampled_from(["r1", "r2"]),
    case=seldom("case-1", st.just("case-2")),
    person=seldom("ana", st.just("berta")),
    recipient=seldom("us", st.just("mx")),
    purpose=seldom("hand_over", st.sampled_from(sorted(code_list("sharing_purpose")))),
    fields=FIELD_SETS,
    given_on=seldom(RELEASE.given_on, DAYS),
    starts_on=seldom(RELEASE.starts_on, DAYS),
    expires_on=seldom(RELEASE.expires_on, DAYS),
    revoked_on=seldom(None, DAYS),
    how=st.sampled_from(["signed", "signed", "spoken", "texted", "sung"]),
    language=st.just("es"),
    person_language=seldom("es", st.just("mix")),
    notice_version=seldom(MX.notice_version, st.just("old")),
    exact_words=seldom(True, st.just(False)),
    authenticated=seldom(True, st.just(False)),
    interpreter=st.booleans(),
    minor=seldom(False, st.sampled_from([True, None])),
    guardian_consented=st.booleans(),
    guardian_is_suspected=st.booleans(),
    may_consent_alone=st.booleans(),
)
REQUESTS = st.sampled_from([HAND_OVER, HAND_OVER, HAND_OVER, DANGER, REPORT, HERSELF, TOTALS, TIP]).flatmap(
    lambda asked: st.builds(
        replace,
        st.just(asked),
        fields=FIELD_SETS if asked is HAND_OVER else seldom(asked.fields, FIELD_SETS),
        on=seldom(TODAY, DAYS),
        recipient_kind=seldom(asked.recipient_kind, st.sampled_from(sorted(code_list("recipient_kind")))),
        origin=seldom(asked.origin, st.sampled_from(["survivor", "tip", "unknown"])),
        protected_contact=seldom(asked.protected_contact, st.sampled_from([True, False, None])),
    )
)
AGREEMENTS = st.builds(
    replace,
    st.just(AGREEMENT),
    valid_from=seldom(AGREEMENT.valid_from, DAYS),
    valid_to=seldom(AGREEMENT.valid_to, DAYS),
    purposes=seldom(AGREEMENT.purposes, st.dictionaries(st.sampled_from(sorted(AGREEMENT.purposes)), FIELD_SETS)),
    tables=seldom(AGREEMENT.tables, st.frozensets(st.sampled_from(sorted(AGREEMENT.tables)))),
)
TERMS = st.fixed_dictionaries(
    {
        "agreement": seldom(AGREEMENT, st.one_of(st.none(), AGREEMENTS)),
        "releases": st.lists(st.one_of(RELEASES, st.just(replace(RELEASE, how="signed"))), max_size=3),
        "sender_pack": st.sampled_from(PACKS),
        "recipient_pack": st.sampled_from((US, MX)),
    }
)


@st.composite
def with_less(draw):
    """A request and its terms, and the same with less consent."""
    request, terms = draw(REQUESTS), draw(TERMS)
    less = dict(terms)
    which = draw(st.sampled_from(["release", "agreement", "rules", "people"]))
    if which == "release" and terms["releases"]:
        less["releases"] = draw(_fewer(terms["releases"]))
    elif which == "agreement" and terms["agreement"] is not None:
        less["agreement"] = draw(_narrower(terms["agreement"]))
    elif which == "rules" and terms["sender_pack"] is US_LINE:
        less["sender_pack"] = US
    elif which == "people":
        return request, terms, replace(request, **draw(st.sampled_from(FEWER_PEOPLE))), less
    return request, terms, request, less


FEWER_PEOPLE = [{"alerted": None}, {"by": None}, {"basis": None}, {"minor": None}, {"protected_contact": True},
                {"protected_contact": None}]  # fmt: skip


@st.composite
def _fewer(draw, releases):
    """One release gone, or one made weaker."""
    at = draw(st.integers(0, len(releases) - 1))
    release = releases[at]
    rest = [*releases[:at], *releases[at + 1 :]]
    earlier = timedelta(days=draw(st.integers(1, 300)))
    weaker = draw(
        st.sampled_from(
            [
                None,
                {"fields": release.fields - {draw(st.sampled_from(ALL_FIELDS))}},
                {"fields": frozenset()},
                {"expires_on": release.expires_on - earlier},
                {"starts_on": release.starts_on + earlier},
                {"revoked_on": draw(DAYS)},
                {"exact_words": False},
                {"authenticated": False},
                {"interpreter": False},
                {"guardian_consented": False},
                {"guardian_is_suspected": True},
                {"may_consent_alone": False},
                {"minor": None} if release.minor is False else {"guardian_consented": False},
                {"minor": True} if release.minor is False else {"guardian_consented": False},
                {"notice_version": ""},
                {"how": "sung"},
            ]
        )
    )
    return rest if weaker is None else [*rest, replace(release, **weaker)]


@st.composite
def _narrower(draw, agreement):
    purposes = dict(agreement.purposes)
    if purposes:
        purpose = draw(st.sampled_from(sorted(purposes)))
        purposes[purpose] = purposes[purpose] - {draw(st.sampled_from(ALL_FIELDS))}
    fewer = {purpose: found for purpose, found in purposes.items() if draw(st.booleans())}
    shorter = timedelta(days=draw(st.integers(1, 800)))
    return draw(
        st.sampled_from(
            [
                None,
                replace(agreement, purposes=purposes),
                replace(agreement, purposes=fewer),
                replace(agreement, message_types=frozenset()),
                replace(agreement, tables=agreement.tables - {"contacts"}),
                replace(agreement, valid_to=agreement.valid_to - shorter),
                replace(agreement, valid_from=agreement.valid_from + shorter),
            ]
        )
    )


@given(with_less())
@settings(max_examples=200, deadline=None)
def test_less_consent_never_allows_more(drawn):
    request, terms, request_less, terms_less = drawn
    before, after = may_leave(request, **terms), may_leave(request_less, **terms_less)
    assert before.allowed or not after.allowed
    assert after.fields <= before.fields
    assert after.tables <= before.tables
    if after.allowed and before.until is not None:
        assert after.until is not None
        assert after.until <= before.until


@given(REQUESTS, TERMS)
@settings(max_examples=200, deadline=None)
def test_an_answer_is_whole_and_says_why(request, terms):
    decision = may_leave(request, **terms)
    assert decision.allowed == (not decision.reasons) == (decision.ground is not None)
    if decision.allowed:
        assert (decision.fields, decision.tables) == (request.fields, request.tables)
    else:
        assert (decision.fields, decision.tables, decision.obligations) == (frozenset(), frozenset(), ())
        assert decision.until is None
    for language in ("en", "es"):
        assert all(line.strip() and "{" not in line for line in decision.lines(language))
        assert len(decision.lines(language)) >= 1


@given(REQUESTS.filter(lambda request: request.lane == "release"), TERMS)
@settings(max_examples=200, deadline=None)
def test_every_field_that_leaves_was_allowed_by_her(request, terms):
    """Said again in other words than the gate's: no field leaves that some living release of hers does not name."""
    decision = may_leave(request, **terms)
    for field in decision.fields:
        assert any(
            release.id in decision.releases
            and field in release.fields
            and (release.case, release.person) == (request.case, request.person)
            and (release.recipient, release.purpose) == (request.recipient, request.purpose)
            and release.given_on <= request.on <= release.expires_on
            and release.starts_on <= request.on
            and release.revoked_on is None
            and (release.how == "signed" or (release.exact_words and release.authenticated))
            for release in terms["releases"]
        )
        assert field in terms["agreement"].purposes[request.purpose]
    if decision.allowed:
        assert decision.until >= request.on


@given(REQUESTS.filter(lambda request: request.lane == "release"), TERMS, st.integers(1, 400))
@settings(max_examples=200, deadline=None)
def test_what_may_leave_today_may_not_the_day_after_it_ends(request, terms, days):
    """`until` is the truth: on every later day the same question under the same terms is refused."""
    decision = may_leave(request, **terms)
    if decision.allowed:
        later = replace(request, on=decision.until + timedelta(days=days))
        assert not may_leave(later, **terms).allowed


@given(REQUESTS, TERMS, st.data())
@settings(max_examples=200, deadline=None)
def test_asking_for_less_is_never_refused_for_it(request, terms, data):
    """Whoever narrows a hand-over to the least that is needed is not punished: fewer facts need no more consent."""
    decision = may_leave(request, **terms)
    if decision.allowed and request.fields:
        fewer = data.draw(st.frozensets(st.sampled_from(sorted(request.fields)), min_size=1))
        less = may_leave(replace(request, fields=fewer), **terms)
        assert less.allowed
        assert less.fields == fewer


@given(REQUESTS, TERMS)
@settings(max_examples=200, deadline=None)
def test_lanes_do_not_lend_each_other_grounds(request, terms):
    """A release does not widen what danger or the law lets go, and danger names no ground for a hand-over."""
    without = may_leave(request, **(terms | {"releases": []}))
    if request.lane == "release":
        assert not without.allowed
        for lane in ("danger", "mandatory_report", "self", "tip", "aggregate"):
            # Her name, her words: asked for on another ground than hers, they stay.
            asked = replace(request, lane=lane, basis="imminent_harm", by="one", alerted="two", minor=True)
            assert not may_leave(asked, **terms).allowed
    else:
        assert may_leave(request, **terms).allowed == without.allowed


UNKNOWN = st.text(min_size=1, max_size=12).filter(
    lambda code: (
        not any(
            code in code_list(name)
            for name in ("shareable_field", "sharing_purpose", "release_lane", "recipient_kind", "information_origin")
        )
    )
)


@given(
    st.sampled_from([HAND_OVER, DANGER, REPORT, HERSELF, TOTALS, TIP]),
    st.sampled_from(["lane", "purpose", "recipient_kind", "basis", "fields", "tables", "recipient"]),
    UNKNOWN,
)
@settings(max_examples=200, deadline=None)
def test_what_the_lists_do_not_know_opens_nothing(request, name, code):
    """An unknown lane, purpose, kind, basis, fact or table is refused wherever the lane reads it."""
    value = getattr(request, name) | {code} if name in ("fields", "tables") else code
    if (name == "basis" and request.lane not in ("danger", "mandatory_report")) or (
        name == "tables" and request.lane not in ("aggregate", "self")
    ):
        return  # this lane neither reads it nor lets it out
    decision = may_leave(
        replace(request, **{name: value}), agreement=AGREEMENT, releases=[RELEASE], sender_pack=MX, recipient_pack=US
    )
    if name == "recipient" and request.lane in ("danger", "mandatory_report", "self"):
        assert decision.fields <= request.fields  # no agreement names these recipients
    else:
        assert not decision.allowed


@given(st.sampled_from(PACKS), st.sampled_from(["danger", "mandatory_report"]), st.data())
@settings(max_examples=150, deadline=None)
def test_a_ground_of_law_lets_go_its_own_facts_to_its_own_addressees_and_no_more(pack, lane, data):
    basis = data.draw(st.sampled_from([one for one in pack.bases.values() if one.lane == lane]))
    fields = data.draw(st.frozensets(st.sampled_from(ALL_FIELDS), min_size=1))
    kind = data.draw(st.sampled_from(sorted(code_list("recipient_kind"))))
    minor = data.draw(st.sampled_from([True, False, None]))
    asked = replace(
        DANGER if lane == "danger" else REPORT, fields=fields, recipient_kind=kind, basis=basis.code, minor=minor
    )
    decision = may_leave(asked, agreement=None, releases=[], sender_pack=pack, recipient_pack=None)
    allowed = fields <= basis.fields and kind in basis.recipients and (minor is True or not basis.under_18)
    assert decision.allowed == allowed
    if allowed:
        assert {"alert_second_person", "tell_survivor_when_safe"} <= {each.code for each in decision.obligations}


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.just(datetime(2026, 11, 22)),
    st.just(date.max),
    st.just(date.min),
    st.lists(st.text(max_size=3), max_size=2),
    st.just({"person_name": 1}),
    st.frozensets(st.integers(), max_size=2),
    st.just(object()),
)


@given(
    st.sampled_from([HAND_OVER, DANGER, REPORT, HERSELF, TOTALS, TIP]),
    st.sampled_from([attribute.name for attribute in attributes(Request)]),
    ODD,
)
@settings(max_examples=150, deadline=None)
def test_an_odd_request_never_raises(request, name, value):
    decision = may_leave(
        replace(request, **{name: value}),
        agreement=AGREEMENT,
        releases=[RELEASE],
        sender_pack=MX,
        recipient_pack=US,
    )
    assert decision.allowed or decision.reasons
    if not isinstance(value, str | frozenset | bool | date) and value is not None:
        assert not decision.allowed


@given(st.sampled_from([attribute.name for attribute in attributes(Release)]), ODD)
@settings(max_examples=150, deadline=None)
def test_an_odd_release_never_raises_and_never_helps(name, value):
    odd = replace(RELEASE, **{name: value})
    decision = may_leave(HAND_OVER, agreement=AGREEMENT, releases=[odd], sender_pack=MX, recipient_pack=US)
    assert decision.allowed or decision.reasons
    assert decision.fields <= FIELDS
    alone = may_leave(HAND_OVER, agreement=AGREEMENT, releases=[odd, RELEASE], sender_pack=MX, recipient_pack=US)
    assert alone.allowed


@given(st.sampled_from([attribute.name for attribute in attributes(Agreement)]), ODD)
@settings(max_examples=100, deadline=None)
def test_an_odd_agreement_never_raises(name, value):
    odd = replace(AGREEMENT, **{name: value})
    decision = may_leave(HAND_OVER, agreement=odd, releases=[RELEASE], sender_pack=MX, recipient_pack=US)
    assert decision.allowed or decision.reasons


def test_the_draws_reach_both_answers():
    """The properties above would hold of a gate that is always shut; this one is not."""
    assert may_leave(HAND_OVER, agreement=AGREEMENT, releases=[RELEASE], sender_pack=MX, recipient_pack=US).allowed
    assert policy_pack("us", regimes=["hhs_otip"]) == US_LINE
