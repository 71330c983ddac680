# SPDX-License-Identifier: Apache-2.0
"""Names, telephones, addresses: as Mexico and the United States have them, and as busy people write them down.

No number or address belongs to anyone: `worlds/reach.yaml` says which ranges are used and why.
"""

from __future__ import annotations

import unicodedata

from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import read_data
from tejido.synthetic.model import Name, Person, state_of

_NAMES = read_data("names")
_REACH = read_data("reach")
_SPELLINGS = {spelling: variants for variants in _NAMES["spellings"] for spelling in variants}


def true_name(person: Person, dice: Dice) -> Name:
    """A name that fits the person's nationality and gender; one surname where the country uses one."""
    country = person.nationalities[0] if person.nationalities else "MX"
    origin = _NAMES["origins"].get(country, "es")
    if country == "US" and dice.chance(0.45):
        origin = "es"
    gender = person.gender if person.gender in ("male", "female") else dice.pick(("male", "female"))
    surnames = _NAMES["surnames"][origin]
    given = dice.pick_early(_NAMES["given"][origin][gender], 1.4)
    paternal = dice.pick_early(surnames)
    two = origin in _NAMES["two_surnames"] and country != "US"
    return Name(given, paternal, dice.pick_early(surnames) if two else "")


def as_written(name: Name, dice: Dice) -> list[tuple[str, Name]]:
    """The rows of one person's names in one record: a full name with its slips, a nickname, or both."""
    found = []
    nickname = dice.pick(_NAMES["nicknames"].get(name.given, [name.given]))
    if dice.chance(0.85):
        found.append(("full", _slip(name, nickname, dice)))
    if not found or (nickname != name.given and dice.chance(0.3)):
        found.append(("nickname", Name(nickname, "", "")))
    return found


def alias(dice: Dice) -> tuple[str, Name]:
    """What people call someone whose name nobody knows."""
    return "alias", Name(dice.pick(_NAMES["aliases"]), "", "")


def _slip(name: Name, nickname: str, dice: Dice) -> Name:
    roll = dice.uniform()
    if roll < 0.5:
        return name
    if roll < 0.62:
        return Name(name.given, name.paternal, "")
    if roll < 0.72:
        return Name(*(plain(part) for part in (name.given, name.paternal, name.maternal)))
    if roll < 0.80:
        return Name(*(_respelt(part, dice) for part in (name.given, name.paternal, name.maternal)))
    if roll < 0.86:
        return Name(nickname, name.paternal, name.maternal)
    if roll < 0.91 and name.maternal:
        return Name(name.given, name.maternal, name.paternal)
    if roll < 0.95 and name.maternal:
        return Name(name.given, f"{name.paternal}-{name.maternal}", "")
    return Name(_typo(name.given, dice), name.paternal, name.maternal)


def plain(text: str) -> str:
    """`text` without accents, as typed on another keyboard."""
    return "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))


def _respelt(part: str, dice: Dice) -> str:
    return dice.pick(_SPELLINGS[part]) if part in _SPELLINGS else part


def _typo(part: str, dice: Dice) -> str:
    if len(part) < 4:
        return part
    at = dice.between(1, len(part) - 3)
    swapped = part[:at] + part[at + 1] + part[at] + part[at + 2 :]
    return swapped if dice.chance(0.5) else part[:at] + part[at + 1 :]


class Numbers:
    """Telephone numbers in the ranges of `reach.yaml`, each given to one owner while the range lasts."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def phone(self, place: str) -> str:
        """A number in E.164 form with an area code of `place` (a state, or a country)."""
        for _ in range(200):
            number = _us_number(place, self._dice) if place[:2] == "US" else _mx_number(place, self._dice)
            if number not in self._given:
                break
        self._given.add(number)
        return number


def _us_number(place: str, dice: Dice) -> str:
    codes = _REACH["phone"]["us"]
    return f"+1{dice.pick(codes.get(state_of(place), codes['']))}55501{dice.below(100):02d}"


def _mx_number(place: str, dice: Dice) -> str:
    codes = _REACH["phone"]["mx"]
    lada = str(dice.pick(codes.get(state_of(place), codes[""])))
    return f"+52{lada}{'0' * (6 - len(lada))}{dice.below(10_000):04d}"


def phone_as_written(number: str, dice: Dice) -> str:
    """The number as the advocate typed it: mostly in full, sometimes as it is said at home."""
    if dice.chance(0.7):
        return number
    if number.startswith("+1"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    local = number[3:]
    return (
        f"{local[:2]} {local[2:6]} {local[6:]}"
        if local[:2] in ("55", "56", "33", "81")
        else f"{local[:3]} {local[3:6]} {local[6:]}"
    )


def email(name: Name, dice: Dice) -> str:
    """An address at a domain kept for examples."""
    local = plain(f"{name.given}.{name.paternal}").lower().replace(" ", "")
    return f"{local}{dice.below(100)}@{dice.pick(_REACH['email'])}"


def address(country: str, dice: Dice) -> str:
    """A street that says it is invented."""
    side = "mx" if country == "MX" else "us"
    street, number = dice.pick(_REACH["streets"][side]), dice.between(1, 999)
    return f"{street} {number}" if side == "mx" else f"{number} {street}"


def business_name(industry: str, dice: Dice) -> str:
    """A business that says it is invented."""
    known: list[str] = _REACH["businesses"].get(industry, ["Example Services", "Servicios Inventados"])
    return f"{dice.pick(known)} {dice.between(1, 99)}"


def handle(name: Name, dice: Dice) -> str:
    """A social media account that says it is invented."""
    return f"@{plain(name.given).lower().replace(' ', '_')}_ejemplo{dice.below(1000)}"
