# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WSGI application of whichever door DJANGO_SETTINGS_MODULE names."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
