"""How long a call may take when it is graded."""

from __future__ import annotations

CALL_SECONDS = 10.0  # for one call of a student's function; whoever grades can set another limit
