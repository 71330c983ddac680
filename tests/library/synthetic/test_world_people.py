# SPDX-License-Identifier: Apache-2.0
"""Nobody in the world is anyone: every number is out of the ranges kept free. And the truth knows who is who."""

from __future__ import annotations

import filecmp
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from tests.library.synthetic.by_hand import rows

from tejido.synthetic import make_world
from tejido.synthetic.draws import Dice
from tejido.synthetic.identities import Numbers, as_written, plain, true_name
from tejido.synthetic.model import Name, Person

NODES = ("mx", "us")


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("people") / "world"
    make_world(like="2017", seed=6, folder=folder)
    return folder


def all_rows(world: Path, table: str) -> list[dict[str, str]]:
    return [row for node in NODES for row in rows(world, node, table)]


def test_no_telephone_belongs_to_anyone(world: Path) -> None:
    numbers = [row["value"] for row in all_rows(world, "identifiers") if row["kind"] == "phone"]
    numbers += [row["phone"] for row in all_rows(world, "businesses")]
    assert len(numbers) > 800
    us = mx = 0
    for number in numbers:
        digits = re.sub(r"\D", "", number)
        if number.startswith(("+1", "(")):
            us += 1
            assert re.fullmatch(r"1?[2-9]\d\d55501\d\d", digits), number
        else:
            mx += 1
            digits = digits.removeprefix("52") if number.startswith("+") else digits
            assert re.fullmatch(r"(55|56|33|81)0000\d{4}|[2-9]\d\d000\d{4}", digits), number
    assert us > 300
    assert mx > 200


def test_addresses_and_accounts_say_that_they_are_invented(world: Path) -> None:
    found = Counter(row["kind"] for row in all_rows(world, "identifiers"))
    assert all(found[kind] > 10 for kind in ("email", "address", "social_handle", "vehicle_plate"))
    for row in all_rows(world, "identifiers"):
        value = row["value"]
        match row["kind"]:
            case "email":
                assert re.fullmatch(r"[a-z.']+\d+@example\.(com|net|org)", value), value
            case "social_handle":
                assert "_ejemplo" in value
            case "vehicle_plate":
                assert value.startswith("INV-")


def test_names_are_as_the_two_countries_write_them(world: Path) -> None:
    names = all_rows(world, "names")
    full = [row for row in names if row["kind"] == "full"]
    assert sum(bool(row["paternal_surname"] and row["maternal_surname"]) for row in full) > len(full) / 2
    text = " ".join(" ".join((row["given"], row["paternal_surname"], row["maternal_surname"])) for row in names)
    assert "de la Cruz" in text
    assert " del " in text
    assert "í" in text
    assert any(row["kind"] == "nickname" and row["given"] == "Lupe" for row in names)
    assert any(row["given"] == "Chuy" for row in names)
    assert any(row["kind"] == "alias" for row in names)


def test_one_person_is_written_in_several_ways(world: Path) -> None:
    person_of = {row["person_id"]: row["true_person_id"] for row in rows(world, "truth", "persons")}
    written = defaultdict(set)
    for row in all_rows(world, "names"):
        if row["kind"] == "full":
            written[person_of[row["person_id"]]].add((row["given"], row["paternal_surname"], row["maternal_surname"]))
    assert sum(len(forms) > 1 for forms in written.values()) >= 20


def test_truth_ties_the_rows_of_a_handed_over_person(world: Path) -> None:
    by_handover = defaultdict(set)
    for row in rows(world, "truth", "persons"):
        if row["handover_id"]:
            by_handover[row["handover_id"]].add((row["true_person_id"], row["node"]))
    both = [found for found in by_handover.values() if len(found) == 2]
    assert len(both) > 80
    assert all(len({true_id for true_id, _ in found}) == 1 for found in by_handover.values())
    assert {row["person_id"] for row in all_rows(world, "persons")} == {
        row["person_id"] for row in rows(world, "truth", "persons")
    }


def test_rings_reach_across_cases_and_share_telephones(world: Path) -> None:
    rings = rows(world, "truth", "rings")
    assert len(rings) == 24
    cases = rows(world, "truth", "cases")
    of_ring = defaultdict(set)
    for row in cases:
        of_ring[row["ring_id"]].add(row["true_case_id"])
    assert all(len(of_ring[ring["ring_id"]]) >= 3 for ring in rings)
    met = defaultdict(set)
    for row in rows(world, "truth", "persons"):
        if row["ring_id"]:
            met[row["true_person_id"]].add(row["true_case_id"])
    assert sum(len(found) > 1 for found in met.values()) >= 30
    shared = Counter(phone for row in rows(world, "truth", "people") for phone in row["phones"].split(";") if phone)
    assert sum(number > 1 for number in shared.values()) >= 10
    kinds = Counter(row["kind"] for row in all_rows(world, "ties"))
    assert all(kinds[kind] for kind in ("works_for", "controls", "employed_by", "owns", "shares_phone", "relative_of"))


def test_ties_and_places_point_to_rows_that_are_there(world: Path) -> None:
    for node in NODES:
        cases = {row["case_id"] for row in rows(world, node, "cases")}
        ends = {row["person_id"] for row in rows(world, node, "persons")}
        ends |= {row["business_id"] for row in rows(world, node, "businesses")}
        for row in rows(world, node, "ties"):
            assert row["case_id"] in cases
            assert {row["from_id"], row["to_id"]} <= ends


def test_no_survivor_is_tied_to_a_case_as_one_who_works_for_traffickers(world: Path) -> None:
    role = {row["person_id"]: row["role"] for row in all_rows(world, "persons")}
    for row in all_rows(world, "ties"):
        if row["kind"] in ("works_for", "recruits_for", "owns", "controls", "transports"):
            assert role[row["from_id"]] == "potential_trafficker"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_world(world: Path, tmp_path: Path) -> None:
    make_world(like="2017", seed=6, folder=tmp_path / "again")
    make_world(like="2017", seed=7, folder=tmp_path / "other")
    files = sorted(path.relative_to(world) for path in world.rglob("*") if path.is_file())
    assert len(files) > 25
    same, differ, missing = filecmp.cmpfiles(world, tmp_path / "again", map(str, files), shallow=False)
    assert (len(same), differ, missing) == (len(files), [], [])
    assert (tmp_path / "other" / "mx" / "persons.csv").read_bytes() != (world / "mx" / "persons.csv").read_bytes()


def test_numbers_of_one_owner_are_not_given_again_while_the_range_lasts() -> None:
    numbers = Numbers(Dice(1, "test"))
    given = [numbers.phone("MX-CMX") for _ in range(500)]
    assert len(set(given)) == 500


def test_slips_keep_a_name_recognisable() -> None:
    dice = Dice(2, "test")
    name = Name("María Guadalupe", "Hernández", "de la Cruz")
    written = {form for _ in range(400) for kind, form in as_written(name, dice) if kind == "full"}
    assert name in written
    assert Name("María Guadalupe", "Hernández", "") in written
    assert Name("Maria Guadalupe", "Hernandez", "de la Cruz") in written
    assert Name("María Guadalupe", "de la Cruz", "Hernández") in written
    assert Name("María Guadalupe", "Hernández-de la Cruz", "") in written
    assert {form.given for form in written} & {"Lupe", "Lupita"}
    assert len(written) > 12


def test_a_nationality_gives_its_names() -> None:
    dice = Dice(3, "test")
    mexican = [true_name(Person("survivor", gender="female", nationalities=("MX",)), dice) for _ in range(50)]
    chinese = [true_name(Person("survivor", gender="male", nationalities=("CN",)), dice) for _ in range(50)]
    assert all(name.maternal for name in mexican)
    assert not any(name.maternal for name in chinese)
    assert plain("Xóchitl Núñez") == "Xochitl Nunez"
