# SPDX-License-Identifier: Apache-2.0
"""Policy packs: what the law and the funders of one side allow, as dated data with a source for every rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml

from tejido.vocabulary import BadInput, Words


@dataclass(frozen=True)
class HowRule:
    """What a release given in one way must have (`needs`: flags of `Release`) and what it may then cover."""

    needs: frozenset[str]
    sensitive: bool
    excepted: frozenset[str] = frozenset()
    then: frozenset[str] = frozenset()

    def stricter(self, other: HowRule) -> HowRule:
        """Both rules at once."""
        return HowRule(
            needs=self.needs | other.needs,
            sensitive=self.sensitive and other.sensitive,
            excepted=self.excepted | other.excepted,
            then=self.then | other.then,
        )


@dataclass(frozen=True)
class Basis:
    """A legal basis on which something may leave without a release: to whom, and the least that is needed."""

    code: str
    lane: str
    label: Words
    recipients: frozenset[str]
    fields: frozenset[str]
    under_18: bool
    source: Words


@dataclass(frozen=True)
class Duty:
    """What someone must do when a person may be under 18; `basis` is the report it may lead to."""

    basis: str
    within_hours: int
    words: Words


@dataclass(frozen=True)
class Pack:
    """The rules of one side on the days from `valid_from` to `valid_to`. Rules of all `regimes` bind at once."""

    name: str
    jurisdiction: str
    version: str
    valid_from: date
    valid_to: date | None
    review_by: date
    status: Words
    regimes: tuple[str, ...]
    how: Mapping[str, HowRule]
    maximum_days: int
    recipients: frozenset[str]
    obligations: tuple[str, ...]
    notice_versions: tuple[str, ...]
    purposes: frozenset[str]
    guardian: bool
    alone_if_permitted: bool
    duties: tuple[Duty, ...]
    bases: Mapping[str, Basis]
    trafficker_identifiers: Mapping[str, str]
    minimum_cell: int
    sources: Mapping[str, str]

    @property
    def stamp(self) -> str:
        """Name, version and regimes, as kept with every decision: `us 2026.1 (hhs_otip)`."""
        return f"{self.name} {self.version} ({', '.join(self.regimes)})"

    def hours_for(self, basis: str) -> int | None:
        """Within how many hours the report on this basis is due; None where the rules name none."""
        return min((duty.within_hours for duty in self.duties if duty.basis == basis), default=None)

    @property
    def notice_version(self) -> str:
        """The privacy notice to read to her now: the last one listed."""
        return self.notice_versions[-1]

    def in_force(self, on: date) -> bool:
        """Do the rules hold on that day?"""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def policy_pack(name: str, *, regimes: Collection[str] | None = None) -> Pack:
    """The shipped pack `us` or `mx`; `regimes` names which law or money binds the operator (None: all of them).

    Raises `BadInput` for a pack or regime that is not known, and where no regime is named.
    """
    if name not in policy_packs():
        raise BadInput("unknown_pack", en=f"no policy pack {name!r}", es=f"no hay reglas {name!r}")
    text = (files("tejido.agreements") / "packs" / f"{name}.yaml").read_text(encoding="utf-8")
    return _pack(yaml.safe_load(text), regimes)


def policy_packs() -> list[str]:
    """Names of the shipped packs."""
    folder = files("tejido.agreements") / "packs"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def _pack(raw: dict[str, Any], regimes: Collection[str] | None) -> Pack:
    chosen = tuple(raw["regimes"]) if regimes is None else tuple(sorted(set(regimes)))
    unknown = [regime for regime in chosen if regime not in raw["regimes"]]
    if unknown or not chosen:
        known = ", ".join(raw["regimes"])
        raise BadInput(
            "unknown_regime", en=f"regimes were expected among: {known}", es=f"se esperaban regímenes entre: {known}"
        )
    return Pack(
        name=raw["pack"],
        jurisdiction=raw["jurisdiction"],
        version=raw["version"],
        valid_from=raw["valid_from"],
        valid_to=raw["valid_to"],
        review_by=raw["review_by"],
        status=raw["status"],
        regimes=chosen,
        how=_strictest([_how_rules(raw["regimes"][regime]["how"]) for regime in chosen]),
        maximum_days=raw["release"]["maximum_days"],
        recipients=frozenset(raw["release"]["recipients"]),
        obligations=tuple(raw["release"]["obligations"]),
        notice_versions=tuple(raw["notice"]["versions"]),
        purposes=frozenset(raw["notice"]["purposes"]),
        guardian=raw["minors"]["guardian"],
        alone_if_permitted=raw["minors"]["alone_if_permitted"],
        duties=tuple(Duty(duty["basis"], duty["within_hours"], duty["words"]) for duty in raw["minors"]["duties"]),
        bases={code: _basis(code, entry) for code, entry in raw["bases"].items()},
        trafficker_identifiers={
            origin: rule for origin, rule in raw["trafficker_identifiers"].items() if origin != "source"
        },
        minimum_cell=raw["minimum_cell"]["k"],
        sources=_sources(raw, chosen),
    )


def _how_rules(raw: Mapping[str, Any]) -> dict[str, HowRule]:
    return {
        how: HowRule(
            needs=frozenset(rule["needs"]),
            sensitive=rule["sensitive"],
            excepted=frozenset(rule.get("except", ())),
            then=frozenset(rule.get("then", ())),
        )
        for how, rule in raw.items()
    }


def _strictest(rules: list[dict[str, HowRule]]) -> dict[str, HowRule]:
    """Only the ways every regime accepts, each under all their conditions."""
    together = rules[0]
    for more in rules[1:]:
        together = {how: rule.stricter(more[how]) for how, rule in together.items() if how in more}
    return together


def _basis(code: str, raw: Mapping[str, Any]) -> Basis:
    return Basis(
        code=code,
        lane=raw["lane"],
        label=raw["label"],
        recipients=frozenset(raw["recipients"]),
        fields=frozenset(raw["fields"]),
        under_18=raw["under_18"],
        source=raw["source"],
    )


def _sources(raw: Mapping[str, Any], chosen: tuple[str, ...]) -> dict[str, str]:
    """Every rule's source by its name, for the page that shows the rules in force."""
    found = {f"regimes.{regime}": raw["regimes"][regime]["source"] for regime in chosen}
    found |= {f"bases.{code}": entry["source"]["en"] for code, entry in raw["bases"].items()}
    for section in ("release", "notice", "minors", "trafficker_identifiers", "minimum_cell"):
        found[section] = raw[section]["source"]
    return found
