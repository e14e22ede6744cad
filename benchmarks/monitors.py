"""How monitors judge real code: ``fairlead eval monitors`` on packages that the tests install."""

from __future__ import annotations

import sys

from fairlead_server.cli import main

PACKAGES = ("jedi", "parso", "pygls", "_pytest", "hypothesis", "grimp", "importlinter")

if __name__ == "__main__":
    stated = [word for name in PACKAGES for word in ("--package", name)]
    raise SystemExit(main(["eval", "monitors", *stated, "--language", "python", *sys.argv[1:]]))
