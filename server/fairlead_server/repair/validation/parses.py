"""Does the document parse with the patch, or at least no worse than without it?"""

from __future__ import annotations

from fairlead_monitors.evidence import Verdict
from fairlead_monitors.syntax import MORE, SyntaxCheck
from fairlead_server.repair.validation.contract import Bench, Finding


class Parses:
    """Asks tree-sitter for syntax errors that come with the patch."""

    name = "parse"
    order = 10

    def wanted(self, bench: Bench) -> bool:
        """Return True."""
        return True

    def check(self, text: str, bench: Bench) -> Finding:
        """Judge `text` between what stands before and after it."""
        hunk = bench.hunk
        judged = SyntaxCheck(hunk.document.language, hunk.before, hunk.after).judge(text)
        # A text that breaks off is wrong as it is: nothing will follow it.
        if judged.verdict is Verdict.INVALID or judged.reason == MORE:
            return Finding("does_not_parse", judged.reason)
        return Finding(detail=judged.reason)
