# SPDX-License-Identifier: Apache-2.0
"""The counts per code of a group of unnamed people, checked against the group they describe."""

# ruff: noqa: S608  names in the SQL come from declared tables
from __future__ import annotations

from tejido.tables.place_of_error import Finder
from tejido.tables.records import GROUP_COUNTS
from tejido.tables.sources import ROW, Connection, literal, quoted
from tejido.vocabulary import code_list


def check_groups(connection: Connection, prefix: str, find: Finder) -> None:
    """Raises `BadInput` where a row of group_counts

    has a code outside the list of its attribute, repeats one, describes a person who is no group, or counts more
    people than the group's best estimate: all codes together where the answer is single, any code where it is multiple.
    """
    attributes = code_list("group_attribute")
    _check_codes(connection, prefix, find)
    single = ", ".join(literal(code) for code in attributes.where(multiple=False))
    counts, persons = quoted(f"{prefix}_group_counts"), quoted(f"{prefix}_persons")
    described = (
        f"SELECT g.*, p.unnamed_group, p.count_best FROM "
        f'(SELECT person_id, attribute, sum("count") AS total, max("count") AS largest, '
        f"count(*) AS rows, count(DISTINCT code) AS codes FROM {counts} GROUP BY ALL) g "
        f"JOIN {persons} p USING (person_id)"
    )
    too_many = f"CASE WHEN attribute IN ({single}) THEN total ELSE largest END > count_best"
    problems = (
        ("person_id", "NOT unnamed_group", *_NO_GROUP),
        ("code", "codes < rows", *_TWICE),
        ("count", too_many, *_TOO_MANY),
    )
    filters = ", ".join(f"count(*) FILTER ({broken})" for _, broken, _, _ in problems)
    found = connection.execute(f"SELECT {filters} FROM ({described})").fetchone()
    for (column, broken, en, es), groups in zip(problems, found, strict=True):
        if groups:
            rows = find.sources["group_counts"].rows(f"{prefix}_group_counts")
            bad = f"(SELECT * FROM ({described}) WHERE {broken})"
            relation = f"(SELECT r.* FROM {rows} r SEMI JOIN {bad} d USING (person_id, attribute))"
            if column == "code":
                repeated = f"row_number() OVER (PARTITION BY person_id, attribute, code ORDER BY {ROW}) > 1"
                relation = f"(SELECT * FROM {relation} QUALIFY {repeated})"
            find.refuse_first(GROUP_COUNTS, column, relation, en, es)


def _check_codes(connection: Connection, prefix: str, find: Finder) -> None:
    attributes = code_list("group_attribute")
    pairs = connection.execute(
        f"SELECT DISTINCT attribute, code FROM {quoted(f'{prefix}_group_counts')} ORDER BY ALL LIMIT 10000"
    ).fetchall()
    for attribute, code in pairs:
        codes = str(attributes.codes[attribute].properties["codes"])
        if code not in code_list(codes):
            find.refuse(
                GROUP_COUNTS,
                "code",
                f"attribute = {literal(attribute)} AND code = {literal(code)}",
                f"{{value}} is not a code of the list {codes}, which {attribute} uses",
                f"{{value}} no es un código de la lista {codes}, que usa {attribute}",
            )


_NO_GROUP = (
    "{value} is one person, not an unnamed group; her codes belong in the table persons",
    "{value} es una sola persona, no un grupo sin nombres; sus códigos van en la tabla persons",
)
_TWICE = (
    "{value} stands twice for the same group and attribute",
    "{value} está dos veces para el mismo grupo y atributo",
)
_TOO_MANY = (
    "the counts of this group and attribute exceed its count_best",
    "los conteos de este grupo y atributo rebasan su count_best",
)
