# SPDX-License-Identifier: Apache-2.0
"""The network of the Mexican southern border (Social Network Analysis and Mining 2024), and those of Montagna."""

from __future__ import annotations

from tests.library.networks.published import published

from tejido.networks import Network, Node, Tie

_ROLES = {"Explotador": "trafficker", "Reclutador": "recruiter", "Victima": "survivor_made_to_recruit",
          "Cuidador": "guard", "Raitero": "transporter", "Estafeta": "participant", "Estafeta1": "participant",
          "Guia": "transporter", "Escolta": "guard", "Empresa": "business", "Funcionario": "official",
          "Partícipe": "participant"}  # fmt: skip


def mexican_border() -> Network:
    """34 people and businesses, 225 ties, with the roles its authors gave them."""
    names = published("mexico_southern_border/labels.csv").read_text("utf-8-sig").splitlines()
    lines = published("mexico_southern_border/Data.txt").read_text().splitlines()
    nodes = {}
    for line in names:
        number, name = line.split(",")
        nodes[number] = Node(number, _ROLES[name.split()[0]], False, name.strip())
    ties = [Tie(*line.split(), row=row) for row, line in enumerate(lines, 1)]
    return Network(nodes, tuple(ties), "published", directed=False)


def montagna(which: str) -> Network:
    """Meetings or phone calls; nobody's role is said."""
    lines = published(f"montagna/Montagna_{which}_edgelist.csv").read_text().splitlines()
    ends = [line.replace(",", " ").split()[:2] for line in lines]
    ties = [Tie(one, other, row=row) for row, (one, other) in enumerate(ends, 1) if one != other]
    nodes = {node: Node(node) for node in sorted({node for pair in ends for node in pair}, key=int)}
    return Network(nodes, tuple(ties), "published", directed=False)
