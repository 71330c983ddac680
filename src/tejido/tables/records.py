# SPDX-License-Identifier: Apache-2.0
"""What a node holds, as tables: contacts, cases, persons, groups of unnamed people, places, names, identifiers, ties.

A folder of records is one file per table (`contacts.csv` or `contacts.parquet`, …) and `records.json`:
`{"schema": "tejido.records/3", "node": "mx", "as_of": "2017-08-31", "invented": true}`; `organisation`
(`{"en": …, "es": …}`) says how the node signs what it prints, `code_lists` with which versions the rows were coded.
Missing tables are empty, except contacts, cases and persons, which must be there.

A case known to two nodes through a hand-over carries the same `handover_id` at both; `counted_by` names the node whose
values are used when the two count together. A row with no `counted_by` is counted where it stands.
"""

from __future__ import annotations

from tejido.tables.shape import Column, Kind, Sensitivity, Table

_OPEN, _PERSONAL, _IDENTIFYING = Sensitivity.OPEN, Sensitivity.PERSONAL, Sensitivity.IDENTIFYING


def _id(name: str, references: str | None = None, *, required: bool = True) -> Column:
    return Column(name, Kind.ID, _OPEN, required=required, references=references)


def _code(name: str, codes: str, *, required: bool = False, sensitivity: Sensitivity = _PERSONAL) -> Column:
    return Column(name, Kind.CODE, sensitivity, codes=codes, required=required)


def _codes(name: str, codes: str) -> Column:
    return Column(name, Kind.CODES, _PERSONAL, codes=codes)


def _number(name: str, *, required: bool = True) -> Column:
    return Column(name, Kind.INTEGER, _PERSONAL, required=required)


_SHARED = (_id("handover_id", required=False), _id("counted_by", required=False))

CONTACTS = Table(
    "contacts",
    (
        _id("contact_id"),
        Column("received_on", Kind.DATE, _OPEN, required=True),
        _code("channel", "channel", required=True, sensitivity=_OPEN),
        _code("language", "language", required=True),
        _code("speaker", "speaker"),  # who is speaking
        _code("topic", "contact_topic"),
        _code("outcome", "contact_outcome"),
        _codes("countries", "country"),  # the countries the contact speaks of
        _id("case_id", "cases", required=False),
    ),
    key="contact_id",
)

CASES = Table(
    "cases",
    (
        _id("case_id"),
        Column("opened_on", Kind.DATE, _OPEN, required=True),
        _code("status", "case_status", sensitivity=_OPEN),
        _code("indications", "strength_of_indications"),
        *_SHARED,
    ),
    key="case_id",
)

PERSONS = Table(
    "persons",
    (
        _id("person_id"),
        _id("case_id", "cases"),
        _code("role", "person_role", required=True),
        Column("unnamed_group", Kind.FLAG, _OPEN, required=True),  # true: one row stands for people without names
        _number("count_low"),  # all three are 1 unless unnamed_group
        _number("count_best"),
        _number("count_high"),
        _code("gender", "gender"),  # empty for a group: its codes stand in group_counts
        _code("age_at_contact", "age_at_contact"),
        _number("birth_year", required=False),
        _codes("nationalities", "country"),
        _code("primary_language", "language"),
        _code("type_of_trafficking", "type_of_trafficking"),  # survivors only, as the four below
        _codes("labor_industries", "labor_industry"),
        _codes("sex_trafficking_types", "sex_trafficking_type"),
        _codes("means_of_control", "means_of_control"),
        _codes("recruitment", "recruitment_method"),
        *_SHARED,
    ),
    key="person_id",
)

# The counts per code of a group of unnamed people: `count` of its `count_best` people have `code` in the
# person column `attribute`. People of the group with no row for a single-answer attribute are unknown.
GROUP_COUNTS = Table(
    "group_counts",
    (
        _id("person_id", "persons"),
        _code("attribute", "group_attribute", required=True, sensitivity=_OPEN),
        Column("code", Kind.TEXT, _PERSONAL, required=True),
        _number("count"),
    ),
)

PLACES = Table(
    "places",
    (
        _id("place_id"),
        _id("case_id", "cases"),
        _code("kind", "place_kind", required=True),
        _code("country", "country"),
        _code("state", "state"),  # ISO 3166-2, states of the two countries
        Column("locality", Kind.TEXT, _IDENTIFYING),
    ),
    key="place_id",
)

NAMES = Table(
    "names",
    (
        _id("person_id", "persons"),
        _code("kind", "name_kind", required=True, sensitivity=_OPEN),
        Column("given", Kind.TEXT, _IDENTIFYING),
        Column("paternal_surname", Kind.TEXT, _IDENTIFYING),
        Column("maternal_surname", Kind.TEXT, _IDENTIFYING),
    ),
)

IDENTIFIERS = Table(
    "identifiers",
    (
        _id("person_id", "persons"),
        _code("kind", "identifier_kind", required=True, sensitivity=_OPEN),
        Column("value", Kind.TEXT, _IDENTIFYING, required=True),
    ),
)

BUSINESSES = Table(
    "businesses",
    (
        _id("business_id"),
        Column("name", Kind.TEXT, _IDENTIFYING, required=True),
        _code("industry", "labor_industry"),
        _code("state", "state"),
        Column("phone", Kind.TEXT, _IDENTIFYING),
    ),
    key="business_id",
)

# A tie between two persons, or between a person and a business.
TIES = Table(
    "ties",
    (
        _id("case_id", "cases"),
        _code("kind", "tie_kind", required=True),
        _id("from_id"),
        _id("to_id"),
    ),
)

# How long whoever reached the line waited for a person to answer. A contact without a row was not measured.
ANSWERS = Table(
    "answers",
    (
        _id("contact_id", "contacts"),
        # Whole minutes, 0 for less than one; empty where no one answered.
        Column("waited_minutes", Kind.INTEGER, _OPEN, measured=True),
    ),
    key="contact_id",
)

# A need of a case that was taken to a service, and what came of it.
REFERRALS = Table(
    "referrals",
    (
        _id("referral_id"),
        _id("case_id", "cases"),
        _code("need", "service_need", required=True),
        Column("asked_on", Kind.DATE, _OPEN, required=True),
        _code("outcome", "referral_outcome", sensitivity=_OPEN),
        Column("served_on", Kind.DATE, _OPEN, measured=True),  # empty: not served
    ),
    key="referral_id",
)

RECORD_TABLES: tuple[Table, ...] = (
    CONTACTS,
    CASES,
    PERSONS,
    GROUP_COUNTS,
    PLACES,
    NAMES,
    IDENTIFIERS,
    BUSINESSES,
    TIES,
    ANSWERS,
    REFERRALS,
)

REQUIRED_TABLES = ("contacts", "cases", "persons")  # the others may be missing, which means empty


def record_table(name: str) -> Table:
    """The record table called `name`; raises KeyError."""
    return {table.name: table for table in RECORD_TABLES}[name]
