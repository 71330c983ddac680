# SPDX-License-Identifier: Apache-2.0
"""What a world is like, read from the YAML in `worlds/`: its figures, how they are filled, and its stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tejido.vocabulary import BadInput, Words

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Story:
    """One shape that cases take. Weights are relative; places are states (`MX-OAX`) or countries (`HN`)."""

    name: str
    type: str
    share: float
    exploitation: Weights
    origin: Weights
    gender: Weights
    age: Weights
    nationality: Weights
    means: Weights  # probabilities, each on its own
    recruitment: Weights
    trafficker_gender: Weights
    trafficker_nationality: Weights
    labor_industry: Weights
    sex_trafficking_type: Weights


@dataclass(frozen=True)
class Flavour:
    """A world's plan. `figures` are the joint, deduplicated figures its records must have, to the last person."""

    name: str
    organisations: dict[str, Words]
    start: date
    end: date
    as_of: date
    first_day: date
    figures: dict[str, dict[str, Any]]
    answers: dict[str, dict[str, dict[str, int]]]
    cases: dict[str, int]
    groups: dict[str, Any]
    handovers: dict[str, float]
    noise: dict[str, int]
    made_to_control_others: int
    rings: int
    speech: dict[str, Weights]
    stories: dict[str, Story]

    def in_window(self, day: date) -> bool:
        """Whether `day` is counted; both ends are."""
        return self.start <= day <= self.end


def read_data(name: str) -> Any:
    """The parsed YAML file `worlds/<name>.yaml`."""
    return yaml.safe_load((files("tejido.synthetic") / "worlds" / f"{name}.yaml").read_text(encoding="utf-8"))


def flavours() -> list[str]:
    """Names that `flavour` knows."""
    names = (entry.name for entry in (files("tejido.synthetic") / "worlds").iterdir())
    return sorted(name[len("like_") : -len(".yaml")] for name in names if name.startswith("like_"))


@cache
def flavour(name: str) -> Flavour:
    """The plan called `name` ("2017"); raises BadInput."""
    known = flavours()
    if name not in known:
        raise BadInput(
            "world.unknown_flavour",
            en=f"there is no world like “{name}”; known: {', '.join(known)}",
            es=f"no hay un mundo como «{name}»; se conocen: {', '.join(known)}",
            where="--like",
        )
    raw = read_data(f"like_{name}")
    window = raw.pop("window")
    raw.pop("source")
    optional: dict[str, Weights] = {"labor_industry": {}, "sex_trafficking_type": {}}
    stories = {key: Story(name=key, **{**optional, **entry}) for key, entry in read_data("stories").items()}
    return Flavour(start=window["start"], end=window["end"], stories=stories, **raw)
