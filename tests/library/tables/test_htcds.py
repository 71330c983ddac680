# SPDX-License-Identifier: Apache-2.0
"""HTCDS in and out, CTDC out: what its defects do to a file, and that nothing is lost without a word. All invented."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.specs.invented import AS_OF, table_of

from tejido.statistics.figures import count_files
from tejido.tables.carrying import Carrying, Loss
from tejido.tables.ctdc import check_ctdc
from tejido.tables.ctdc_forms import FORM_2018, FORM_2024
from tejido.tables.export import export_rows
from tejido.tables.htcds import CODED, HtcdsRow, codes_of
from tejido.tables.htcds_import import import_htcds
from tejido.tables.reading import Records, open_records
from tejido.vocabulary import BadInput

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "htcds"
# As the form for phones writes them: names of its own, several codes joined by blanks.
FORM = """\
start,con_Consent,prs_First_Name,prs_Second_Name,prs_Title,prs_Gender,prs_Citizenship,prs_Birthdate,\
vic_TraffickingStatus,vic_AgeWhenTrafficked,vic_Methods_of_Control,vic_TypeOfExploitation,vic_ForcedLabourIndustry,\
vic_TypeOfSexExploitation,cas_Status,cas_IncomingReferralDate,hte_Country,hte_State,our_Own
2016-05-01T10:00,OK,Rosa,Luna Sol,Luna,Feminine,MX,1990-06-01,PossibleVictimOfTrafficking,24,\
DebtBondage RestrictsMovement UsesChildren,ForcedLabour SexualExploitation,\
A_AgricultureForestryAndFishing F_Construction,Prostitution,Active,2016-05-02,US,North Carolina,x
2016-05-01T10:00,,,,,NonConforming,GTM,,NotAVictimOfTrafficking,,DebtBondage ;Kidnapping,\
ForcedLabour;ForcedBegging,,,ClosedReferred,2016-05-03 00:00:00,,,
"""
# As the spreadsheet has it: rows numbered, labels under the names (some under the wrong one), values by their labels.
SHEET = """\
,prs_Gender,prs_MailingCity,vic_TraffickinStatusDecisionMakingOrg,vic_MethodsOfControl,vic_ForcedLabourIndustry,\
cas_Status,,cas_IncomingReferralDate
,Gender,Mailing Street,Trafficking Status Decision Making Organization,Methods of Control,Forced Labour Industry,\
Status,Reason for Outgoing Referral,Incoming Referral Date
1,Masculine,Somewhere,NGO,Threats of law enforcement,"Water supply; sewerage, waste management and remediation",\
Follow up,Other,2016-05-02
2,,,,,,,,
"""


def imported(folder: Path, text: str) -> tuple[Path, list[Loss]]:
    file = folder / "given.csv"
    file.write_text(text, "utf-8")
    _, losses = import_htcds(file, folder / "records", node="mx", as_of=AS_OF, invented=True)
    return folder / "records", losses


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(losses: list[Loss]) -> set[tuple[str, str | None, str]]:
    return {(loss.column, loss.value, loss.fate) for loss in losses}


def test_the_form_is_taken_and_every_defect_told(tmp_path: Path) -> None:
    folder, losses = imported(tmp_path, FORM)
    open_records(folder).attach(duckdb.connect(), "mx")
    rosa, other = rows_of(folder, "persons")
    assert rosa["means_of_control"] == "debt_bondage;restricts_movement;uses_children"
    assert (rosa["type_of_trafficking"], rosa["labor_industries"], rosa["sex_trafficking_types"]) == (
        "sex_and_labor",
        "construction",
        "",
    )
    assert (rosa["gender"], rosa["nationalities"], rosa["birth_year"], rosa["age_at_contact"]) == (
        "female",
        "MX",
        "1990",
        "adult",
    )
    assert (other["role"], other["gender"], other["nationalities"], other["means_of_control"]) == (
        "contactor",
        "gender_minority",
        "GT",
        "debt_bondage",
    )
    assert [(case["opened_on"], case["status"]) for case in rows_of(folder, "cases")] == [
        ("2016-05-02", "open"),
        ("2016-05-03", "closed_referred"),
    ]
    assert rows_of(folder, "places")[0]["state"] == "US-NC"
    assert told(losses) >= {
        ("con_Consent", None, "left_out"),
        ("prs_Title", None, "left_out"),
        ("vic_AgeWhenTrafficked", None, "left_out"),
        ("our_Own", None, "left_out"),
        ("prs_SecondName", None, "changed"),
        ("prs_Birthdate", None, "changed"),
        ("vic_MethodsOfControl", "RestrictsMovement", "changed"),
        ("vic_MethodsOfControl", "UsesChildren", "changed"),
        ("vic_MethodsOfControl", "Kidnapping", "left_out"),
        ("vic_ForcedLabourIndustry", "A_AgricultureForestryAndFishing", "left_out"),
        ("vic_TypeOfSexExploitation", "Prostitution", "left_out"),
        ("vic_TypeOfExploitation", None, "left_out"),
        ("vic_TraffickingStatus", "NotAVictimOfTrafficking", "changed"),
        ("prs_Gender", "NonConforming", "changed"),
    }
    assert all(loss.reason["en"] != loss.reason["es"] and loss.times == 1 for loss in losses)


def test_the_spreadsheet_is_taken_and_its_crossed_labels_told(tmp_path: Path) -> None:
    folder, losses = imported(tmp_path, SHEET)
    (person,) = rows_of(folder, "persons")
    assert (person["means_of_control"], person["labor_industries"]) == ("threats_law_enforcement", "other")
    assert rows_of(folder, "cases")[0]["status"] == "follow_up"
    assert told(losses) >= {
        ("prs_MailingCity", None, "changed"),
        ("prs_MailingCity", None, "left_out"),
        ("vic_TraffickinStatusDecisionMakingOrg", None, "left_out"),
        ("(no name)", None, "left_out"),
        ("vic_ForcedLabourIndustry", "E_WaterSupplySewerageWasteManagement", "changed"),
    }


def test_every_value_the_standard_prints_is_known() -> None:
    if not SHARED.is_dir():
        pytest.skip("the HTCDS files are not beside this checkout")
    with (SHARED / "htcds_excel_validation.csv").open(encoding="utf-8", newline="") as file:
        _, _, header, *rows = csv.reader(file)
    columns = {name.replace(" ", "").lower(): place for place, name in enumerate(header)}
    checked = 0
    for column in CODED:
        place = columns.get(column.partition("_")[2].lower())
        for row in rows if place is not None else []:
            if row[place]:
                carrying = Carrying()
                found = codes_of(HtcdsRow(2, {column: row[place].strip()}), column, carrying)
                assert (len(found), carrying.losses) == (1, []), (column, row[place])
                checked += 1
    assert checked > 70


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,date\na,b\n", "row 1: no column of HTCDS is there"),
        ("prs_Gender,cas_IncomingReferralDate\n", "holds a header and no rows"),
        ("prs_Gender,cas_IncomingReferralDate\nFeminine,\n", "row 2, column cas_IncomingReferralDate: a value is"),
        ("prs_Gender,cas_IncomingReferralDate\nFeminine,03/04/2016\n", "'03/04/2016' is no day"),
        ("prs_Gender,cas_IncomingReferralDate\nFeminine,2018-01-01\n", "2018-01-01 is out of range"),
        ("prs_Gender,prs_gender,cas_IncomingReferralDate\na,b,2016-01-01\n", "column prs_Gender: the column appears"),
        ("prs_Gender,cas_IncomingReferralDate\nFeminine\n", "row 2: the row has 1 of 2 columns"),
    ],
)
def test_a_file_that_cannot_be_taken_is_one_line_and_leaves_nothing(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        imported(tmp_path, text)
    assert says in refused.value.line("en")
    assert not (tmp_path / "records").exists()


PEOPLE = {
    "cases": "case_id, opened_on, status\nfarm, 2016-05-01, open\nhouse, 2016-06-01, closed",
    "places": "case_id, kind, country, state\nfarm, exploitation, US, US-NC\nhouse, exploitation, US,\n"
    "house, exploitation, MX,",
    "persons": (
        "person_id, case_id, role, unnamed_group, count_low, count_best, count_high, gender, age_at_contact, "
        "birth_year, nationalities, type_of_trafficking, labor_industries, means_of_control, recruitment\n"
        "rosa, farm, survivor, , , , , female, adult, 1981, MX, labor, agriculture_farms;construction, "
        "debt_bondage;restricts_movement, deceptive_job_offer\n"
        "ana, house, survivor, , , , , female, adult, 1992, MX;US, sex, , , \n"
        "luz, house, survivor_made_to_control_others, , , , , gender_minority, , , GT, , , , \n"
        "many, farm, survivor, true, 5, 10, 20, , , , , , , , \n"
        "boss, farm, potential_trafficker, , , , , male, adult, , US, , , , "
    ),
    "names": "person_id, kind, given, paternal_surname\nrosa, full, Rosa, Luna",
    "identifiers": "person_id, kind, value\nrosa, phone, 5550100",
}


def people(*, invented: bool = True) -> Records:
    tables = {name: table_of(name, text) for name, text in PEOPLE.items()}
    return Records.in_memory(node="us", as_of=AS_OF, invented=invented, tables=tables)


def test_rows_of_people_who_exist_stay_unless_the_file_is_internal(tmp_path: Path) -> None:
    for form in ("htcds", "ctdc2018", "ctdc2024"):
        with pytest.raises(BadInput, match="nothing about a person leaves"):
            export_rows(people(invented=False), tmp_path / "out.csv", form=form, internal=False)
        assert not (tmp_path / "out.csv").exists()
    assert export_rows(people(invented=False), tmp_path / "out.csv", form="htcds", internal=True)[0] == 3


def test_htcds_out_holds_codes_and_says_what_it_could_not(tmp_path: Path) -> None:
    _, losses = export_rows(people(), tmp_path / "out.csv", form="htcds", internal=False)
    text = (tmp_path / "out.csv").read_text("utf-8")
    assert not any(word in text for word in ("Rosa", "Luna", "5550100", "rosa"))
    rosa, ana, luz = csv.DictReader(text.splitlines())
    assert rosa["vic_ForcedLabourIndustry"] == "A_AgricultureForestryAndFishing;F_Construction"
    assert (rosa["vic_MethodsOfControl"], rosa["hte_State"]) == ("DebtBondage", "US-NC")
    assert (ana["prs_Citizenship"], ana["hte_Country"]) == ("MX;US", "")
    assert luz["prs_Gender"] == ""
    assert told(losses) >= {
        ("role", "potential_trafficker", "left_out"),
        ("unnamed_group", None, "left_out"),
        ("vic_ForcedLabourIndustry", None, "changed"),
        ("means_of_control", "restricts_movement", "left_out"),
        ("recruitment", "deceptive_job_offer", "left_out"),
        ("labor_industries", "agriculture_farms", "changed"),
        ("gender", "gender_minority", "left_out"),
        ("country", None, "left_out"),
        ("age_at_contact", None, "left_out"),
    }
    again, _ = imported(tmp_path, text)
    assert [row["gender"] for row in rows_of(again, "persons")] == ["female", "female", ""]


@pytest.mark.parametrize(("form", "kind"), [("ctdc2018", FORM_2018), ("ctdc2024", FORM_2024)])
def test_ctdc_out_is_taken_as_a_file_of_theirs(tmp_path: Path, form: str, kind: object) -> None:
    rows, losses = export_rows(people(), tmp_path / "out.csv", form=form, internal=False)
    report = check_ctdc(tmp_path / "out.csv", kind)  # type: ignore[arg-type]
    assert (rows, report.rows, report.refused) == (3, 3, [])
    assert {("citizenship", None)} <= {
        (loss.column.replace("nationalities", "citizenship"), loss.value) for loss in losses
    }
    name = "ctdc_2018_victims" if form == "ctdc2018" else "ctdc_2024_victims"
    counted = count_files([tmp_path / "out.csv"], source="ctdc", name=name, by="type_of_exploitation")
    labour, sex = ("ForcedLabour", "SexualExploit") if form == "ctdc2018" else ("isForcedLabour", "isSexualExploit")
    assert dict(counted.rows) == {labour: 1, sex: 1, "no_information": 1}
    assert counted.base == 2
    ages = dict(count_files([tmp_path / "out.csv"], source="ctdc", name=name, by="age").rows)
    assert ages == {"30--38": 1, ("Unknown" if form == "ctdc2018" else "no_information"): 2}
    assert ("birth_year", None, "left_out") in told(losses)  # 23 or 24 lie in two bands


def test_records_say_whose_and_as_of_when(tmp_path: Path) -> None:
    folder, _ = imported(tmp_path, FORM)
    records = open_records(folder)
    assert (records.node, records.as_of, records.invented) == ("mx", date(2017, 8, 31), True)
