# SPDX-License-Identifier: Apache-2.0
"""The same case and partner as in sharing."""

from tests.web.sharing.conftest import case, terms, us  # noqa: F401
