"""Ghost text with a scripted server: when it is there, how it looks, and how it is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.nvim.conftest import Scripted, start
from tests.clients.nvim.editor import NEOVIMS

# text before and behind the cursor, what is suggested, and the lines of the screen
LOOKS: list[tuple[str, str, dict[str, object], list[str]]] = [
    ("xs.", "", {"text": "append(1)"}, ["xs.append(1)"]),
    ("xs.", "", {"text": "append(日)"}, ["xs.append(日)"]),
    ("xs.ap", "", {"text": "append(1)", "back": 2}, ["xs.append(1)"]),
    ("if x", "", {"text": ":\n\ta = 1\n\tb = 2"}, ["if x:", "    a = 1", "    b = 2", "~"]),
    ("f(", ")  # é", {"text": "a, b"}, ["f(a, b)  # é"]),
    ("f(", ")  # é", {"text": "a, b)", "over": 1}, ["f(a, b)  # é"]),
    ("f(", "g])", {"text": "[g(x)])", "over": 3}, ["f([g(x)])"]),
    ("f(", "a) + x", {"text": "xyz)", "over": 2}, ["f(xyz) + x"]),
    ("f(", ") + 日", {"text": "\n\ta,\n", "over": 0}, ["f(", "    a,", ") + 日", "~"]),
]


@pytest.mark.parametrize(("before", "behind", "item", "lines"), LOOKS)
def test_how_it_looks_and_what_is_accepted(
    scripted: Scripted, before: str, behind: str, item: dict[str, object], lines: list[str]
) -> None:
    editor = scripted.editor
    scripted.open(behind, {before: [item]})
    editor.command("setlocal tabstop=4")
    editor.type("<Home>" + before)
    editor.until_ghost()
    editor.wait(lambda: editor.screen.lines()[: len(lines)] == lines)
    editor.type("<Tab>")
    back, over = (int(str(item.get(key, 0))) for key in ("back", "over"))
    expected = before[: len(before) - back] + str(item["text"]) + behind[over:]
    editor.wait(lambda: editor.text() == expected.split("\n"))
    assert not editor.ghost()
    written = (before[: len(before) - back] + str(item["text"])).split("\n")
    assert editor.cursor() == (len(written), len(written[-1].encode()))


def test_what_is_replaced_by_less_keeps_its_place_where_it_can(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("abc) + x", {"f(": [{"text": "xy)", "over": 4}]})
    editor.type("<Home>f(")
    editor.until_ghost()
    shown = {"neovim-0.7": "f(xy) + x", "neovim": "f(xy)  + x"}
    editor.until_shown(shown[scripted.version])
    editor.type("<Tab>")
    editor.wait(lambda: editor.text() == ["f(xy) + x"])


def test_it_is_typed_along_without_being_asked_for_again(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)"]})
    editor.type("xs.")
    assert editor.until_ghost() == "append(1)"
    asked = len(scripted.received("textDocument/inlineCompletion"))
    editor.type("app")
    editor.wait(lambda: editor.ghost() == [[0, 6, "end(1)"]])
    editor.type("<BS>")
    editor.wait(lambda: editor.ghost() == [[0, 5, "pend(1)"]])
    assert len(scripted.received("textDocument/inlineCompletion")) == asked


def test_typing_something_else_dismisses_it(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)"]})
    editor.type("xs.")
    editor.until_ghost()
    editor.type("s")
    editor.wait(lambda: not editor.ghost())
    editor.until_shown("xs.s")
    editor.type("<BS>")
    assert editor.until_ghost() == "append(1)"
    editor.type("<Esc>")
    editor.wait(lambda: not editor.ghost())


def test_lines_that_are_typed_along(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"if x": [":\n    y = 1\n    z = 2"]})
    editor.command("setlocal autoindent indentexpr=")
    editor.type("if x")
    editor.until_ghost()
    editor.type(":<CR>    y")
    editor.wait(lambda: editor.ghost() == [[1, 5, " = 1\n    z = 2"]])
    editor.type("<Tab>")
    editor.wait(lambda: editor.text() == ["if x:", "    y = 1", "    z = 2"])


def test_words_and_lines_are_accepted(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"d": ["ef größe(x):\n    return x.y)"]})
    editor.type("d")
    editor.until_ghost()
    for text in ("def", "def größe", "def größe(", "def größe(x"):
        editor.type("<M-Right>")
        editor.wait(lambda: editor.text() == [text])  # noqa: B023
        assert editor.ghost()
    editor.type("<M-C-Right>")
    editor.wait(lambda: editor.text() == ["def größe(x):"])
    editor.type("<M-Right>")
    editor.wait(lambda: editor.text() == ["def größe(x):", "    return"])
    assert editor.ghost() == [[1, 10, " x.y)"]]
    editor.type("<M-C-Right>")
    editor.wait(lambda: editor.text() == ["def größe(x):", "    return x.y)"])
    assert not editor.ghost()


def test_each_acceptance_is_undone_by_itself(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)"]})
    editor.type("xs.")
    editor.until_ghost()
    editor.type("<M-Right><Tab><Esc>")
    editor.wait(lambda: editor.text() == ["xs.append(1)"])
    for text in ("xs.append", "xs.", ""):
        editor.type("u")
        editor.wait(lambda: editor.text() == [text])  # noqa: B023


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_are_those_of_the_document(scripted: Scripted, ends: str) -> None:
    editor = scripted.editor
    path = scripted.open(f"x = 1{ends}", {"def f": [f"():{ends}    return 1"]})
    editor.type("<CR>def f")
    assert editor.until_ghost() == "():\n    return 1"
    editor.type("<Tab><Esc>")
    editor.wait(lambda: editor.text() == ["x = 1", "def f():", "    return 1"])
    editor.command("write")
    assert path.read_bytes() == f"x = 1{ends}def f():{ends}    return 1{ends}".encode()


def test_another_suggestion(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)", "clear()", "copy()"]})
    editor.type("xs.")
    assert editor.until_ghost() == "append(1)"
    for key, shown in (
        ("<M-]>", "clear() (2/3)"),
        ("<M-]>", "copy() (3/3)"),
        ("<M-]>", "append(1) (1/3)"),
        ("<M-[>", "copy() (3/3)"),
    ):
        editor.type(key)
        editor.until_shown("xs." + shown)
    editor.type("<Tab>")
    editor.wait(lambda: editor.text() == ["xs.copy()"])
    kinds = [
        m["params"]["context"]["triggerKind"]
        for m in scripted.received("textDocument/inlineCompletion")
    ]
    assert kinds.count(1) == 1


def test_it_is_asked_for_by_key(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.": ["append(1)", "clear()"]})
    editor.type("xs.")
    editor.until_ghost()
    editor.type("<C-]>")
    editor.wait(lambda: not editor.ghost())
    editor.type("<M-\\>")
    assert editor.until_ghost() == "append(1) (1/2)"


def test_what_is_accepted_gets_its_import(scripted: Scripted) -> None:
    editor = scripted.editor
    path = scripted.open("x = 1\n", {})
    command = {"title": "Add import json", "command": "fairlead.addImport"}
    command["arguments"] = [path.as_uri(), ["import json"]]  # type: ignore[assignment]
    scripted.write(suggestions={"json.": [{"text": "dumps(x)", "command": command}]})
    editor.type("<CR>json.")
    editor.until_ghost()
    editor.type("<M-Right>")
    editor.wait(lambda: editor.text() == ["x = 1", "json.dumps"])
    assert not [m for m in scripted.received("workspace/executeCommand") if m["params"] == command]
    editor.type("<Tab>")
    editor.wait(lambda: editor.text() == ["import json", "x = 1", "json.dumps(x)"])
    editor.type(".")
    editor.wait(lambda: editor.text()[2] == "json.dumps(x).")


def asked_for(scripted: Scripted) -> list[dict[str, object]]:
    """Return the places for which there were requests."""
    requests = [m["params"] for m in scripted.received("textDocument/inlineCompletion")]
    return [{**one["textDocument"], **one["position"]} for one in requests]


def test_late_answers_are_not_shown_and_requests_are_cancelled(scripted: Scripted) -> None:
    editor = scripted.editor
    path = scripted.open("", {"xs.c": ["lear()"]}, late=["xs."])
    cancelled = len(scripted.received("$/cancelRequest"))
    editor.type("xs.")
    waiting = {"uri": path.as_uri(), "line": 0, "character": 3}
    editor.wait(lambda: waiting in asked_for(scripted))
    editor.type("c")
    assert editor.until_ghost() == "lear()"
    editor.wait(lambda: len(scripted.received("$/cancelRequest")) > cancelled)


def test_failures_are_logged_and_not_shown(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"xs.c": ["lear()"]}, failing=["xs."])
    editor.command("messages clear")
    editor.type("xs.")
    logged = "return table.concat(require('fairlead.log').lines(), '\\n')"
    editor.wait(lambda: "failed as told" in editor.lua(logged))
    editor.type("c")
    assert editor.until_ghost() == "lear()"
    assert not editor.messages()


def test_it_stays_away_while_the_menu_is_open(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("append = 1\nappendix = 2\n", {"ap": ["ply()"]})
    editor.type("<CR>ap")
    editor.until_ghost()
    editor.type("<C-n><C-p>")
    editor.wait(lambda: editor.lua("return vim.fn.pumvisible()") == 1 and not editor.ghost())
    editor.type("<C-e>")
    assert editor.until_ghost() == "ply()"


@pytest.mark.parametrize("name", NEOVIMS)
def test_it_can_be_shown_and_accepted_beside_the_menu(name: str, tmp_path: Path) -> None:
    scripted = start(name, tmp_path, "hide_with_menu = false")
    with scripted.editor as editor:
        scripted.open("append = 1\nappendix = 2\n", {"append": ["_all()"]})
        editor.type("<CR>app<C-n>")
        assert editor.until_ghost() == "_all()"
        assert editor.lua("return vim.fn.pumvisible()") == 1
        editor.type("<Tab>")
        editor.wait(lambda: editor.text()[-1] == "append_all()")
        editor.wait(lambda: editor.lua("return vim.fn.pumvisible()") == 0)


def test_keys_do_what_they_did_where_nothing_is_shown(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {})
    editor.command("setlocal expandtab softtabstop=4")
    editor.type("<Tab>x")
    editor.wait(lambda: editor.text() == ["    x"])
    # A letter that is typed behind it comes behind it.
    editor.type("<CR><C-u>a<Tab>b<Tab>c")
    editor.wait(lambda: editor.text()[1] == "a   b   c")


MAPPINGS = [
    "inoremap <Tab> [mapped]",
    "imap <Tab> [map<Plug>(end)",
    "inoremap <expr> <Tab> '[' .. 'mapped]'",
    "inoremap <buffer> <Tab> [mapped]",
    "lua vim.keymap.set('i', '<Tab>', function() return '[mapped]' end, { expr = true })",
    "lua vim.keymap.set('i', '<Tab>', function() vim.api.nvim_feedkeys('[mapped]', 'in', 0) end)",
]


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_keys_do_what_they_were_mapped_to(scripted: Scripted, mapping: str) -> None:
    editor = scripted.editor
    editor.type("<C-\\><C-n>")
    editor.command("silent! iunmap <Tab>")
    editor.command("inoremap <Plug>(end) ped]")
    if "<buffer>" in mapping:
        editor.command(f"autocmd FileType python ++once {mapping}")
    else:
        editor.command(mapping)
    scripted.open("", {"x": ["yz"]})
    editor.type("a<Tab>b")
    editor.wait(lambda: editor.text() == ["a[mapped]b"])
    editor.type("<CR>x")
    editor.until_ghost()
    editor.type("<Tab>")
    editor.wait(lambda: editor.text()[1] == "xyz")
    editor.type("<C-\\><C-n>")
    editor.command("silent! iunmap <Tab>")


def test_a_mapping_with_an_expression_can_accept(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"x": ["yz"]})
    editor.lua(
        "vim.keymap.set('i', '<C-l>', function()"
        " return require('fairlead').accept() and '' or 'nothing' end, { expr = true })"
    )
    editor.type("<C-l><CR>x")
    editor.until_ghost()
    editor.type("<C-l>")
    editor.wait(lambda: editor.text() == ["nothing", "xyz"])


def test_plug_mappings(scripted: Scripted) -> None:
    editor = scripted.editor
    scripted.open("", {"x": ["y z"]})
    editor.command("imap <C-l> <Plug>(fairlead-accept-word)")
    editor.type("x")
    editor.until_ghost()
    editor.type("<C-l>")
    editor.wait(lambda: editor.text() == ["xy"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.needs("neovim")
def test_columns_are_in_units_of_the_encoding(
    encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = "s = '😀é'; 'é😀'.up"
    item = {"text": "upper()]", "back": 2, "over": 1}
    scripted = start("neovim", tmp_path_factory.mktemp(encoding), encoding=encoding)
    with scripted.editor as editor:
        scripted.open("] # 😀", {line: [item]}, encoding=encoding)
        editor.type("<Home>" + line)
        editor.until_ghost()
        editor.until_shown("s = '😀é'; 'é😀'.upper()] # 😀")
        editor.type("<Tab>")
        editor.wait(lambda: editor.text() == ["s = '😀é'; 'é😀'.upper()] # 😀"])
