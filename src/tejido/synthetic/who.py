# SPDX-License-Identifier: Apache-2.0
"""What each true person is called and reached by, once for all of her or his rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tejido.synthetic.draws import Dice
from tejido.synthetic.identities import Numbers, address, email, handle, true_name
from tejido.synthetic.model import CONTACTOR, TRAFFICKER, Case, Name, Person, country_of
from tejido.synthetic.rings import Ring

_NAME_KNOWN = {TRAFFICKER: 0.6, CONTACTOR: 0.8}
_PHONE_KNOWN = {TRAFFICKER: 0.4, CONTACTOR: 0.9}
_OTHERWISE = 0.5
_RING_PHONE, _RING_ADDRESS = 0.65, 0.4


@dataclass
class Identity:
    """A true person: the name nobody misspelt, and every way to reach her or him. `named`: records know the name."""

    true_id: str
    role: str
    name: Name
    named: bool
    ring_id: str
    identifiers: list[tuple[str, str]] = field(default_factory=list)


def identify(cases: Sequence[Case], rings: Sequence[Ring], numbers: Numbers, dice: Dice) -> dict[str, Identity]:
    """The identity of every named person by true id, in order of appearance; groups have none."""
    found: dict[str, Identity] = {}
    for case in cases:
        ring = rings[case.ring] if case.ring is not None else None
        for person in case.people:
            if person.is_group or person.true_id in found:
                continue
            found[person.true_id] = _identity(person, case, ring, numbers, dice)
    return found


def _identity(person: Person, case: Case, ring: Ring | None, numbers: Numbers, dice: Dice) -> Identity:
    traffics = person.role == TRAFFICKER
    identity = Identity(
        person.true_id,
        person.role,
        true_name(person, dice),
        dice.chance(_NAME_KNOWN.get(person.role, _OTHERWISE)),
        ring.ring_id if ring is not None and traffics else "",
    )
    reach = identity.identifiers
    if dice.chance(_PHONE_KNOWN.get(person.role, _OTHERWISE)):
        reach.append(("phone", numbers.phone(_lives(case, person, dice))))
    if ring is not None and traffics:
        if dice.chance(_RING_PHONE):
            reach.append(("phone", dice.pick(ring.phones)))
        if dice.chance(_RING_ADDRESS):
            reach.append(("address", ring.address))
    if dice.chance(0.08):
        reach.append(("email", email(identity.name, dice)))
    if dice.chance(0.07):
        reach.append(("social_handle", handle(identity.name, dice)))
    if traffics and dice.chance(0.08):
        reach.append(("address", address(country_of(case.destination), dice)))
    if traffics and dice.chance(0.06):
        reach.append(("vehicle_plate", f"INV-{dice.below(1000):03d}-{dice.pick('ABCDEFGH')}"))
    return identity


def _lives(case: Case, person: Person, dice: Dice) -> str:
    if person.role == CONTACTOR or dice.chance(0.25):
        return case.origin if country_of(case.origin) in ("MX", "US") else case.destination
    return case.destination if country_of(case.destination) in ("MX", "US") else "MX-CMX"
