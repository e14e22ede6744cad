"""Get the components that tests can use: ``python -m tests.setup.obtain [NAME ...]``.

One that cannot be got is named with the reason and left to the summary of the test run.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from tests.components import COMPONENTS, Component
from tests.setup.errors import SetupError


def outcome(component: Component) -> str:
    """Get `component` unless it is there, and say in a line or a few how that went."""
    try:
        if component.find() is None:
            print(f"Getting {component.name} for the tests.", flush=True)
            component.obtain()
            importlib.invalidate_caches()
    except SetupError as error:
        return f"{component.name:14} absent: {error}\n{'':14} {component.remedy}"
    found = component.find()
    return f"{component.name:14} {found or 'absent: ' + component.remedy}"


def main(names: Sequence[str]) -> int:
    """Get the components called `names`, or all."""
    unknown = [name for name in names if name not in COMPONENTS]
    if unknown:
        print(f"There is no component {unknown[0]}; there are {', '.join(COMPONENTS)}.")
        return 2
    for line in [outcome(COMPONENTS[name]) for name in names or COMPONENTS]:
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
