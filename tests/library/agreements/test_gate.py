# SPDX-License-Identifier: Apache-2.0
"""What may leave and what may not, case by case."""

from dataclasses import replace
from datetime import timedelta

import pytest
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
    codes,
    decide,
)

from tejido.agreements import Lane, may_leave, release_problems
from tejido.vocabulary import code_list

DAY = timedelta(days=1)


def test_what_she_allowed_may_leave_and_nothing_more():
    decision = decide()
    assert decision.allowed
    assert decision.fields == FIELDS
    assert decision.reasons == ()
    assert decision.ground.code == "released"
    assert decision.releases == ("r1",)
    assert decision.until == RELEASE.expires_on
    assert decision.agreement == AGREEMENT.digest()
    assert decision.pack == "mx 2026.1 (lfpdppp, lgpdppso)"
    assert {each.code for each in decision.obligations} == {
        "keep_record",
        "stop_at_expiry",
        "no_onward_sharing",
        "send_privacy_notice",
        "confirm_in_writing",
    }
    less = decide(replace(HAND_OVER, fields=frozenset({"person_name"})))
    assert less.fields == {"person_name"}


def test_without_a_release_nothing_leaves():
    decision = decide(releases=())
    assert not decision.allowed
    assert decision.fields == frozenset()
    assert codes(decision) == {"release_missing"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expires_on": TODAY - DAY}, "release_expired"),
        ({"revoked_on": TODAY}, "release_revoked"),
        ({"revoked_on": TODAY + DAY}, "release_revoked"),
        ({"starts_on": TODAY + DAY}, "release_not_yet"),
        ({"given_on": TODAY + DAY}, "release_given_later"),
        ({"given_on": TODAY - 200 * DAY, "starts_on": TODAY - 200 * DAY}, "release_past_limit"),
        ({"starts_on": TODAY - DAY, "expires_on": TODAY - 3 * DAY}, "release_dates"),
        ({"purpose": "prosecution"}, "release_other_purpose"),
        ({"recipient": "elsewhere"}, "release_other_recipient"),
        ({"case": "case-2"}, "release_other_case"),
        ({"person": "berta"}, "release_other_person"),
        ({"fields": FIELDS - {"own_words"}}, "release_fields"),
        ({"fields": frozenset()}, "release_fields"),
        ({"how": "whispered"}, "how_not_allowed"),
        ({"exact_words": False}, "exact_words_missing"),
        ({"authenticated": False}, "not_authenticated"),
        ({"authenticated": 1}, "not_authenticated"),
        ({"person_language": "mix"}, "not_her_language"),
        ({"person_language": "", "language": ""}, "not_her_language"),
        ({"notice_version": "1999-01"}, "notice_not_given"),
        ({"minor": None}, "age_not_asked"),
        ({"minor": True}, "guardian_missing"),
        ({"minor": True, "guardian_consented": True, "guardian_is_suspected": True}, "guardian_suspected"),
        ({"expires_on": "2027-01-01"}, "release_malformed"),
        ({"fields": "person_name"}, "release_malformed"),
        ({"case": ""}, "release_malformed"),
    ],
)
def test_a_release_that_does_not_hold_is_refused_and_says_why(change, code):
    decision = decide(releases=[replace(RELEASE, **change)])
    assert not decision.allowed
    assert code in codes(decision)


def test_a_release_holds_on_its_first_and_last_day():
    edges = replace(RELEASE, given_on=TODAY, starts_on=TODAY, expires_on=TODAY)
    assert decide(releases=[edges]).allowed
    assert not decide(replace(HAND_OVER, on=TODAY + DAY), releases=[edges]).allowed


def test_an_interpreter_makes_another_language_good():
    assert decide(releases=[replace(RELEASE, person_language="mix", interpreter=True)]).allowed


def test_a_guardian_who_is_not_suspected_may_agree_with_her():
    assert decide(releases=[replace(RELEASE, minor=True, guardian_consented=True)]).allowed


def test_an_under_18_whom_the_law_serves_alone_may_release_alone_in_the_us_and_not_in_mexico():
    alone = replace(RELEASE, minor=True, may_consent_alone=True, how="signed", recipient="mx")
    from_us = replace(HAND_OVER, sender="us", recipient="mx")
    assert decide(from_us, releases=[alone], sender_pack=US, recipient_pack=MX).allowed
    assert "guardian_missing" in codes(decide(releases=[replace(alone, recipient="us")]))


def test_several_releases_cover_together_until_the_first_of_them_ends():
    one = replace(RELEASE, id="one", fields=frozenset({"person_name"}), expires_on=TODAY + DAY)
    rest = replace(RELEASE, id="rest", fields=FIELDS - {"person_name"})
    decision = decide(releases=[one, rest])
    assert decision.allowed
    assert decision.releases == ("one", "rest")
    assert decision.until == TODAY + DAY
    assert codes(decide(releases=[rest])) == {"release_fields"}


def test_releases_of_others_do_not_help_and_do_not_hinder():
    hers, another = RELEASE, replace(RELEASE, id="x", person="berta", fields=FIELDS | {"needs"})
    assert decide(releases=[another, hers]).allowed
    assert not decide(replace(HAND_OVER, fields=frozenset({"needs"})), releases=[another, hers]).allowed


def test_the_reason_names_the_fields_in_words():
    decision = decide(releases=[replace(RELEASE, fields=FIELDS - {"own_words"})])
    (why,) = decision.reasons
    assert why.about == ("own_words",)
    assert "in her own words" in why.words["en"]
    assert "en sus propias palabras" in why.words["es"]


def test_spoken_words_never_carry_health():
    asked = replace(HAND_OVER, fields=frozenset({"person_name", "health"}))
    spoken = replace(RELEASE, fields=FIELDS | {"health"})
    decision = decide(asked, releases=[spoken])
    assert [(why.code, why.about) for why in decision.reasons] == [("how_sensitive", ("health",))]
    assert decide(asked, releases=[replace(spoken, how="signed")]).allowed
    assert decide(asked, releases=[replace(spoken, how="texted")]).allowed


def test_in_the_us_only_a_signature_does_unless_the_funders_say_otherwise():
    request = replace(HAND_OVER, sender="us", recipient="mx")
    spoken = replace(RELEASE, recipient="mx")
    strict = decide(request, releases=[spoken], sender_pack=US, recipient_pack=MX)
    assert codes(strict) == {"how_not_allowed"}
    assert decide(request, releases=[spoken], sender_pack=US_LINE, recipient_pack=MX).allowed
    assert decide(request, releases=[replace(spoken, how="signed")], sender_pack=US, recipient_pack=MX).allowed


def test_the_shorter_limit_of_the_two_sides_holds():
    old = replace(RELEASE, given_on=TODAY - 100 * DAY, starts_on=TODAY - 100 * DAY)
    assert US.maximum_days < 100 < MX.maximum_days
    assert codes(decide(releases=[old])) == {"release_past_limit"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parties": ("mx", "ca")}, "agreement_other_parties"),
        ({"valid_to": TODAY - DAY}, "agreement_not_in_force"),
        ({"valid_from": TODAY + DAY}, "agreement_not_in_force"),
        ({"purposes": {}}, "agreement_purpose"),
        ({"purposes": {"hand_over": FIELDS - {"coworkers"}}}, "agreement_fields"),
        ({"message_types": frozenset({"tabulation"})}, "agreement_message"),
    ],
)
def test_what_the_agreement_does_not_give_does_not_leave(change, code):
    decision = decide(agreement=replace(AGREEMENT, **change))
    assert not decision.allowed
    assert code in codes(decision)


def test_a_partner_needs_an_agreement_and_rules_whatever_it_is_called():
    assert codes(decide(agreement=None)) == {"agreement_missing"}
    assert "recipient_pack_missing" in codes(decide(recipient_pack=None))
    disguised = replace(HAND_OVER, recipient_kind="service")
    assert codes(decide(disguised, agreement=None)) == {"agreement_missing"}


def test_a_service_needs_her_release_and_no_agreement():
    asked = replace(HAND_OVER, recipient="casa-luz", recipient_kind="service", purpose="referral")
    to_service = replace(RELEASE, recipient="casa-luz", purpose="referral")
    decision = decide(asked, agreement=None, releases=[to_service], recipient_pack=None)
    assert decision.allowed
    assert decision.agreement is None
    assert not decide(asked, agreement=None, releases=[], recipient_pack=None).allowed


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lane": "hurry"}, "unknown_lane"),
        ({"purpose": "curiosity"}, "unknown_purpose"),
        ({"fields": FIELDS | {"shoe_size"}}, "unknown_field"),
        ({"recipient_kind": "newspaper"}, "unknown_recipient_kind"),
        ({"recipient_kind": "court"}, "recipient_not_in_pack"),
        ({"purpose": "statistics"}, "purpose_not_in_lane"),
        ({"fields": frozenset()}, "nothing_asked"),
        ({"recipient": "mx"}, "same_organisation"),
        ({"case": None}, "release_other_case"),
        ({"on": TODAY.replace(year=2019)}, "pack_not_in_force"),
        ({"on": "2026-11-22"}, "malformed"),
        ({"fields": "person_name"}, "malformed"),
        ({"fields": None}, "malformed"),
        ({"sender": ""}, "malformed"),
        ({"case": " "}, "malformed"),
        ({"protected_contact": True}, "protected_contact"),
        ({"protected_contact": None}, "protected_contact"),
        ({"origin": "unknown"}, "trafficker_rules"),
    ],
)
def test_an_odd_question_gets_a_no(change, code):
    decision = decide(replace(HAND_OVER, **change))
    assert not decision.allowed
    assert code in codes(decision)


@pytest.mark.parametrize("missing", [None, "mx", object()])
def test_without_rules_the_gate_stays_shut(missing):
    assert codes(decide(sender_pack=missing)) == {"pack_missing"}
    for nonsense in (None, 3, "please"):
        answer = may_leave(nonsense, agreement=nonsense, releases=nonsense, sender_pack=missing, recipient_pack=missing)
        assert not answer.allowed
        assert codes(answer) == {"malformed"}


def test_identifiers_of_traffickers_need_the_rules_of_both_sides():
    never = replace(US, trafficker_identifiers={"survivor": "never", "tip": "never"})
    assert codes(decide(recipient_pack=never)) == {"trafficker_rules"}
    assert codes(decide(TIP, recipient_pack=never)) == {"trafficker_rules"}
    by_release = replace(MX, trafficker_identifiers={"survivor": "by_release", "tip": "by_release"})
    assert decide(sender_pack=by_release).allowed
    assert codes(decide(TIP, sender_pack=by_release)) == {"trafficker_rules"}


# Danger and mandatory reports


def test_danger_leaves_with_the_least_and_a_second_person():
    decision = decide(DANGER, agreement=None, releases=())
    assert decision.allowed
    assert decision.fields == {"person_name", "whereabouts"}
    assert {"alert_second_person", "tell_survivor_when_safe", "keep_record"} <= {e.code for e in decision.obligations}
    assert decision.agreement is None


@pytest.mark.parametrize("request_", [DANGER, REPORT], ids=["danger", "report"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"basis": None}, "basis_missing"),
        ({"basis": "because"}, "basis_unknown"),
        ({"basis": "court_order", "lane": "danger", "purpose": "safety"}, "basis_unknown"),
        ({"fields": frozenset({"person_name", "own_words"})}, "basis_fields"),
        ({"fields": frozenset()}, "nothing_asked"),
        ({"by": None}, "asker_missing"),
        ({"alerted": None}, "second_person_missing"),
        ({"alerted": "advocate-1"}, "second_person_same"),
        ({"recipient_kind": "consulate"}, "recipient_not_in_pack"),
    ],
)
def test_danger_and_reports_need_a_basis_the_least_and_two_people(request_, change, code):
    decision = decide(replace(request_, **change))
    assert not decision.allowed
    assert code in codes(decision)


def test_a_report_about_under_18s_needs_one():
    assert decide(REPORT, releases=(), agreement=None, recipient_pack=None).allowed
    for unsaid in (None, False):
        assert codes(decide(replace(REPORT, minor=unsaid))) == {"basis_under_18"}


def test_a_release_does_not_widen_danger():
    wide = replace(DANGER, fields=DANGER.fields | {"own_words"})
    all_of_it = replace(RELEASE, fields=wide.fields, purpose="safety")
    assert codes(decide(wide, releases=[all_of_it])) == {"basis_fields"}


# Herself, totals, tips


def test_she_is_connected_herself_without_a_release_and_nothing_leaves():
    decision = decide(HERSELF, agreement=None, releases=(), recipient_pack=None)
    assert decision.allowed
    assert decision.fields == frozenset()
    assert codes(decide(replace(HERSELF, fields=frozenset({"person_name"})))) == {"nothing_may_leave"}


def test_totals_leave_only_as_the_agreement_names_them():
    decision = decide(TOTALS, releases=())
    assert decision.allowed
    assert decision.tables == TOTALS.tables
    assert decision.fields == frozenset()
    assert codes(decide(replace(TOTALS, tables=TOTALS.tables | {"victims/state"}))) == {"agreement_tables"}
    assert codes(decide(replace(TOTALS, tables=frozenset()))) == {"nothing_asked"}


@pytest.mark.parametrize("row", [{"case": "case-1"}, {"person": "ana"}, {"fields": frozenset({"age_band"})}])
def test_a_row_is_no_total(row):
    assert "not_totals" in codes(decide(replace(TOTALS, **row)))


def test_tips_leave_by_agreement_and_never_a_protected_contact():
    assert decide(TIP, releases=()).allowed
    for unsafe in (True, None):
        assert codes(decide(replace(TIP, protected_contact=unsafe))) == {"protected_contact"}
    assert codes(decide(replace(TIP, fields=frozenset({"person_name"})))) >= {"tip_fields"}
    assert "tip_origin" in codes(decide(replace(TIP, origin="survivor")))
    assert codes(decide(TIP, agreement=None)) == {"agreement_missing"}


def test_the_lanes_are_the_codes_of_the_list():
    assert [str(lane) for lane in Lane] == list(code_list("release_lane"))


def test_the_advocate_hears_at_once_what_a_release_lacks():
    assert release_problems(RELEASE, MX, on=TODAY) == ()
    long = replace(RELEASE, expires_on=TODAY + 400 * DAY, authenticated=False, fields=FIELDS | {"health"})
    found = {why.code for why in release_problems(long, MX, on=TODAY)}
    assert found == {"not_authenticated", "how_sensitive", "release_too_long"}
    assert decide(releases=[replace(RELEASE, expires_on=TODAY + 400 * DAY)]).until == RELEASE.given_on + 90 * DAY
