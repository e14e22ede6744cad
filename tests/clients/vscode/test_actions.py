"""What the packaged extension does to code that is there, in a real editor."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.clients.vscode.conftest import FILE
from tests.clients.vscode.looks import wait_for_saved
from tests.clients.vscode.window import Window

pytestmark = pytest.mark.needs("vscode-client", "code-server", "chromium", "playwright", "llama")

SQUIGGLE = ".squiggly-error"
IMPORTED = "\nimport json\nfrom dataclasses import"


def fix(window: Window, title: str, is_done: Callable[[], object]) -> None:
    """Choose a quick fix, again where one is told that it was not to be had in time."""
    for _ in range(3):
        window.choose_fix(title)
        window.wait(f"what comes of {title}", lambda: is_done() or window.told())
        if is_done():
            return
        window.dismiss()
    raise AssertionError(f"nothing comes of {title}")


def test_a_diagnostic_is_repaired_by_an_import(window: Window) -> None:
    window.type("text = json.dumps([])")
    window.press("Escape")
    wait_for_saved(window, FILE, "\n        text = json.dumps([])\n")
    window.wait("the diagnostic", lambda: window.page.query_selector(SQUIGGLE))
    window.press("Home", *["ArrowRight"] * len("text = js"))
    fix(window, "Add `import json`", lambda: IMPORTED in window.saved(FILE))
    window.wait("the repair", lambda: not window.page.query_selector(SQUIGGLE))
    window.picture("the diagnostic is gone")


def test_an_import_is_added_by_name(window: Window) -> None:
    window.run("fairlead: Add Import…")
    window.wait("the question", lambda: window.texts(".quick-input-title") == ["Add import"])
    window.type("from harbour.errors import HarbourError")
    window.press("Enter")
    wait_for_saved(window, FILE, "\nfrom harbour.errors import HarbourError\n")


def test_a_diagnostic_is_repaired_by_the_model_and_analysis(window: Window) -> None:
    window.type("due = invoice.amount_of()")
    window.press("Escape")
    wait_for_saved(window, FILE, "\n        due = invoice.amount_of()\n")
    window.wait("the diagnostic", lambda: window.page.query_selector(SQUIGGLE))
    window.press("Home", *["ArrowRight"] * len("due = invoice.am"))
    fix(window, "Fix: ", lambda: window.page.query_selector(".monaco-diff-editor"))
    window.take_preview("a repair")
    window.wait("the edit", lambda: "amount_of" not in window.saved(FILE))
    window.wait("the repair", lambda: not window.page.query_selector(SQUIGGLE))


def test_code_is_edited_by_instruction_with_a_preview(window: Window) -> None:
    window.press("Escape", "ArrowUp", "Home", "Shift+End")
    window.run("fairlead: Edit by Instruction…")
    title = ".quick-input-title"
    window.wait("the question", lambda: window.texts(title) == ["Edit by instruction"])
    window.type("rename invoice to account")
    window.picture("an instruction")
    window.press("Enter")
    window.take_preview("an edit")
    wait_for_saved(window, FILE, "\n        account = Invoice(booking.reference)\n")
    assert "invoice." not in window.saved(FILE)
