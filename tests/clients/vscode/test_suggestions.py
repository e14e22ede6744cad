"""What the packaged extension offers in a real editor, with the server and the embedded model."""

from __future__ import annotations

import pytest

from tests.clients.vscode.conftest import FILE, SIZE
from tests.clients.vscode.looks import (
    accepted,
    explained,
    members,
    name,
    suggested,
    wait_for_saved,
)
from tests.clients.vscode.window import Window

pytestmark = pytest.mark.needs("vscode-client", "code-server", "chromium", "playwright", "llama")

# (what is typed, whose member comes next)
TYPED = [
    ("tugs = booking.vessel.", "harbour.vessels:Vessel"),
    ("days = booking.", "harbour.bookings:Booking"),
    ("due = invoice.", "harbour.tariffs:Invoice"),
]


def test_ghost_text_names_what_exists_and_tab_accepts_it(window: Window) -> None:
    for typed, owner in TYPED:
        suggested(window, typed, owner)
        window.picture(f"ghost text {owner.partition(':')[2]}")
        window.press("Tab")
        accepted(window, FILE, typed, owner)
        window.press("Escape", "End", "Enter")


def test_a_suggestion_that_is_accepted_brings_its_import(window: Window) -> None:
    suggested(window, "text = json.", "json")
    window.picture("ghost text that needs an import")
    window.press("Tab")
    accepted(window, FILE, "text = json.", "json")
    wait_for_saved(window, FILE, "\nimport json\nfrom dataclasses import")
    window.picture("the import is added")


def test_a_word_is_accepted_and_the_rest_stays(window: Window) -> None:
    ghost = suggested(window, *TYPED[0])
    word = name(ghost)
    # The key does nothing while the editor asks anew because its list has come up.
    expected = f"tugs = booking.vessel.{word}\n"
    window.until("a word", "Control+ArrowRight", lambda: expected in window.saved(FILE))
    window.wait("the rest", lambda: word + window.ghost(f"tugs = booking.vessel.{word}") == ghost)
    window.picture("a word is accepted")


def test_a_ranked_item_is_accepted_from_the_list(window: Window) -> None:
    window.type("days = booking.")
    items = window.wait("the list", lambda: listed(window))
    assert set(items) <= members("harbour.bookings:Booking")
    window.picture("ranked items")
    window.press("ArrowDown", "Enter")
    wait_for_saved(window, FILE, f"days = booking.{items[1]}\n")


def listed(window: Window) -> list[str]:
    """Ask for the list; on a busy machine the model's order may come too late for the first one."""
    window.press("Escape", "Control+Space")
    window.page.wait_for_selector(".suggest-widget.visible")
    window.page.wait_for_timeout(1000)
    return window.items()


def test_the_last_suggestion_is_explained(window: Window) -> None:
    ghost = suggested(window, *TYPED[0])
    shown = explained(window)
    assert name(ghost) in shown
    assert "valid" in shown
    window.picture("explanation")


def test_the_status_bar_has_a_menu_that_switches_off_and_on(window: Window) -> None:
    window.click("[id='fairlead.fairlead.fairlead.status'] a")
    choices = window.wait("the menu", window.choices)
    assert [c.strip() for c in choices][:3] == [
        "Explain the last suggestion",
        "Turn off",
        "Turn off in python",
    ]
    window.picture("menu")
    window.press("ArrowDown", "ArrowDown", "Enter")
    window.wait_for_state("Switched off for python")
    window.picture("switched off")
    window.run("fairlead: Turn Suggestions On or Off in This Language")
    window.wait_for_state("Ready")
    window.press("Control+1")
    assert suggested(window, *TYPED[0])


def test_the_walkthrough_opens(window: Window) -> None:
    window.page.set_viewport_size({"width": 1500, "height": 800})
    window.run("Welcome: Open Walkthrough...")
    title = "Get Started with fairlead"
    window.type(title)
    window.wait("the list", lambda: [c for c in window.choices() if c.startswith(title)])
    window.press("Enter")
    window.click(".getting-started-step >> text=Accept as much as you want")
    (page,) = window.wait("the page", lambda: window.page.query_selector_all("iframe.webview"))
    window.page.wait_for_timeout(3000)
    window.picture("walkthrough")
    assert page.is_visible()
    window.page.set_viewport_size(SIZE)
