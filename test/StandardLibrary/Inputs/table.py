"""The table: one row for each function of the library, or built-in, and shape."""
import function_rows  # noqa: F401  (adds its rows)
import layer_rows  # noqa: F401
import loss_rows  # noqa: F401
from rows import ROWS  # noqa: F401

GROUPS = sorted({row.group for row in ROWS})
