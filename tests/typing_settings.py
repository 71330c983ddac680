# SPDX-License-Identifier: Apache-2.0
"""Settings for the type checker alone: the staff door of a node that never runs."""

import tests.node  # noqa: F401  sets the environment
from tejido.web.config.settings import NodeSettings, node_settings
from tejido.web.config.staff import *  # noqa: F403

TEJIDO: NodeSettings = node_settings()
DOOR: str = "staff"
KEY_COOKIE_NAME: str = "key"
