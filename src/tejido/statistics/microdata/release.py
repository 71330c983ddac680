# SPDX-License-Identifier: Apache-2.0
"""An edition of public microdata on disk: the rows, and beside them what was measured and what it cost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv

from tejido.statistics.microdata.budget import epsilon_of, rho_for
from tejido.statistics.microdata.domain import Domain
from tejido.statistics.microdata.ledger import Ledger, charging
from tejido.statistics.microdata.measuring import planned
from tejido.statistics.microdata.noise import SEED_BYTES
from tejido.statistics.microdata.reading import read_codes
from tejido.statistics.microdata.synthesis import Report, Synthesis, synthesize
from tejido.vocabulary import BadInput, system_reason

SCHEMA = "tejido.microdata/1"
DEFAULT_DELTA = 1e-9


@dataclass(frozen=True)
class Terms:
    """What an edition may cost. A seed that somebody knows makes an internal trial, which protects no one."""

    epsilon: float
    delta: float = DEFAULT_DELTA
    internal: bool = False
    seed: bytes | None = None
    ledger: Path | None = None
    budget: float | None = None

    def __post_init__(self) -> None:
        if self.seed is not None and not self.internal:
            raise BadInput("microdata.seed", where="--seed",
                           en="whoever knows the seed can take the noise away: use it with --internal only",
                           es="quien conoce la semilla puede quitar el ruido: úsela sólo con --internal")  # fmt: skip
        if self.internal and self.ledger is not None:
            raise BadInput("microdata.ledger", where="--ledger", en="an internal trial is not charged",
                           es="una prueba interna no se anota")  # fmt: skip


@dataclass(frozen=True)
class Edition:
    """What was published, and the seed that it can be made again from: to be sealed, or forgotten."""

    about: dict[str, Any]
    seed: bytes


def release(
    rows: Path, public: Domain, out: Path, *, terms: Terms, edition: str | None = None, seed_file: Path | None = None,
    report: Report | None = None,
) -> Edition:  # fmt: skip
    """Write `out` and `out`.json whole or not at all, and the seed for its owner alone; raises `BadInput`."""
    rho = rho_for(terms.epsilon, terms.delta)
    if out.resolve() == rows.resolve():
        raise BadInput("microdata.out", where=str(out), en="the rows would be written over the persons' own",
                       es="las filas se escribirían sobre las de las personas")  # fmt: skip
    if seed_file is not None and seed_file.exists():
        raise BadInput("microdata.seed", where=str(seed_file), en="a file is there already; nothing was written",
                       es="ya hay un archivo; no se escribió nada")  # fmt: skip
    planned(public)
    codes = read_codes(rows, public)
    seed = terms.seed or secrets.token_bytes(SEED_BYTES)
    name = edition or out.name
    with _charged(terms, name, rho) as charge, _Building(out) as building:
        made = synthesize(codes, public, rho=rho, seed=seed, report=report or (lambda _: None))
        building.rows(made, public)
        if seed_file is not None:
            building.secret(seed_file, seed)
        about = _about(made, terms, seed, name)
        if charge is not None:
            about["ledger"] = _line(charge)
        building.publish(about)
    return Edition(about, seed)


def _line(charge: Callable[[], Ledger]) -> dict[str, Any]:
    paid = charge().as_json()
    return {"editions": len(paid["editions"]), "budget": paid["budget"], "spent": paid["spent"]}


@contextmanager
def _charged(terms: Terms, name: str, rho: Fraction) -> Iterator[Callable[[], Ledger] | None]:
    if terms.ledger is None:
        yield None
        return
    budget = None if terms.budget is None else (terms.budget, terms.delta)
    with charging(terms.ledger, name, rho, budget) as charge:
        yield charge


def _about(made: Synthesis, terms: Terms, seed: bytes, name: str) -> dict[str, Any]:
    measured = made.measured
    return {
        "schema": SCHEMA,
        "edition": name,
        "internal": terms.internal,
        "rows": int(made.codes.shape[1]),
        "columns": {column: len(values) for column, values in measured.public.columns.items()},
        "marginals": len(measured.counts),
        "cells": sum(table.size for table in measured.counts.values()),
        "variance": str(measured.variance),
        "rho": str(measured.rho),
        "epsilon": round(epsilon_of(float(measured.rho), terms.delta), 6),
        "delta": terms.delta,
        "neighbours": "one person's row more or less",
        # To show later that a sealed seed is the one this edition was made from.
        "seed_sha256": seed_digest(seed),
    }


def seed_digest(seed: bytes) -> str:
    """What is published of a seed: it tells whether one that was kept is the one."""
    return hashlib.sha256(b"tejido.microdata/1 seed\0" + seed).hexdigest()


class _Building:
    """The two files under names of their own until both are whole."""

    def __init__(self, out: Path) -> None:
        self._out, self._about = out, out.parent / f"{out.name}.json"
        self._unfinished = list[tuple[Path, Path]]()

    def __enter__(self) -> _Building:
        """Refuses before any work what could not be written after it; a device or a folder is never replaced."""
        for place in (self._out, self._about):
            with _told(place):
                if place.exists() and not place.is_file():
                    raise OSError(errno.EPERM, "")
                with tempfile.TemporaryFile(dir=place.parent):
                    pass
        return self

    def rows(self, made: Synthesis, public: Domain) -> None:
        """Write the invented rows."""
        columns = [
            pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values, pa.string())).cast(pa.string())
            for codes, values in zip(made.codes, public.columns.values(), strict=True)
        ]
        table = pa.table(columns, names=list(public.names))
        with self._written(self._out) as path:
            pv.write_csv(table, path, pv.WriteOptions(quoting_style="needed"))

    def secret(self, place: Path, seed: bytes) -> None:
        """Write the seed where only its owner reads it."""
        with self._written(place, mode=0o600) as path:
            path.write_text(f"{seed.hex()}\n", "utf-8")

    def publish(self, about: dict[str, Any]) -> None:
        """Write what the rows are, and give both their names."""
        with self._written(self._about) as path:
            path.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
        # The rows come last: where they stand, what is said of them stands too.
        with _told(self._out):
            for building, place in reversed(self._unfinished):
                os.replace(building, place)

    @contextmanager
    def _written(self, place: Path, mode: int = 0o644) -> Iterator[Path]:
        with _told(place):
            handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
            os.close(handle)
            self._unfinished.append((Path(name), place))
            yield Path(name)
            Path(name).chmod(mode)
            with open(name, "rb") as file:
                os.fsync(file.fileno())

    def __exit__(self, *ended: object) -> None:
        for building, _ in self._unfinished:
            building.unlink(missing_ok=True)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:  # pyarrow's errors of reading and writing are these too
        why = system_reason(problem)
        raise BadInput("microdata.out", where=str(out), en=f"cannot be written: {why['en']}; nothing was published",
                       es=f"no se puede escribir: {why['es']}; no se publicó nada") from None  # fmt: skip
