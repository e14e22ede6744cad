"""Choosing among snippets: the budget, what is new, what may be shown, in which order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from fairlead_decoding.background import NO_BACKGROUND
from fairlead_server.context.assemble import (
    MOST_TOKENS,
    Assembled,
    assemble,
    budget_of,
    comment_mark,
)
from fairlead_server.context.source import NAMES, Place, Snippet
from fairlead_server.document import DocumentSnapshot
from tests.decoding.test_background import CODELLAMA, QWEN, STARCODER2, model, shown


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    return tmp_path


def check(
    project: Path, snippets: Sequence[tuple[str, str, str]], budget: int = 1000, text: str = ""
) -> Assembled:
    """Assemble for the end of `text`; snippets are source, path and text, the best first."""
    own = DocumentSnapshot(str(project / "own.py"), text, "python")
    found: dict[str, list[Snippet]] = {}
    for rank, (source, path, snippet) in enumerate(snippets, 1):
        of_source = found.setdefault(source, [])
        of_source.append(Snippet(str(project / path), snippet, 1 / rank, source))
    return assemble(model(QWEN), Place(own, len(text)), found, budget)


def chosen(assembled: Assembled) -> list[tuple[str, str]]:
    return [(c.source, c.text) for c in assembled.contributions]


def test_sources_take_turns_and_the_best_stands_last(project: Path) -> None:
    found = check(
        project,
        [
            ("similar", "s1.py", "s1"),
            ("similar", "s2.py", "s2"),
            ("imports", "i1.py", "i1"),
            ("imports", "i2.py", "i2"),
            ("edits", "e1.py", "e1"),
        ],
    )
    assert [text for _, text in chosen(found)] == ["i1", "e1", "s1", "i2", "s2"]
    text = shown(model(QWEN), found.background.before)
    assert text.endswith(
        "<|file_sep|>s1.py\ns1\n<|file_sep|>e1.py\ne1\n<|file_sep|>i1.py\ni1\n<|file_sep|>own.py\n"
    )
    assert text.startswith(f"<|repo_name|>{project.name}\n<|file_sep|>s2.py\n")


def test_tokens_are_told_for_each_contribution(project: Path) -> None:
    found = check(project, [("imports", "a.py", "x = 1"), ("similar", "b.py", "y = 2\n")])
    assert [(c.path, c.tokens) for c in found.contributions] == [
        ("a.py", len("?a.py\nx = 1\n")),
        ("b.py", len("?b.py\ny = 2\n")),
    ]


@pytest.mark.parametrize("special", [QWEN, STARCODER2, CODELLAMA])
def test_the_budget_is_kept(project: Path, special: tuple[str, ...]) -> None:
    rng, of = random.Random(0), model(special)
    own = DocumentSnapshot(str(project / "own.py"), "", "python")
    for budget in range(0, 600, 7):
        snippets = {
            source: [
                Snippet(
                    str(project / f"{source}{n}.py"), _lines(rng, f"{source}{n}"), 1 / n, source
                )
                for n in range(1, 6)
            ]
            for source in NAMES
        }
        found = assemble(of, Place(own, 0), snippets, budget)
        assert len(found.background) <= budget
        assert len(found.background) > budget - 100 or budget < 100
        assert sum(c.tokens for c in found.contributions) <= len(found.background)


def _lines(rng: random.Random, name: str) -> str:
    return "".join(f"{name}_{n} = {n}\n" for n in range(rng.randint(1, 20)))


def test_a_long_snippet_is_cut_after_a_line(project: Path) -> None:
    text = "".join(f"line_{n:02} = {n}\n" for n in range(50))
    (cut,) = check(project, [("imports", "a.py", text)], budget=200).contributions
    assert text.startswith(cut.text) and cut.text.endswith("\n")
    assert 5 < cut.text.count("\n") < 50


SHOWN = "def old(a):\n    return a\n"

# snippets, text before the cursor -> what is chosen
NEWS: list[tuple[list[tuple[str, str, str]], str, list[str]]] = [
    ([("edits", "own.py", SHOWN)], SHOWN + "x = 1\n", []),
    ([("edits", "own.py", SHOWN)], SHOWN + "x = 1\n" * 5000, [SHOWN]),
    ([("edits", "own.py", "new = 1\n")], SHOWN, ["new = 1\n"]),
    ([("edits", "a.py", SHOWN)], SHOWN, [SHOWN]),
    ([("edits", "a.py", SHOWN), ("similar", "a.py", SHOWN + "\n# ---\n")], "", [SHOWN]),
    ([("edits", "a.py", SHOWN), ("similar", "b.py", SHOWN)], "", [SHOWN, SHOWN]),
    ([("edits", "a.py", "\n\n"), ("similar", "b.py", "---\n")], "", []),
    ([("edits", "ignored.py", SHOWN)], "", []),
    ([("imports", "secrets.py", SHOWN), ("similar", ".env", "A=1")], "", []),
    ([("edits", "a.py", "x = 1\r\ny = 2\r\n")], "", ["x = 1\ny = 2\n"]),
]


@pytest.mark.parametrize(("snippets", "text", "expected"), NEWS)
def test_what_is_new_and_may_be_shown(
    project: Path, snippets: list[tuple[str, str, str]], text: str, expected: list[str]
) -> None:
    assert [text for _, text in chosen(check(project, snippets, text=text))] == expected


def test_paths_are_relative_to_the_project_or_names_alone(project: Path) -> None:
    found = check(
        project, [("imports", "deep/er/a.py", "x = 1"), ("similar", "../elsewhere.py", "y = 2")]
    )
    assert [c.path for c in found.contributions] == ["deep/er/a.py", "elsewhere.py"]


def test_nothing_to_show_is_no_background(project: Path) -> None:
    assert check(project, []).background == NO_BACKGROUND
    assert check(project, [("edits", "a.py", "x = 1")], budget=0).background == NO_BACKGROUND


@pytest.mark.parametrize(
    ("context_length", "before", "after", "budget"),
    [
        (1064, 0, 0, 1000 - 64),
        (1064, 300, 0, 900 - 64),
        (1064, 300, 300, 800 - 64),
        (1064, 300, 100_000, 650 - 64),
        (1064, 100_000, 0, 250),
        (1064, 100_000, 100_000, 250),
        (16, 0, 0, 0),
        (1_000_000, 100_000, 0, MOST_TOKENS),
    ],
)
def test_the_budget_is_a_share_of_the_context_or_what_is_free(
    context_length: int, before: int, after: int, budget: int
) -> None:
    own = DocumentSnapshot("/p/own.py", "x" * (before + after), "python")
    of = model((), context_length=context_length)
    assert budget_of(of, Place(own, before), max_new_tokens=64) == budget


@pytest.mark.parametrize(
    ("language", "mark"), [("python", "#"), ("java", "//"), ("lua", "--"), ("plaintext", "//")]
)
def test_comment_mark(language: str, mark: str) -> None:
    assert comment_mark(language) == mark
