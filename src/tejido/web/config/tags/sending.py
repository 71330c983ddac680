# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mark of a page that makes something."""

from __future__ import annotations

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tejido.web.security.once import MARK

register = template.Library()


@register.simple_tag
def sent_once() -> SafeString:
    """Beside `{% csrf_token %}` where the view is `@once`: pressed twice, the form makes one thing."""
    return format_html('<input type="hidden" name="{}" value="{}">', MARK, uuid4())
