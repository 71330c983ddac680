# SPDX-License-Identifier: Apache-2.0
"""Plans under a budget; in every model an action against whoever is protected is a variable fixed to zero."""

from tejido.networks.plans.critical_nodes import critical_nodes
from tejido.networks.plans.max_flow import max_flow
from tejido.networks.plans.plan import Plan
from tejido.networks.plans.programme import Tell
from tejido.networks.plans.special_arcs import VARIANTS, Variant, special_arcs

__all__ = ["VARIANTS", "Plan", "Tell", "Variant", "critical_nodes", "max_flow", "special_arcs"]
