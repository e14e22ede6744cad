"""`:Fairlead`, the preview of edits and `:checkhealth`, with a scripted server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.clients.nvim.conftest import Scripted, setup, start
from tests.clients.nvim.editor import NEOVIMS, Neovim


def completions(scripted: Scripted, line: str) -> list[str]:
    return list(scripted.editor.request("nvim_call_function", "getcompletion", [line, "cmdline"]))


def argument(scripted: Scripted) -> dict[str, Any]:
    """Return the document, range and instruction of the last command."""
    arguments = scripted.received("workspace/executeCommand")[-1]["params"]["arguments"]
    if isinstance(arguments[0], dict):
        return dict(arguments[0])
    return {"uri": arguments[0], "range": arguments[1]}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Fairlead ", ["edit", "explain", "log", "repair", "restart", "status", "toggle"]),
        ("Fairlead re", ["repair", "restart"]),
        ("Fairlead toggle ", ["buffer"]),
        ("Fairlead status ", []),
    ],
)
def test_completion(scripted: Scripted, line: str, expected: list[str]) -> None:
    assert completions(scripted, line) == expected


def test_status(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("")
    editor.type("<Esc>:Fairlead status<CR>")
    editor.wait(lambda: "fairlead: ready, scripted" in editor.messages())
    line = "return require('fairlead').statusline()"
    assert editor.lua(line) == "fairlead"
    assert editor.lua("return require('fairlead').status().model") == "scripted"
    editor.command("enew")
    assert editor.lua(line) == ""


def test_unknown_words_are_told(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("")
    editor.command("Fairlead frobnicate")
    editor.wait(lambda: "there is no :Fairlead frobnicate; see :help" in editor.messages())


def test_explain_and_log(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("")
    editor.type("<Esc>:Fairlead explain<CR>")
    editor.wait(lambda: editor.text() == ["as told", "by the script"])
    editor.type("q")
    editor.wait(lambda: editor.text() == [""])
    editor.lua("require('fairlead.log').add('info', 'one\\ntwo')")
    editor.type(":Fairlead log<CR>")
    editor.wait(lambda: editor.text()[-1].endswith("two"))
    assert editor.text()[0].endswith("lsp.log")
    editor.type("q")


def test_toggle(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)"]})
    editor.type("xs.")
    editor.until_ghost()
    for command in ("toggle", "toggle buffer"):
        editor.type(f"<C-o>:Fairlead {command}<CR>")
        editor.wait(lambda: "suggestions are off" in editor.messages() and not editor.ghost())
        assert editor.lua("return require('fairlead').statusline()") == "fairlead off"
        editor.type("<BS>.")
        asked = len(scripted.received("textDocument/inlineCompletion"))
        editor.type(f"<C-o>:Fairlead {command}<CR>")
        assert editor.until_ghost() == "append(1)"
        assert len(scripted.received("textDocument/inlineCompletion")) == asked + 1
        editor.command("messages clear")


def answers(scripted: Scripted) -> list[Mapping[str, Any]]:
    """Return what the editor has said of the edits that the server wanted."""
    return [message for message in scripted.messages() if message.get("id") == "edit"]


PROMPT = "make this edit? [y]es [n]o, j k ^D ^U scroll"
DIFFERENCE = re.compile(r"x = 1 *[│|].*edited = 1")

# what is pressed, and what then is in the document
ANSWERS = [("y", "edited = 1"), ("n", "x = 1"), ("<C-d>j<Esc>", "x = 1"), ("j<CR>", "edited = 1")]


@pytest.mark.parametrize(("keys", "line"), ANSWERS)
def test_an_edit_is_shown_before_it_is_made(scripted: Scripted, keys: str, line: str) -> None:
    editor = scripted.editor
    scripted.open("x = 1\ny = 2\n")
    before = len(answers(scripted))
    editor.type("<Esc>gg:Fairlead edit make it better<CR>")
    editor.until_shown(PROMPT)
    editor.wait(lambda: any(DIFFERENCE.search(line) for line in editor.screen.lines()))
    editor.type(keys)
    editor.wait(lambda: editor.request("nvim_call_function", "tabpagenr", ["$"]) == 1)
    editor.wait(lambda: editor.text() == [line, "y = 2"])
    assert argument(scripted)["instruction"] == "make it better"
    editor.wait(lambda: len(answers(scripted)) > before)
    assert answers(scripted)[-1]["result"]["applied"] is (line == "edited = 1")
    assert not editor.lua("return vim.wo.diff")


@pytest.mark.parametrize("switchbuf", ["", "useopen", "usetab,newtab"])
def test_the_pages_of_the_user_stay(scripted: Scripted, switchbuf: str) -> None:
    editor = scripted.editor
    scripted.open("x = 1\ny = 2\n")
    editor.type("<Esc>")
    editor.command(f"tabonly | tabnew | tabfirst | split | wincmd j | set switchbuf={switchbuf}")
    seen = "return { vim.fn.tabpagenr(), vim.fn.tabpagenr('$'), vim.api.nvim_get_current_win() }"
    before = editor.lua(seen)
    editor.type("gg:Fairlead edit it<CR>")
    editor.until_shown(PROMPT)
    editor.type("y")
    editor.wait(lambda: editor.lua(seen) == before)
    editor.wait(lambda: editor.text() == ["edited = 1", "y = 2"])
    editor.command("set switchbuf& | tabonly")


STALE = {"applied": False, "failureReason": "the document has changed meanwhile; ask again"}


def test_an_edit_of_a_text_that_is_no_more_is_not_shown(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("x = 1\ny = 2\n", slow=True)
    before, asked = len(answers(scripted)), len(scripted.received("workspace/executeCommand"))
    editor.type("<Esc>gg:Fairlead edit it<CR>")
    editor.wait(lambda: len(scripted.received("workspace/executeCommand")) > asked)
    editor.type("Oz = 0<Esc>")
    editor.wait(lambda: len(answers(scripted)) > before)
    assert answers(scripted)[-1]["result"] == STALE
    assert editor.text() == ["z = 0", "x = 1", "y = 2"]


def test_an_edit_of_a_text_that_changes_while_it_is_shown_is_not_made(scripted: Scripted) -> None:
    editor = scripted.editor
    path = scripted.open("x = 1\ny = 2\n")
    before = len(answers(scripted))
    editor.type("<Esc>gg:Fairlead edit it<CR>")
    editor.until_shown(PROMPT)
    buffer = editor.request("nvim_call_function", "bufnr", [str(path)])
    editor.request("nvim_buf_set_lines", buffer, 0, 0, True, ["z = 0"])
    editor.type("y")
    editor.wait(lambda: len(answers(scripted)) > before)
    assert answers(scripted)[-1]["result"] == STALE
    assert editor.text() == ["z = 0", "x = 1", "y = 2"]


def test_another_edit_is_offered(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("x = 1\n", edits=2)
    editor.type("<Esc>gg:Fairlead edit it<CR>")
    editor.until_shown(PROMPT)
    editor.type("n")
    editor.until_shown("Show another edit, 2 of 2?")
    editor.type("y")
    editor.wait(lambda: any("edited = 2" in line for line in editor.screen.lines()))
    editor.until_shown(PROMPT)
    editor.type("y")
    editor.wait(lambda: editor.text() == ["edited = 2"])
    editor.wait(lambda: "fairlead: Edit (script); as told" in editor.messages())


# keys that select, and the range that the server is sent, of the text below
TEXT = "s = '😀'\nprint(s)\nlast\n"
SELECTIONS = [
    ("gg0v4l:Fairlead edit do it<CR>", (0, 0, 0, 5)),
    ("gg0f😀v:Fairlead edit do it<CR>", (0, 5, 0, 7)),
    ("ggVj:Fairlead edit do it<CR>", (0, 0, 1, 8)),
    (":2Fairlead edit do it<CR>", (1, 0, 1, 8)),
    ("ggf😀:Fairlead edit do it<CR>", (0, 5, 0, 5)),
    ("jgg$:Fairlead repair<CR>", (0, 7, 0, 7)),
]


@pytest.mark.parametrize(("keys", "expected"), SELECTIONS)
def test_what_is_selected(
    scripted: Scripted, keys: str, expected: tuple[int, int, int, int]
) -> None:
    editor = scripted.editor
    path = scripted.open(TEXT)
    before = len(scripted.received("workspace/executeCommand"))
    editor.type("<Esc>" + keys)
    editor.wait(lambda: len(scripted.received("workspace/executeCommand")) > before)
    editor.until_shown(PROMPT)
    editor.type("n")
    place = argument(scripted)
    assert place["uri"] == path.as_uri()
    start, end = place["range"]["start"], place["range"]["end"]
    assert (start["line"], start["character"], end["line"], end["character"]) == expected
    editor.wait(lambda: editor.request("nvim_call_function", "tabpagenr", ["$"]) == 1)


def test_an_instruction_is_asked_for(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open(TEXT)
    editor.type("<Esc>:Fairlead edit<CR>")
    editor.until_shown("Edit by instruction:")
    editor.type("in words<CR>")
    editor.until_shown(PROMPT)
    editor.type("n")
    assert argument(scripted)["instruction"] == "in words"
    editor.wait(lambda: editor.request("nvim_call_function", "tabpagenr", ["$"]) == 1)


def test_restart(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)"]})
    starts = len(scripted.received("initialize"))
    editor.type("<Esc>:Fairlead restart<CR>")
    editor.wait(lambda: len(scripted.received("initialized")) == starts + 1)
    editor.type("ixs.")
    assert editor.until_ghost() == "append(1)"
    editor.type("<Tab>")
    editor.wait(lambda: editor.text() == ["xs.append(1)"])


def test_health(scripted: Scripted) -> None:
    editor = scripted.editor
    path = scripted.open("")
    editor.type("<Esc>:checkhealth fairlead<CR>")
    editor.wait(lambda: any("Tab" in line for line in editor.text()))
    report = "\n".join(editor.text())
    assert "scripted_server.py" in report
    assert path.name in report
    assert "model: ready, scripted" in report
    assert "<Tab> accept" in report
    assert "ERROR" not in report and "WARNING" not in report
    editor.command("bwipeout!")


def test_health_where_there_is_no_project(
    scripted: Scripted, tmp_path_factory: pytest.TempPathFactory
) -> None:
    editor = scripted.editor
    scripted.open("")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.py"
    editor.type("<Esc>")
    editor.command(f"edit {elsewhere}")
    editor.wait(lambda: editor.lua("return require('fairlead').statusline()"))
    editor.type(":checkhealth fairlead<CR>")
    editor.wait(lambda: any("Tab" in line for line in editor.text()))
    assert "No root of a project was found" in "\n".join(editor.text())
    editor.command("bwipeout! | bwipeout!")


@pytest.mark.parametrize("version", NEOVIMS)
def test_a_program_that_is_not_there(version: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    with Neovim(version, tmp_path, setup(["/nowhere/fairlead", "serve"])) as editor:
        editor.command("edit a.py")
        editor.type("ixs.")
        editor.wait(lambda: editor.text() == ["xs."])
        editor.type("<Esc>:checkhealth fairlead<CR>")
        editor.wait(lambda: any("Keys" in line for line in editor.text()))
        report = "\n".join(editor.text())
        assert "`/nowhere/fairlead` is not there to be run" in report
        assert "pip install 'fairlead[llama]'" in report
        editor.command("Fairlead status")
        editor.wait(lambda: "no server is running yet; see :checkhealth" in editor.messages())


@pytest.mark.parametrize("version", NEOVIMS)
def test_a_model_that_fails_is_told_once(version: str, tmp_path: Path) -> None:
    failed = {"state": "failed", "message": "no such model"}
    scripted = start(version, tmp_path, status=failed)
    with scripted.editor as editor:
        scripted.open("", status=failed)
        editor.type("<Esc>:Fairlead restart<CR>")
        editor.wait(lambda: len(scripted.received("initialized")) == 2)
        line = "return require('fairlead').statusline()"
        editor.wait(lambda: editor.lua(line) == "fairlead!")
        assert editor.messages().count("there is no model: no such model") == 1


# options, and what is wrong with them
OPTIONS = [
    ("{ debounce = 'x' }", 'the option "debounce" must be a number'),
    ("{ colour = 1 }", 'there is no option "colour"; see :help fairlead-options'),
    ("{ keys = { jump = 'x' } }", 'keys has no "jump"; see :help fairlead-keys'),
]


@pytest.mark.parametrize(("options", "message"), OPTIONS)
def test_wrong_options_are_named(scripted: Scripted, options: str, message: str) -> None:
    call = f"return {{ pcall(require('fairlead.config').set, {options}) }}"
    assert scripted.editor.lua(call) == [False, f"fairlead: {message}"]


@pytest.mark.parametrize("version", NEOVIMS)
def test_keys_can_be_chosen(version: str, tmp_path: Path) -> None:
    more = "keys = { accept = '<C-l>', accept_word = false }"
    scripted = start(version, tmp_path, more)
    with scripted.editor as editor:
        scripted.open("", {"xs.": ["append(1)"]})
        editor.type("xs.")
        editor.until_ghost()
        maps = {m["lhs"] for m in editor.request("nvim_buf_get_keymap", 0, "i")}
        assert not maps & {"<Tab>", "<M-Right>"}
        editor.type("<C-l>")
        editor.wait(lambda: editor.text() == ["xs.append(1)"])


@pytest.mark.parametrize("version", NEOVIMS)
def test_help(version: str, tmp_path: Path) -> None:
    with Neovim(version, tmp_path) as editor:
        editor.command("helptags ++t " + str(tmp_path / "site/pack/user/start/fairlead/doc"))
        for tag in ("fairlead", ":Fairlead", "fairlead-options", "fairlead-keys"):
            editor.command(f"help {tag}")
            assert editor.request("nvim_call_function", "expand", ["%:t"]) == "fairlead.txt"
