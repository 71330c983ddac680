# SPDX-License-Identifier: Apache-2.0
"""What each type of message may hold, read from `bodies.yaml`, and the few rules that no shape can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tejido.exchange.shapes import Shape, bad, check


def check_body(message_type: str, body: object) -> None:
    """Return if `body` is what a message of this type holds; raises `BadInput` naming the place, quoting nothing."""
    declared = _declared()
    if message_type not in declared["messages"]:
        raise bad("unknown_message_type", "type", "an unknown type of message", "un tipo de mensaje desconocido")
    shape: Shape = {"kind": "object", "keys": declared["messages"][message_type]}
    check(body, shape, declared["shapes"], message_type)
    rule = _RULES.get(message_type)
    if rule is not None and isinstance(body, dict):
        rule(body)


def message_types() -> list[str]:
    """The types of message there are."""
    return list(_declared()["messages"])


def tables_of(body: Mapping[str, Any]) -> frozenset[str]:
    """Names of the aggregate tables in a tabulation, as agreements name them: `victims` or `victims/gender`."""
    return frozenset(
        cell["indicator"] if cell["by"] is None else f"{cell['indicator']}/{cell['by']}" for cell in body["cells"]
    )


@cache
def _declared() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("tejido.exchange") / "bodies.yaml").read_text(encoding="utf-8"))
    return loaded


def _handover(body: Mapping[str, Any]) -> None:
    """No fact beyond what she allowed, for this very purpose: checked by the recipient too."""
    if body["release"]["purpose"] != "hand_over":
        raise bad("other_purpose", "handover.release", "another purpose", "otra finalidad")
    if "release_back" in body and body["release_back"]["purpose"] != "outcome":
        raise bad("other_purpose", "handover.release_back", "another purpose", "otra finalidad")
    if not body["facts"] or set(body["facts"]) - set(body["release"]["fields"]):
        raise bad("beyond_release", "handover.facts", "facts she did not allow, or none", "datos que ella no autorizó")
    crew = body["facts"].get("coworkers")
    if crew is not None and not crew["low"] <= crew["best"] <= crew["high"]:
        raise bad("low_best_high", "handover.facts.coworkers", "low ≤ best ≤ high", "mínimo ≤ mejor ≤ máximo")


def _outcome(body: Mapping[str, Any]) -> None:
    if body["release"]["purpose"] != "outcome" or "service_outcome" not in body["release"]["fields"]:
        raise bad("beyond_release", "handover_outcome.release", "she did not allow it", "ella no lo autorizó")


def _answer(body: Mapping[str, Any]) -> None:
    if (body["answer"] == "declined") != ("reason" in body):
        raise bad("reason", "handover_answer.reason", "a reason, if declined", "un motivo, si no se acepta")


def _danger(body: Mapping[str, Any]) -> None:
    if not body["facts"]:
        raise bad("empty", "danger_alert.facts", "at least one fact", "al menos un dato")


def _tabulation(body: Mapping[str, Any]) -> None:
    keys = [(cell["indicator"], cell["by"], cell["cell"]) for cell in body["cells"]]
    if len(keys) != len(set(keys)):
        raise bad("doubled", "tabulation.cells", "a total stands there twice", "un total aparece dos veces")
    if any((cell["by"] is None) != (cell["cell"] is None) for cell in body["cells"]):
        raise bad("by_and_cell", "tabulation.cells", "by and cell come together", "by y cell van juntos")
    if any(cell["counted"] > cell["held"] for cell in body["cells"]):
        raise bad("counted", "tabulation.cells", "more counted than held", "se cuenta más de lo que se tiene")


_RULES: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "handover": _handover,
    "handover_answer": _answer,
    "handover_outcome": _outcome,
    "danger_alert": _danger,
    "tabulation": _tabulation,
}
