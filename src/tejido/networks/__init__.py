# SPDX-License-Identifier: Apache-2.0
"""Networks of trafficking as files, and plans against them in which a survivor is never a target."""

from tejido.networks.describing import Description, describe
from tejido.networks.files import FORMS, Form, NetworkFile, read_network, write_network
from tejido.networks.network import DECLARED, Declared, Network, Node, Tie
from tejido.networks.protection import is_protected, may_act_on, whom_it_falls_on

__all__ = [
    "DECLARED",
    "FORMS",
    "Declared",
    "Description",
    "Form",
    "Network",
    "NetworkFile",
    "Node",
    "Tie",
    "describe",
    "is_protected",
    "may_act_on",
    "read_network",
    "whom_it_falls_on",
    "write_network",
]
