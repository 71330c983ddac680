# SPDX-License-Identifier: Apache-2.0
"""Crosswalks between code lists: what a code becomes in another list, and what cannot be said there, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tejido.vocabulary.lists import UnknownCode, read_yaml
from tejido.vocabulary.problems import Words


class UnknownCrosswalk(KeyError):
    """No crosswalk of that name is shipped, or it does not join those two lists."""


class Unmappable(ValueError):
    """The other list cannot say this; `reason` says why."""

    def __init__(self, code: str, reason: Words) -> None:
        self.code, self.reason = code, reason
        super().__init__(f"{code}: {reason['en']}")


@dataclass(frozen=True)
class ListMapping:
    """One list into another. Every code of `from_list` is in `codes` or in `unmappable`, never in both."""

    from_list: str
    to_list: str
    codes: Mapping[str, tuple[str, ...]]
    unmappable: Mapping[str, Words]

    def translate(self, code: str) -> tuple[str, ...]:
        """The codes that say the same in `to_list`; raises `Unmappable` with the reason, or `UnknownCode`."""
        if code in self.unmappable:
            raise Unmappable(code, self.unmappable[code])
        try:
            return self.codes[code]
        except KeyError:
            raise UnknownCode(f"{self.from_list}: {code}") from None


@dataclass(frozen=True)
class Crosswalk:
    """A set of mappings between two standards, both ways where both ways were worked out."""

    name: str
    label: Words
    source: str
    version: str
    licence: str
    note: str
    mappings: tuple[ListMapping, ...]

    def between(self, from_list: str, to_list: str) -> ListMapping:
        """The mapping of one list into another; raises `UnknownCrosswalk`."""
        for mapping in self.mappings:
            if (mapping.from_list, mapping.to_list) == (from_list, to_list):
                return mapping
        raise UnknownCrosswalk(f"{self.name}: {from_list} to {to_list}")


@cache
def crosswalk(name: str) -> Crosswalk:
    """The shipped crosswalk called `name`; raises `UnknownCrosswalk`."""
    path = files("tejido.vocabulary") / "crosswalks" / f"{name}.yaml"
    if not path.is_file():
        raise UnknownCrosswalk(name)
    raw = read_yaml(path.read_text(encoding="utf-8"))
    mappings = tuple(
        ListMapping(
            entry["from"],
            entry["to"],
            {code: tuple(codes) for code, codes in entry["codes"].items()},
            entry["unmappable"],
        )
        for entry in raw["mappings"]
    )
    return Crosswalk(
        name, raw["label"], raw["source"], str(raw["version"]), raw["licence"], raw.get("note", ""), mappings
    )


def crosswalks() -> list[str]:
    """Names of every shipped crosswalk."""
    folder = files("tejido.vocabulary") / "crosswalks"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
