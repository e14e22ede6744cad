"""Context in the completer: what the prompt holds, and that typing leaves its beginning alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.prompt import Layout
from fairlead_decoding.types import Completion, GenerationConfig, Prompt
from fairlead_monitors.engine import Declaration
from fairlead_server.completer import Completer
from fairlead_server.context.source import NAMES, Edit
from fairlead_server.document import DocumentSnapshot
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.decoding.test_background import CODELLAMA, QWEN, STARCODER2, model, shown
from tests.monitors.engines import SilentEngine, TableEngine

TARIFF = "def invoice_for(booking):\n    return tariff.invoice(booking.vessel)\n"


class Recorder(Decoder):
    """Remembers the prompts."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.seen: list[Prompt] = []

    def complete(self, prompt: Prompt, *arguments: Any, **options: Any) -> list[Completion]:
        self.seen.append(prompt)
        return super().complete(prompt, *arguments, **options)


class Desk:
    """A completer of a scripted model, with one document and what lies around it."""

    def __init__(
        self,
        folder: Path,
        special: tuple[str, ...] = QWEN,
        layout: Layout = "psm",
        context_length: int = 4096,
        engine: TableEngine | None = None,
        patience: float = 60.0,
    ) -> None:
        self.patience = patience
        self.model = model(special, context_length=context_length)
        self.decoder = Recorder(self.model)
        self.engine = engine or TableEngine({})
        self.engine.declared = (Declaration(str(folder / "vessels.py"), "class Vessel:\n    ..."),)
        self.completer = Completer(self.decoder, {"python": self.engine}, {}, layout)
        self.folder = folder

    def complete(self, marked: str, context: tuple[str, ...] | None = NAMES) -> CompletionResult:
        before, after = marked.split("|")
        names = ("tariffs.py", ".env", "ignored.py")
        texts = (TARIFF, "TOKEN = invoice_for(booking)", "ignored = invoice_for(booking)")
        others = (
            DocumentSnapshot(str(self.folder / name), text, "python")
            for name, text in zip(names, texts, strict=True)
        )
        edits = (Edit(str(self.folder / ".env"), "PASSWORD=x"), Edit("/elsewhere/e.py", "z = 3\n"))
        return self.completer.complete(
            CompletionRequest(
                DocumentSnapshot(str(self.folder / "own.py"), before + after, "python"),
                len(before),
                GenerationConfig(max_new_tokens=4),
                patience=self.patience,
                others=tuple(others),
                edits=edits,
                context=context,
            )
        )

    def prompt(self) -> str:
        """Return the last prompt, with control tokens by their names."""
        return shown(self.model, self.decoder.seen[-1].tokens)


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    return lambda *arguments, **options: Desk(tmp_path, *arguments, **options)


def test_every_source_contributes_and_says_so(desk: Callable[..., Desk]) -> None:
    one = desk()
    result = one.complete("invoice = tariff.invo|\n\nend\n")
    report = result.context
    assert [(c.source, c.path) for c in report.contributions] == [
        ("imports", "vessels.py"),
        ("edits", "e.py"),
        ("similar", "tariffs.py"),
    ]
    assert (report.sources, report.late) == (NAMES, ())
    assert result.prompt_tokens == len(one.decoder.seen[-1].tokens)
    for text in ("class Vessel", "z = 3", TARIFF):
        assert text in one.prompt()


def test_nothing_from_secret_and_ignored_files_enters(desk: Callable[..., Desk]) -> None:
    one = desk()
    for context in (*((name,) for name in NAMES), NAMES):
        one.complete("invoice_for(booking|)\n", context)
        assert "TOKEN" not in one.prompt()
        assert "PASSWORD" not in one.prompt()
        assert "ignored" not in one.prompt()


def test_switched_off_the_prompt_holds_the_document_alone(desk: Callable[..., Desk]) -> None:
    one = desk()
    result = one.complete("x = tariff.invo|\nend\n", ())
    assert one.prompt() == "<|fim_prefix|>x = tariff<|fim_suffix|>\nend\n<|fim_middle|>"
    assert result.context.sources == ()
    assert one.engine.asked == []


@pytest.mark.parametrize("name", NAMES)
def test_each_source_can_be_on_alone(desk: Callable[..., Desk], name: str) -> None:
    report = desk().complete("invoice = tariff.invo|\n", (name,)).context
    assert report.sources == (name,)
    assert {c.source for c in report.contributions} == {name}


def test_by_default_all_sources_are_asked(desk: Callable[..., Desk]) -> None:
    assert desk().complete("x|\n", None).context.sources == NAMES
    assert desk(context_length=1024).complete("x|\n", None).context.sources == NAMES


@pytest.mark.parametrize("layout", ["psm", "spm", "left-to-right"])
@pytest.mark.parametrize("special", [QWEN, STARCODER2, CODELLAMA])
def test_while_typing_the_prompt_begins_alike(
    desk: Callable[..., Desk], layout: Layout, special: tuple[str, ...]
) -> None:
    one = desk(special, layout)
    head = "".join(f"line_{n} = {n}\n" for n in range(20))
    typed = "def total(booking):\n    return tariff.invoice(booking)\n"
    evaluated = []
    for end in range(len(typed) + 1):
        before = one.decoder.prompts.evaluated
        one.complete(head + typed[:end] + "|\nend = 1\n")
        evaluated.append(one.decoder.prompts.evaluated - before)
    first = one.decoder.seen[0].tokens
    shared = len(first) - (0 if layout == "psm" else 12)
    assert all(prompt.tokens[:shared] == first[:shared] for prompt in one.decoder.seen)
    # Byte by byte, a word is given back and taken up again at most.
    assert max(evaluated[1:]) <= 16


def test_a_late_engine_costs_no_completion(desk: Callable[..., Desk]) -> None:
    one = desk(engine=SilentEngine({}), patience=1.0)
    report = one.complete("invoice = tariff.invo|\n").context
    assert report.late == ("imports",)
    assert {c.source for c in report.contributions} == {"edits", "similar"}
