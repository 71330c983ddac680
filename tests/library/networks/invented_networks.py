# SPDX-License-Identifier: Apache-2.0
"""Small networks of nobody, drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

from tejido.networks import Network, Node, Tie
from tejido.vocabulary import code_list

ROLES = [code for code, role in code_list("network_role").codes.items() if not role.properties.get("nobody")]


@st.composite
def invented_networks(draw: st.DrawFn, *, ties: int = 9) -> Network:
    """With circles, ties side by side, ties that carry nothing, free actions and actions that name whom they hit."""
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink")}
    for number in range(draw(st.integers(1, 4))):
        # Traffickers often, so that something may be done.
        role = draw(st.sampled_from(ROLES) | st.just("trafficker"))
        nodes[f"n{number}"] = Node(f"n{number}", role, draw(st.sampled_from([None, False, False, True])))
    made = []
    for row in range(1, draw(st.integers(1, ties)) + 1):
        start, end = draw(st.sampled_from(list(nodes))), draw(st.sampled_from(list(nodes)))
        if start == end:
            continue
        against = [end_ for end_ in (start, end) if end_ not in ("s", "t")]
        made.append(Tie(
            start, end, "", draw(st.integers(0, 4)), draw(st.sampled_from([None, 0.0, 1.0, 1.5, 2.0, 2.0, 3.0])), "",
            draw(st.sampled_from(["", *against])), draw(st.booleans()), row,
        ))  # fmt: skip
    return Network(nodes, tuple(made), "invented", "", True, draw(st.sampled_from([None, None, None, 1, 3])))
