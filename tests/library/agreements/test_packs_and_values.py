# SPDX-License-Identifier: Apache-2.0
"""Packs, agreements and releases as data: known codes, a source for every rule, nothing unknown taken."""

import json
import re
from dataclasses import fields, replace
from importlib.resources import files
from itertools import combinations

import pytest
import yaml
from tests.library.agreements.terms import AGREEMENT, DANGER, RELEASE, decide

from tejido.agreements import Agreement, Release, canonical_bytes, policy_pack, policy_packs
from tejido.agreements.decision import reason
from tejido.vocabulary import BadInput, code_list

FLAGS = {field.name for field in fields(Release) if field.type == "bool"}
NAMES = policy_packs()


def raw(name):
    return yaml.safe_load((files("tejido.agreements") / "packs" / f"{name}.yaml").read_text(encoding="utf-8"))


def test_both_packs_are_shipped():
    assert NAMES == ["mx", "us"]


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_speaks_only_of_known_codes(name):
    pack = policy_pack(name)
    assert set(pack.how) <= set(code_list("release_how"))
    assert all(rule.needs <= FLAGS and rule.excepted <= set(code_list("shareable_field")) for rule in pack.how.values())
    assert all(rule.then <= set(code_list("sharing_obligation")) for rule in pack.how.values())
    assert set(pack.obligations) <= set(code_list("sharing_obligation"))
    assert pack.recipients <= set(code_list("recipient_kind"))
    assert pack.purposes <= set(code_list("sharing_purpose"))
    assert set(pack.trafficker_identifiers) <= set(code_list("information_origin"))
    assert set(pack.trafficker_identifiers.values()) <= {"by_release", "by_agreement", "never"}
    assert {duty.basis for duty in pack.duties} <= set(pack.bases)
    for basis in pack.bases.values():
        assert basis.lane in {"danger", "mandatory_report"}
        assert basis.fields < set(code_list("shareable_field"))
        assert basis.recipients <= set(code_list("recipient_kind"))
        # Her own account is never part of the least that is needed.
        assert not basis.fields & {"own_words", "health", "relatives", "immigration_status"}


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_a_source_and_the_pack_says_what_it_is(name):
    pack = policy_pack(name)
    assert len(pack.sources) == len(pack.regimes) + len(pack.bases) + 5
    assert all(len(source) > 10 for source in pack.sources.values())
    assert "not legal advice" in pack.status["en"]
    assert "no es asesoría jurídica" in pack.status["es"]
    assert pack.valid_from < pack.review_by
    assert pack.minimum_cell == 11


@pytest.mark.parametrize("name", NAMES)
def test_more_law_never_allows_more(name):
    regimes = list(raw(name)["regimes"])
    for size in range(1, len(regimes)):
        for some in combinations(regimes, size):
            fewer = policy_pack(name, regimes=some)
            for another in set(regimes) - set(some):
                more = policy_pack(name, regimes=[*some, another])
                assert set(more.how) <= set(fewer.how)
                for how, rule in more.how.items():
                    assert rule.needs >= fewer.how[how].needs
                    assert rule.excepted >= fewer.how[how].excepted
                    assert fewer.how[how].sensitive or not rule.sensitive


def test_every_law_binds_unless_said_otherwise():
    assert set(policy_pack("us").how) == {"signed"}
    assert set(policy_pack("us", regimes=["hhs_otip"]).how) == {"signed", "texted", "spoken"}
    assert policy_pack("mx").how["spoken"].needs == {"exact_words", "authenticated"}


@pytest.mark.parametrize(("name", "regimes"), [("fr", None), ("../us", None), ("us", []), ("us", ["lfpdppp"])])
def test_a_pack_or_law_that_is_not_known_is_refused(name, regimes):
    with pytest.raises(BadInput):
        policy_pack(name, regimes=regimes)


def test_every_reason_in_the_code_has_words_and_every_sentence_is_used():
    folder = files("tejido.agreements")
    source = "".join((folder / entry.name).read_text() for entry in folder.iterdir() if entry.name.endswith(".py"))
    sentences = yaml.safe_load((folder / "reasons.yaml").read_text())["reasons"]
    used = set(re.findall(r'(?:reason\(|": |\(|ground=|Finding\([^"]*|if [^"]* else )"([a-z_0-9]+)"', source))
    assert set(sentences) <= used | {"released", "danger", "law_requires"}
    called = set(re.findall(r'\breason\("([a-z_0-9]+)"', source))
    assert called
    assert called <= set(sentences)
    for code, words in sentences.items():
        assert words["en"] != words["es"]
        assert ("{about}" in words["en"]) == ("{about}" in words["es"])
        assert reason(code, ["x"]).words["en"]


# Agreements


def test_an_agreement_round_trips_through_json_with_the_same_digest():
    again = Agreement.from_mapping(json.loads(json.dumps(AGREEMENT.as_mapping())))
    assert again == AGREEMENT
    assert again.digest() == AGREEMENT.digest()


def test_a_digest_does_not_hang_on_order_and_does_on_content():
    other_way = replace(AGREEMENT, parties=("us", "mx"), purposes=dict(reversed(list(AGREEMENT.purposes.items()))))
    assert other_way.digest() == AGREEMENT.digest()
    assert replace(AGREEMENT, version=2).digest() != AGREEMENT.digest()
    narrower = replace(AGREEMENT, purposes={**AGREEMENT.purposes, "outcome": frozenset()})
    assert narrower.digest() != AGREEMENT.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"parties": ["mx"]},
        {"parties": ["mx", "mx"]},
        {"parties": "mx"},
        {"valid_to": "2020-01-01"},
        {"valid_to": "soon"},
        {"purposes": {"gossip": []}},
        {"purposes": {"hand_over": ["shoe_size"]}},
        {"purposes": ["hand_over"]},
        {"message_types": ["letter"]},
        {"title": {"en": "Only one language"}},
        {"tables": "contacts"},
        {"version": 0},
        {"version": True},
        {"id": ""},
        {"schema": "tejido.agreement/9"},
        {"surprise": 1},
    ],
)
def test_an_agreement_with_anything_unknown_is_refused_and_says_where(change):
    with pytest.raises(BadInput) as caught:
        Agreement.from_mapping({**AGREEMENT.as_mapping(), **change}, where="file.yaml")
    assert caught.value.where.startswith("file.yaml")
    assert caught.value.words["en"]
    assert caught.value.words["es"]


def test_an_agreement_without_a_key_is_refused():
    for key in set(AGREEMENT.as_mapping()) - {"schema"}:
        short = {name: value for name, value in AGREEMENT.as_mapping().items() if name != key}
        with pytest.raises(BadInput):
            Agreement.from_mapping(short)
    with pytest.raises(BadInput):
        Agreement.from_mapping(None)


# Releases


def test_a_release_round_trips_through_json():
    for release in (RELEASE, replace(RELEASE, revoked_on=RELEASE.given_on, minor=None)):
        assert Release.from_mapping(json.loads(json.dumps(release.as_mapping()))) == release


@pytest.mark.parametrize(
    "change", [{"fields": ["shoe_size"]}, {"given_on": "yesterday"}, {"exact_words": "yes"}, {"minor": 1}, {"extra": 1}]
)
def test_a_release_with_anything_unknown_is_refused(change):
    with pytest.raises(BadInput):
        Release.from_mapping({**RELEASE.as_mapping(), **change})


def test_a_decision_is_kept_as_codes_without_content():
    kept = decide(DANGER).as_mapping()
    assert json.loads(json.dumps(kept)) == kept
    assert kept["ground"] == "danger"
    assert "ana" not in json.dumps(kept)


def test_canonical_bytes_are_the_same_for_the_same_value_and_refuse_what_json_cannot_hold():
    assert canonical_bytes({"b": 1, "a": "ñ"}) == '{"a":"ñ","b":1}'.encode()
    for odd in (float("nan"), object(), {1, 2}):
        with pytest.raises((ValueError, TypeError)):
            canonical_bytes(odd)


def test_the_lists_agree_with_each_other():
    purposes = code_list("sharing_purpose").codes.values()
    assert all(set(entry.properties["lanes"]) <= set(code_list("release_lane")) for entry in purposes)
    messages = {entry.properties.get("message") for entry in purposes} - {None}
    assert messages <= set(code_list("message_type"))
