# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Offers of a case to a service, and what came of them."""

    name = "tejido.web.referrals"
    label = "referrals"
