# SPDX-License-Identifier: Apache-2.0
"""A crosswalk maps every code or says why it cannot, and never to a code that is not there."""

from __future__ import annotations

import pytest

from tejido.vocabulary import UnknownCode, UnknownCrosswalk, Unmappable, code_list, crosswalk, crosswalks


@pytest.mark.parametrize("name", crosswalks())
def test_every_code_is_mapped_or_declared_unmappable(name: str) -> None:
    walk = crosswalk(name)
    assert walk.mappings
    assert set(walk.label) == {"en", "es"}
    assert walk.source
    assert walk.version
    assert walk.licence
    pairs = [(mapping.from_list, mapping.to_list) for mapping in walk.mappings]
    assert len(pairs) == len(set(pairs))
    for mapping in walk.mappings:
        source, target = code_list(mapping.from_list), code_list(mapping.to_list)
        assert set(mapping.codes) | set(mapping.unmappable) == set(source)
        assert not set(mapping.codes) & set(mapping.unmappable)
        for codes in mapping.codes.values():
            assert codes
            assert set(codes) <= set(target)
        for reason in mapping.unmappable.values():
            assert reason["en"].strip()
            assert reason["es"].strip()
            assert reason["en"] != reason["es"]


def test_the_three_crosswalks_are_shipped() -> None:
    assert crosswalks() == ["htcds_ctdc2018", "htcds_ctdc2024", "tejido_htcds"]
    with pytest.raises(UnknownCrosswalk):
        crosswalk("nothing")


def test_what_cannot_be_said_is_said_so() -> None:
    means = crosswalk("htcds_ctdc2018").between("htcds_methods_of_control", "ctdc2018_means_of_control")
    assert means.translate("ThreatsLawEnforcement") == ("ThreatOfLawEnforcement",)
    back = crosswalk("htcds_ctdc2018").between("ctdc2018_means_of_control", "htcds_methods_of_control")
    with pytest.raises(Unmappable) as caught:
        back.translate("RestrictsMovement")
    assert set(caught.value.reason) == {"en", "es"}
    with pytest.raises(UnknownCode):
        back.translate("nothing")
    with pytest.raises(UnknownCrosswalk):
        crosswalk("htcds_ctdc2018").between("gender", "ctdc2018_gender")


def test_the_merger_of_2024_is_the_published_one() -> None:
    means = crosswalk("htcds_ctdc2024").between("htcds_methods_of_control", "ctdc2024_means_of_control")
    merged = {code: means.translate(code) for code in ("DebtBondage", "TakesEarnings", "PhysicalAbuse", "SexualAbuse")}
    assert merged["DebtBondage"] == merged["TakesEarnings"] == ("meansDebtBondageEarnings",)
    assert merged["PhysicalAbuse"] == merged["SexualAbuse"] == ("meansAbusePsyPhySex",)
    back = crosswalk("htcds_ctdc2024").between("ctdc2024_means_of_control", "htcds_methods_of_control")
    assert set(back.unmappable) >= {"meansDebtBondageEarnings", "meansThreats", "meansAbusePsyPhySex"}


def test_our_htcds_property_and_the_crosswalk_agree() -> None:
    for own, htcds in (("case_status", "htcds_case_status"), ("means_of_control", "htcds_methods_of_control")):
        mapping = crosswalk("tejido_htcds").between(own, htcds)
        for code, entry in code_list(own).codes.items():
            if "htcds" in entry.properties:
                assert mapping.translate(code) == (entry.properties["htcds"],)
            else:
                assert code in mapping.unmappable
