# SPDX-License-Identifier: Apache-2.0
"""`tejido …`: one file per command group, found through the entry point `tejido.commands`."""

from tejido.cli.entrance import main

__all__ = ["main"]
