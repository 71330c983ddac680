# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prints the demo's logins with the codes of the moment: `python -m tejido.web.config.demo.codes`."""

from __future__ import annotations

import django


def main() -> None:
    """One line per invented member."""
    django.setup()
    from tejido.web.accounts.demo import demo_logins

    for login in demo_logins(everyone=True):
        print(f"    {login.login:10} {login.password}  {login.code}   {login.role['en']} · {login.role['es']}")


if __name__ == "__main__":
    main()
