# SPDX-License-Identifier: Apache-2.0
"""Three ways to count the same fact sheet: Tejido, hand-written DuckDB SQL, pandas."""

START, END = "2015-09-30", "2017-07-31"
