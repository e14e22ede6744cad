"""What the embedded model knows of code that it never saw: ``fairlead eval model``.

Uses the corpus in .components/corpus. Where there is none, the packages that models are measured on
are fetched to it, and the 5-gram baseline, which is counted on the rest, is left out.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from fairlead_server.cli import main

CORPUS = Path(".components/corpus")

if __name__ == "__main__":
    if not (CORPUS / "held-out").is_dir():
        with contextlib.redirect_stdout(sys.stderr):
            code = main(["model", "data", str(CORPUS), "--held-out"])
        if code:
            raise SystemExit(code)
    raise SystemExit(main(["eval", "model", "--corpus", str(CORPUS), *sys.argv[1:]]))
