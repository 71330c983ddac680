# SPDX-License-Identifier: Apache-2.0
"""What all editions about the same people have cost together, and a stated budget that they may not pass.

Costs in rho add up, whoever chooses a later edition after seeing an earlier one. A line is written before the edition
is: whoever is stopped in between has paid for nothing, and never published for nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tejido.statistics.microdata.budget import check, epsilon_of
from tejido.vocabulary import BadInput, system_reason

SCHEMA = "tejido.privacy_ledger/1"


@dataclass(frozen=True)
class Ledger:
    """The budget as (epsilon, delta), and what each edition cost in rho, in order."""

    epsilon: float
    delta: float
    editions: tuple[tuple[str, Fraction], ...] = ()

    @property
    def rho(self) -> Fraction:
        """What has been spent."""
        return sum((cost for _, cost in self.editions), Fraction(0))

    @property
    def spent(self) -> float:
        """The epsilon that all editions together grant at the budget's delta."""
        return epsilon_of(float(self.rho), self.delta) if self.editions else 0.0

    def charged(self, edition: str, rho: Fraction, where: str) -> Ledger:
        """The ledger with one more edition; raises `BadInput` where the budget does not allow it."""
        if rho <= 0:
            raise ValueError("an edition costs something")
        if any(edition == name for name, _ in self.editions):
            raise _refuse(where, f"edition {edition!r} stands in it already: each release is paid for",
                          f"la edición {edition!r} ya está anotada: cada publicación se paga")  # fmt: skip
        after = Ledger(self.epsilon, self.delta, (*self.editions, (edition, rho)))
        if after.spent > self.epsilon * (1 + 1e-9):
            raise _refuse(
                where,
                f"all editions together would cost epsilon {after.spent:.4g}; the budget is {self.epsilon:g} "
                f"(spent so far: {self.spent:.4g})",
                f"todas las ediciones juntas costarían un épsilon de {after.spent:.4g}; el presupuesto es "
                f"{self.epsilon:g} (gastado hasta ahora: {self.spent:.4g})",
            )
        return after

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "schema": SCHEMA,
            "budget": {"epsilon": self.epsilon, "delta": self.delta},
            "editions": [{"edition": name, "rho": str(cost)} for name, cost in self.editions],
            "spent": {"rho": str(self.rho), "epsilon": round(self.spent, 6)},
        }


def read_ledger(path: Path) -> Ledger:
    """The ledger in a file; raises `BadInput` unless every line of it can be trusted."""
    try:
        raw = json.loads(path.read_bytes().decode("utf-8"))
        if raw["schema"] != SCHEMA:
            raise ValueError
        editions = tuple((str(line["edition"]), Fraction(line["rho"])) for line in raw["editions"])
        ledger = Ledger(float(raw["budget"]["epsilon"]), float(raw["budget"]["delta"]), editions)
        if any(cost <= 0 for _, cost in editions) or Fraction(raw["spent"]["rho"]) != ledger.rho:
            raise ValueError
    except OSError as problem:
        why = system_reason(problem)
        raise _refuse(path.name, f"cannot be read: {why['en']}", f"no se puede leer: {why['es']}") from None
    except (ValueError, KeyError, TypeError, RecursionError, ZeroDivisionError):
        raise _refuse(path.name, f"expected a privacy ledger ({SCHEMA}) whose sum is right",
                      f"se esperaba un registro de privacidad ({SCHEMA}) con la suma correcta") from None  # fmt: skip
    check(ledger.epsilon, ledger.delta, path.name)
    return ledger


@contextmanager
def charging(
    path: Path, edition: str, rho: Fraction, budget: tuple[float, float] | None
) -> Iterator[Callable[[], Ledger]]:
    """Refuses at once what the budget does not allow; the function it gives writes the line, before publication.

    Whoever else wants to charge the same ledger waits. `budget` begins a ledger; one that exists keeps its own.
    """
    try:
        guard = os.open(path.parent / f".{path.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        why = system_reason(problem)
        raise _refuse(str(path), f"cannot be written: {why['en']}", f"no se puede escribir: {why['es']}") from None
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        after = _current(path, budget).charged(edition, rho, path.name)

        def write() -> Ledger:
            _write(path, after)
            return after

        yield write
    finally:
        os.close(guard)


def _current(path: Path, budget: tuple[float, float] | None) -> Ledger:
    if path.exists():
        ledger = read_ledger(path)
        if budget is not None and budget[0] != ledger.epsilon:
            raise _refuse(path.name, f"its budget is {ledger.epsilon:g}, not {budget[0]:g}",
                          f"su presupuesto es {ledger.epsilon:g}, no {budget[0]:g}")  # fmt: skip
        return ledger
    if budget is None:
        raise _refuse(path.name, "no such ledger; --budget begins one", "no existe el registro; --budget lo comienza")
    check(*budget, "--budget")
    return Ledger(*budget)


def _write(path: Path, ledger: Ledger) -> None:
    text = json.dumps(ledger.as_json(), indent=1, ensure_ascii=False) + "\n"
    unfinished = None
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            unfinished = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as problem:
        why = system_reason(problem)
        raise _refuse(str(path), f"cannot be written: {why['en']}; nothing was published",
                      f"no se puede escribir: {why['es']}; no se publicó nada") from None  # fmt: skip
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def _refuse(where: str, en: str, es: str) -> BadInput:
    return BadInput("microdata.ledger", where=where, en=en, es=es)
