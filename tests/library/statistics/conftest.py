# SPDX-License-Identifier: Apache-2.0
"""The command line, for tests that ask it what the library says."""

from tests.library.cli.conftest import tejido as tejido
