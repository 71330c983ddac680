# SPDX-License-Identifier: Apache-2.0
"""`tejido tables`: is this file what it says it is; which tables and code lists there are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click
import duckdb

from tejido.cli.entrance import DONE, NO
from tejido.cli.tables_carrying import export, import_
from tejido.cli.wording import language_option
from tejido.tables import RECORD_TABLES, Table
from tejido.tables.ctdc import CtdcReport, check_ctdc
from tejido.tables.ctdc_forms import FORM_2018, FORM_2024, FORMS
from tejido.tables.reading import open_records
from tejido.vocabulary import BadInput, Language, Words, code_list, code_lists

_TABLES: dict[str, Table] = {table.name: table for table in (*RECORD_TABLES, *(form.table for form in FORMS.values()))}

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")


@click.group()
def tables() -> None:
    """Check files against the declared tables; show tables and code lists; carry records from and to standards."""


tables.add_command(import_)
tables.add_command(export)


@tables.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(["records", "ctdc", "ctdc2024"]),
    required=True,
    help="records: a folder of records. ctdc: the CTDC k-anonymised file. ctdc2024: its synthetic file.",
)
@language_option
@_json
def check(path: Path, form: str, language: Language, as_json: bool) -> int:
    """Check every value of PATH.

    Exit 0: all can be taken. 1: some values of a CTDC file cannot (each is reported). 2: the file is broken or is
    something else; a folder of records is refused at the first thing that is wrong.
    """
    if form == "records":
        return _check_records(path, language, as_json)
    report = check_ctdc(path, FORM_2018 if form == "ctdc" else FORM_2024)
    if as_json:
        _print_json({"rows": report.rows, "refused": [_refused(entry) for entry in report.refused]})
    else:
        _print_report(path, report, language)
    return NO if report.refused else DONE


def _check_records(path: Path, language: Language, as_json: bool) -> int:
    records = open_records(path)
    connection = duckdb.connect()
    records.attach(connection, "checked")
    rows: dict[str, int] = {}
    for table in RECORD_TABLES:
        counted = connection.execute(f'SELECT count(*) FROM "checked_{table.name}"').fetchone()  # noqa: S608
        rows[table.name] = counted[0]
    if as_json:
        about = {"node": records.node, "as_of": records.as_of.isoformat(), "invented": records.invented}
        _print_json({**about, "rows": rows, "refused": []})
        return DONE
    invented = {"en": " INVENTED DATA", "es": " DATOS INVENTADOS"}[language] if records.invented else ""
    words = {"en": "as of {}; every value can be taken", "es": "al {}; todos los valores son válidos"}[language]
    click.echo(f"{records.node}, {words.format(records.as_of)}.{invented}")
    for name, count in rows.items():
        click.echo(f"  {name:<14}{count:>12,}")
    return DONE


def _refused(entry: Any) -> dict[str, object]:
    return {"row": entry.row, "column": entry.column, "value": entry.value, "reason": entry.reason}


def _print_report(path: Path, report: CtdcReport, language: Language) -> None:
    """Like values together: how often, where first."""
    head = {
        "en": "{rows:,} rows, {refused:,} values refused",
        "es": "{rows:,} filas, {refused:,} valores rechazados",
    }[language]
    click.echo(f"{path.name}: {head.format(rows=report.rows, refused=len(report.refused))}")
    times = Counter((entry.column, entry.value, entry.reason[language]) for entry in report.refused)
    first: dict[tuple[str, str], list[int]] = {}
    for entry in report.refused:
        first.setdefault((entry.column, entry.value), []).append(entry.row)
    for (column, value, reason), count in sorted(times.items(), key=lambda item: (-item[1], item[0])):
        rows = first[column, value]
        shown = ", ".join(map(str, rows[:3])) + (" …" if len(rows) > 3 else "")
        word = {"en": "rows" if count > 1 else "row", "es": "filas" if count > 1 else "fila"}[language]
        click.echo(f"  {column}: {reason} · {count:,}× · {word} {shown}")


@tables.command("list")
@language_option
@_json
def list_(language: Language, as_json: bool) -> int:
    """List the declared tables and the code lists."""
    lists = {name: code_list(name) for name in code_lists()}
    if as_json:
        _print_json({"tables": list(_TABLES), "code_lists": list(lists)})
        return DONE
    click.echo({"en": "Tables", "es": "Tablas"}[language])
    for name, table in _TABLES.items():
        click.echo(f"  {name:<36}{len(table.columns):>5}")
    click.echo({"en": "Code lists", "es": "Listas de códigos"}[language])
    for name, entries in lists.items():
        click.echo(f"  {name:<36}{len(entries.codes):>5}  {entries.label[language]}")
    return DONE


@tables.command()
@click.argument("name")
@language_option
@_json
def show(name: str, language: Language, as_json: bool) -> int:
    """Show the columns of a table or the codes of a code list."""
    if name in _TABLES:
        _show_table(_TABLES[name], language, as_json)
    elif name in code_lists():
        _show_codes(name, language, as_json)
    else:
        raise BadInput(
            "tables.unknown",
            en=f"no table or code list is called {name!r}; `tejido tables list` names them",
            es=f"ninguna tabla o lista de códigos se llama {name!r}; `tejido tables list` las nombra",
        )
    return DONE


_REQUIRED: Words = {"en": "required", "es": "obligatorio"}
_SENSITIVITY: dict[str, Words] = {
    "open": {"en": "open", "es": "abierto"},
    "personal": {"en": "personal", "es": "personal"},
    "identifying": {"en": "identifying", "es": "identifica"},
}


def _show_table(table: Table, language: Language, as_json: bool) -> None:
    columns = [
        {
            "name": column.name,
            "kind": str(column.kind),
            "codes": column.codes,
            "required": column.required,
            "references": column.references,
            "sensitivity": str(column.sensitivity),
        }
        for column in table.columns
    ]
    if as_json:
        _print_json({"table": table.name, "version": table.version, "key": table.key, "columns": columns})
        return
    for column in columns:
        about = column["codes"] or (f"-> {column['references']}" if column["references"] else "")
        required = _REQUIRED[language] if column["required"] else ""
        sensitivity = _SENSITIVITY[str(column["sensitivity"])][language]
        click.echo(f"  {column['name']:<44}{column['kind']:<9}{required:<13}{sensitivity:<13}{about}")


def _show_codes(name: str, language: Language, as_json: bool) -> None:
    entries = code_list(name)
    if as_json:
        codes = {code: {**entry.label, **entry.properties} for code, entry in entries.codes.items()}
        about = {"source": entries.source, "version": entries.version, "licence": entries.licence}
        _print_json({"code_list": name, "label": entries.label, **about, "note": entries.note, "codes": codes})
        return
    click.echo(f"{entries.label[language]} · {entries.source} · {entries.version} · {entries.licence}")
    for code in entries:
        click.echo(f"  {code:<44}{entries.label_of(code, language)}")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
