# SPDX-License-Identifier: Apache-2.0
"""`python -m tejido.cli` is `tejido`."""

from tejido.cli.entrance import main

main()
