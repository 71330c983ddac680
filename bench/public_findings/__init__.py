# SPDX-License-Identifier: Apache-2.0
"""Five findings from public files; `docs/explain/what_the_public_data_says.md` shows what each prints."""
