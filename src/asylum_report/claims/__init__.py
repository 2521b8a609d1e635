"""Statements from the press set beside the statistics: a ledger of rules, and what follows from it.

The ledger, ``data/reference/claims.yml``, says of each statement how it is read and which rules
test it. Rules look at the report's own numbers (`asylum_report.numbers`) and at nothing else, so
that a verdict is computed and can be followed back like every number. Nothing here imports
`asylum_report.numbers`, which counts the verdicts.
"""

from __future__ import annotations

from asylum_report.claims.ledger import Claim, Ledger, read
from asylum_report.claims.verdicts import Checked, check

__all__ = ["Checked", "Claim", "Ledger", "check", "read"]
