# SPDX-License-Identifier: Apache-2.0
"""Do heading, footnote and headline agree about what was counted, and whose it is?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

import yaml

from tejido.statistics.audit_finding import Finding, finding
from tejido.statistics.audit_reading import PublishedSheet
from tejido.vocabulary import Language

_NAME = re.compile(
    r"[A-ZÁÉÍÓÚÑ][\w’'.-]*(?:\s+(?:(?:of|the|for|de|del|la|las|los|contra|y|and)\s+){0,2}[A-ZÁÉÍÓÚÑ][\w’'.-]*)*"
)


@dataclass(frozen=True)
class _Said:
    text: str
    channels: frozenset[str]
    generic: bool
    organisations: frozenset[str]  # those named, several lines of one house as one
    claimed: int  # how many it says there are, without naming them


@cache
def _lists() -> dict[str, Any]:
    text = (files("tejido.statistics") / "audit_sources.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def source_findings(sheet: PublishedSheet) -> Iterator[Finding]:
    """Disagreements among the statements of source; where they disagree on channels, headline labels that join in.

    A label is no statement of source: "calls" on a sheet whose heading and footnote agree is short for what they say.
    """
    said = [_understood(text) for text in sheet.sources.values() if text]
    disputed = False
    for first, second in combinations(said, 2):
        yield from _organisations(first, second)
        for found in _channels(first, second, None):
            disputed = True
            yield found
    if not said or (len(said) > 1 and not disputed):
        return
    fullest = max(said, key=lambda one: len(one.channels))
    for unit, label in sheet.labels.items():
        told = _understood(label)
        # "Cases with calls" may be cut narrower; a label is wrong only where it stands for all that came in.
        if unit == "contacts" or _begins_with_channel(label):
            yield from _channels(told, fullest, unit)


def _understood(text: str) -> _Said:
    lists = _lists()
    names = _names(text)
    rest = text
    for name in names:
        rest = rest.replace(name, " ")
    rest = rest.lower()
    channels = frozenset(
        channel for channel, words in lists["channels"].items() if re.search(rf"\b(?:{words['pattern']})\b", rest)
    )
    claimed = [int(number) for number, words in lists["organisations"].items() if re.search(words, text.lower())]
    known: Mapping[str, str] = lists["known"]
    return _Said(
        text=text.strip(),
        channels=channels,
        generic=re.search(rf"\b(?:{lists['generic']})\b", rest) is not None,
        organisations=frozenset(known.get(name, name) for name in names),
        claimed=max(claimed, default=0),
    )


def _names(text: str) -> list[str]:
    """Proper names in a sentence: known lines first, then runs of capitalised words."""
    lists = _lists()
    found = []
    rest = text
    for name in sorted(lists["known"], key=len, reverse=True):
        if re.search(rf"\b{re.escape(name)}\b", rest):
            found.append(name)
            rest = re.sub(rf"\b{re.escape(name)}(?:['’]s)?\b", "|", rest)
    for match in _NAME.finditer(rest):
        # "Línea Alba and Woven Line" are two names: the joining word only belongs to a name in one language's titles.
        for part in re.split(r"\s+(?:and|y)\s+", match.group()):
            name = re.sub(r"['’]s$", "", part).strip(" .,'’-")
            single = " " not in name
            starts_sentence = not rest[: match.start()].strip() or rest[: match.start()].rstrip()[-1] in ".:;|"
            if name in lists["not_names"] or len(name) < 2 or (single and starts_sentence):
                continue
            found.append(name)
    return found


def _begins_with_channel(label: str) -> bool:
    patterns = "|".join(words["pattern"] for words in _lists()["channels"].values())
    return (
        re.match(rf"(?:total )?(?:number of |número (?:total )?de |total de )?(?:{patterns})\b", label.lower())
        is not None
    )


def _channels(first: _Said, second: _Said, unit: str | None) -> Iterator[Finding]:
    if (first.generic and not first.channels) or (second.generic and not second.channels):
        return
    if not first.channels or not second.channels or first.channels == second.channels:
        return
    if unit is not None and second.generic:
        return
    yield finding(
        "sources",
        "sources_channels",
        unit=unit,
        first=first.text,
        second=second.text,
        first_channels=_channel_words(first.channels),
        second_channels=_channel_words(second.channels),
    )


def _organisations(first: _Said, second: _Said) -> Iterator[Finding]:
    for one, other in ((first, second), (second, first)):
        if not other.organisations:
            continue
        count = max(one.claimed, len(one.organisations))
        named = _listed(other.organisations)
        if count > len(other.organisations) and other.claimed < count:
            if one.organisations and one.claimed <= len(one.organisations):
                yield finding(
                    "sources",
                    "sources_names",
                    first=one.text,
                    second=other.text,
                    first_named=_listed(one.organisations),
                    named=named,
                )
            else:
                yield finding(
                    "sources",
                    "sources_organisations",
                    first=one.text,
                    second=other.text,
                    first_count=str(count),
                    named=named,
                )
            return


def _channel_words(channels: frozenset[str]) -> dict[Language, str]:
    words = _lists()["channels"]
    ordered = [channel for channel in words if channel in channels]
    return {
        "en": ", ".join(words[channel]["en"] for channel in ordered),
        "es": ", ".join(words[channel]["es"] for channel in ordered),
    }


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
