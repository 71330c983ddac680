# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    """Partner organisations and their keys; sealed messages in and out: all that the partner door can see."""

    name = "tejido.web.mailbox"
    label = "mailbox"
