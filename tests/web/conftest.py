# SPDX-License-Identifier: Apache-2.0
"""These tests run inside a node of their own."""

from tests.node import _nothing_came_before, cast, django_db_setup, folder  # noqa: F401
