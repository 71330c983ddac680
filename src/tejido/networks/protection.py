# SPDX-License-Identifier: Apache-2.0
"""Who is never a target. The one place that decides it: every plan, page and export asks here."""

from __future__ import annotations

from tejido.networks.network import Network, Node, Tie
from tejido.vocabulary import code_list

_ROLES = code_list("network_role").codes
PROTECTED_ROLES = frozenset(code for code, role in _ROLES.items() if role.properties["protected"])
NOBODY = frozenset(code for code, role in _ROLES.items() if role.properties.get("nobody"))


def is_protected(node: Node) -> bool:
    """Survivors, those made to control or to recruit others, whoever is under 18, and whose role is not known."""
    return node.under_18 is True or node.role in PROTECTED_ROLES


def whom_it_falls_on(network: Network, tie: Tie) -> tuple[Node, ...]:
    """Against whom an action on this tie is: the end it names, else both, for then it may fall on either."""
    ends = (tie.against,) if tie.against else (tie.start, tie.end)
    return tuple(node for node in map(network.nodes.__getitem__, ends) if node.role not in NOBODY)


def may_act_on(network: Network, tie: Tie) -> bool:
    """Whether a plan may act on this tie: it can be done, is against somebody, and against nobody protected."""
    against = whom_it_falls_on(network, tie)
    return tie.cost is not None and bool(against) and not any(map(is_protected, against))
