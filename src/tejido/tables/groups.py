# SPDX-License-Identifier: Apache-2.0
"""The counts per code of a group of unnamed people, checked against the group they describe."""

# ruff: noqa: S608  names in the SQL come from declared tables
from __future__ import annotations

from typing import NoReturn

from tejido.tables.id_sets import IdSet
from tejido.tables.place_of_error import Finder
from tejido.tables.records import GROUP_COUNTS, PERSONS
from tejido.tables.shape import Kind
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
    # References are checked before: who is not among the groups is a person.
    described = (
        f"SELECT g.*, p.person_id IS NOT NULL AS is_group, p.count_best FROM "
        f'(SELECT person_id, attribute, sum("count") AS total, max("count") AS largest FROM {counts} GROUP BY ALL) g '
        f"LEFT JOIN (SELECT person_id, count_best FROM {persons} WHERE unnamed_group) p USING (person_id)"
    )
    too_many = f"CASE WHEN attribute IN ({single}) THEN total ELSE largest END > count_best"
    no_groups, too_large = connection.execute(
        f"SELECT count(*) FILTER (NOT is_group), count(*) FILTER ({too_many}) FROM ({described})"
    ).fetchone()
    rows = find.sources["group_counts"].rows(f"{prefix}_group_counts")

    def refuse(column: str, relation: str, words: tuple[str, str]) -> NoReturn:
        find.refuse_first(GROUP_COUNTS, column, relation, *words)

    def bad(broken: str) -> str:
        found = f"(SELECT * FROM ({described}) WHERE {broken})"
        return f"(SELECT r.* FROM {rows} r SEMI JOIN {found} d USING (person_id, attribute))"

    if no_groups:
        refuse("person_id", bad("NOT is_group"), _NO_GROUP)
    if _some_stand_twice(connection, counts):
        again = f"row_number() OVER (PARTITION BY person_id, attribute, code ORDER BY {ROW}) > 1"
        refuse("code", f"(SELECT * FROM {rows} QUALIFY {again})", _TWICE)
    if too_large:
        refuse("count", bad(too_many), _TOO_MANY)


def check_group_rows(connection: Connection, prefix: str, find: Finder) -> None:
    """Raises `BadInput` where the row of a group has codes of its own: they would not be counted."""
    for attribute in code_list("group_attribute").codes.values():
        column = PERSONS.column(str(attribute.properties["column"]))
        filled = (
            f"len({quoted(column.name)}) > 0" if column.kind is Kind.CODES else f"{quoted(column.name)} IS NOT NULL"
        )
        broken = f"unnamed_group AND {filled}"
        (rows,) = connection.execute(f"SELECT count(*) FROM {quoted(f'{prefix}_persons')} WHERE {broken}").fetchone()
        if rows:
            find.refuse(PERSONS, column.name, broken, *_OWN_CODES, more=rows - 1)


def _some_stand_twice(connection: Connection, counts: str) -> bool:
    """Whether a group has two rows for the same code of the same attribute."""
    columns = "person_id, attribute, code"
    hashes = connection.execute(f"SELECT hash({columns}) | 1 AS of_row FROM {counts}").fetchnumpy()["of_row"]
    if not IdSet(hashes).repeated:
        return False
    twice = f"SELECT 1 FROM {counts} GROUP BY {columns} HAVING count(*) > 1 LIMIT 1"
    return connection.execute(twice).fetchone() is not None


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


_OWN_CODES = (
    "an unnamed group has {value} in its own row; its codes belong in the table group_counts",
    "un grupo sin nombres tiene {value} en su propia fila; sus códigos van en la tabla group_counts",
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
