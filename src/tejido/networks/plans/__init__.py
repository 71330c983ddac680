# SPDX-License-Identifier: Apache-2.0
"""Plans under a budget; in every model an action against whoever is protected is a variable fixed to zero."""

from tejido.networks.plans.special_arcs import VARIANTS, Plan, Variant, special_arcs

__all__ = ["VARIANTS", "Plan", "Variant", "special_arcs"]
