# SPDX-License-Identifier: Apache-2.0
"""Which code lists a count reads, and whether the records were coded with the same versions of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tejido.statistics.conditions import Condition, HasCode, parts_of
from tejido.statistics.definitions import in_order, indicators
from tejido.tables import Table, record_table
from tejido.vocabulary import BadInput, code_list


def check_versions(where: str, versions: Mapping[str, str], names: Iterable[str]) -> None:
    """Raises `BadInput` where rows were coded with another version of a list that counting `names` reads.

    A code that came later would count as zero, and one that was dropped not at all: neither is true.
    """
    for name in sorted(_lists(names) & set(versions)):
        version = code_list(name).version
        if versions[name] != version:
            raise BadInput(
                "code_list_version",
                en=f"the rows were coded with version {versions[name]} of the list {name}, and are counted with "
                f"{version}: code them anew first",
                es=f"las filas se codificaron con la versión {versions[name]} del catálogo {name} y se cuentan con la "
                f"{version}: primero hay que recodificarlas",
                where=where,
            )


def _lists(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in in_order(names, indicators()):
        one = indicators()[name]
        found |= {breakdown.codes for breakdown in one.breakdowns.values() if breakdown.codes}
        found |= set(_read(one.filter, one.table))
    return found


def _read(condition: Condition, table: Table) -> Iterator[str]:
    for part, of in parts_of(condition, table.name):
        if isinstance(part, HasCode):
            codes = record_table(of).column(part.column).codes
            if codes is not None:
                yield codes
