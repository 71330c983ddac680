# SPDX-License-Identifier: Apache-2.0
"""The counts per code of a group of unnamed people, checked against the group they describe."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tejido.tables.place_of_error import Finder
from tejido.tables.records import GROUP_COUNTS, PERSONS
from tejido.tables.rows import TableRows
from tejido.vocabulary import code_list


def check_groups(rows: Mapping[str, TableRows], find: Finder) -> None:
    """Raises `BadInput` where a row of group_counts

    has a code outside the list of its attribute, repeats one, describes a person who is no group, or counts more
    people than the group's best estimate: all codes together where the answer is single, any code where it is multiple.
    """
    counts, persons = rows["group_counts"], rows["persons"]
    attribute, code, number = counts.codes["attribute"], counts.codes["code"], counts.numbers["count"]
    group = counts.points_to["person_id"]  # references are checked before: each is there
    for place, name in enumerate(attribute.values):
        codes = str(code_list("group_attribute").codes[name].properties["codes"])
        wrong = (attribute.numbers == place) & ~code.among(code_list(codes))
        find.refuse_rows(GROUP_COUNTS, "code", wrong, *_other_list(codes, name))
    find.refuse_rows(GROUP_COUNTS, "person_id", ~persons.numbers["unnamed_group"][group], *_NO_GROUP)

    described = group.astype(np.int64) * len(attribute.values) + attribute.numbers
    _, first = np.unique(described * len(code.values) + code.numbers, return_index=True)
    again = np.ones(counts.size, np.bool_)
    again[first] = False
    find.refuse_rows(GROUP_COUNTS, "code", again, *_TWICE)

    _, of = np.unique(described, return_inverse=True)
    largest = np.zeros(counts.size, np.int64)
    np.maximum.at(largest, of, number)
    total = np.bincount(of, weights=number)
    single = attribute.among(code_list("group_attribute").where(multiple=False))
    people = np.where(single, total[of], largest[of])
    find.refuse_rows(GROUP_COUNTS, "count", people > persons.numbers["count_best"][group], *_TOO_MANY)


def check_group_rows(persons: TableRows, find: Finder) -> None:
    """Raises `BadInput` where the row of a group has codes of its own: they would not be counted."""
    for attribute in code_list("group_attribute").codes.values():
        name = str(attribute.properties["column"])
        filled = persons.filled(name) & persons.numbers["unnamed_group"]
        find.refuse_rows(PERSONS, name, filled, *_OWN_CODES, others=True)


def _other_list(codes: str, attribute: str) -> tuple[str, str]:
    return (
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
