"""Edits by instruction: what is shown is made, refused, passed over for the next one, undone."""

from __future__ import annotations

import pytest

from tests.clients.vscode.conftest import FILE
from tests.clients.vscode.looks import wait_for_saved
from tests.clients.vscode.window import Window

pytestmark = pytest.mark.needs("vscode-client", "code-server", "chromium", "playwright", "llama")

PREVIEW = ".monaco-diff-editor"
RENAMED = "\n        account = Invoice(booking.reference)\n"


def instruct(window: Window, instruction: str) -> str:
    """Have the line above the cursor edited; return the file as it was."""
    window.press("Escape", "ArrowUp", "Home", "Shift+End")
    text = window.saved(FILE)
    window.run("fairlead: Edit by Instruction…")
    title = ".quick-input-title"
    window.wait("the question", lambda: window.texts(title) == ["Edit by instruction"])
    window.type(instruction)
    window.press("Enter")
    return text


def wait_for_answers(window: Window, *answers: str) -> None:
    """Wait until a change is shown, and the question about it has these answers."""
    window.wait("the preview", lambda: window.page.query_selector(PREVIEW))
    window.wait("the question", lambda: [c.strip() for c in window.choices()] == list(answers))


def test_an_edit_in_many_places_is_undone_in_one_step(window: Window) -> None:
    text = instruct(window, "rename invoice to account")
    window.take_preview("a rename")
    wait_for_saved(window, FILE, RENAMED)
    window.press("Control+1", "Control+z")
    window.wait("the old text", lambda: window.saved(FILE) == text)
    window.press("Control+Shift+z")
    wait_for_saved(window, FILE, RENAMED)


@pytest.mark.parametrize("keys", [("Escape",), ("ArrowDown", "Enter")])
def test_what_is_refused_is_not_made(window: Window, keys: tuple[str, ...]) -> None:
    text = instruct(window, "rename invoice to account")
    wait_for_answers(window, "Apply", "Discard")
    window.press(*keys)
    window.wait("the end of the preview", lambda: not window.page.query_selector(PREVIEW))
    assert not window.page.query_selector(".tab.dirty")
    assert window.saved(FILE) == text


def test_the_next_one_is_a_key_away(window: Window) -> None:
    instruct(window, "extract this to a function called charge_dues")
    wait_for_answers(window, "Apply", "Show another, 2 of 2", "Discard")
    window.press("ArrowDown", "Enter")
    window.take_preview("another edit")
    wait_for_saved(window, FILE, "\n        self.charge_dues(")


def test_typing_while_the_model_writes_cancels_it(window: Window) -> None:
    text = instruct(window, "make this twice as fast")
    window.wait("the progress", lambda: any("editing" in one for one in window.told()))
    window.press("Control+1", "End")
    window.type("  # typed on")
    stale = "the document has changed meanwhile; ask again"
    window.wait("the refusal", lambda: any(stale in one for one in window.told()))
    assert not window.page.query_selector(PREVIEW)
    line = 'invoice.charge("berth dues", self.berth_dues(booking))'
    # The editor takes the blanks of the empty line away, which was the last one to be typed in.
    saved, wanted = window.saved(FILE), text.replace(line, f"{line}  # typed on")
    assert [one.rstrip() for one in saved.split("\n")] == [
        one.rstrip() for one in wanted.split("\n")
    ]
    window.dismiss()
