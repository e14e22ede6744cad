"""Does analysis find anything that it did not find before, and is what was wrong gone?"""

from __future__ import annotations

from collections import Counter

from fairlead_monitors.engine import Completeness
from fairlead_server.rechecking import ERROR, WARNING, Key, compared
from fairlead_server.repair.validation.contract import Bench, Finding

_SHOWN = 3


class NoNewDiagnostic:
    """Analyses the document with the patch.

    What cannot be analysed is not called good, unless tests will tell; then errors alone count.
    """

    name = "diagnostics"
    order = 20

    def wanted(self, bench: Bench) -> bool:
        """Return True."""
        return True

    def check(self, text: str, bench: Bench) -> Finding:
        """Compare the diagnostics with those of the document as it is, wherever they are now."""
        edit = bench.hunk.replaced(text)
        after = bench.diagnose(bench.hunk.patched(text))
        for answer in (bench.before, after):
            if answer.completeness is Completeness.UNKNOWN:
                return Finding(
                    None if bench.suite else "rejected", f"not analysed: {answer.reason}"
                )
        found = compared(bench.before, after, edit, ERROR if bench.suite else WARNING)
        facts = {"new_diagnostics": found.new.total(), "gone_diagnostics": found.gone.total()}
        if found.new:
            return Finding("new_diagnostic", _told(found.new), facts)
        severity = max((WARNING, *(one.severity for one in bench.targets)))
        found = compared(bench.before, after, edit, severity)
        if left := found.lack(edit.key(one) for one in bench.targets):
            return Finding("rejected", f"still there: {_told(left)}", facts)
        return Finding(facts=facts)


def _told(found: Counter[Key]) -> str:
    said = [message for _, _, message in found]
    more = f" (and {len(said) - _SHOWN} more)" if len(said) > _SHOWN else ""
    return "; ".join(said[:_SHOWN]) + more
