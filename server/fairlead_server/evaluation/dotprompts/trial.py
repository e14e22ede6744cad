"""A case tried: the rest of a method written guided and unguided, cut, and scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fairlead_decoding.types import GenerationConfig
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.evaluation.dotprompts.dataset import LANGUAGE, Case
from fairlead_server.evaluation.dotprompts.scores import cut, method_end, scores
from fairlead_server.suggestion import CompletionRequest, Suggestion

WAYS: Mapping[str, bool] = {"guided": True, "unguided": False}

Compiles = Callable[[Case, str], "bool | None"]
"""Tells whether a case's repository compiles with a text behind the dot; None: cannot be told."""

_TOP_P = 0.95
_NOTHING = Suggestion("", 0.0, "dead_end", False)


@dataclass(frozen=True)
class Writing:
    """How texts are written: at most `tokens` each, guided or not.

    Sample i is drawn at the i-th of `temperatures`, which are gone through again and again. With
    `suffix` the model sees what follows the method; `context` names the sources that add to the
    prompt.
    """

    suffix: bool
    tokens: int
    temperatures: tuple[float, ...]
    patience: float
    context: tuple[str, ...]
    seed: int

    def config(self, sample: int) -> GenerationConfig:
        """Return how the sample of that number is drawn."""
        temperature = self.temperatures[sample % len(self.temperatures)]
        return GenerationConfig(
            max_new_tokens=self.tokens,
            temperature=temperature,
            top_p=_TOP_P if temperature > 0 else 1.0,
            seed=self.seed + sample,
        )

    def document(self, case: Case) -> DocumentSnapshot:
        """Return the document without what stood behind the dot."""
        after = case.text[case.stop + 1 :] if self.suffix else ""
        return DocumentSnapshot(case.path, case.text[: case.dot + 1] + after, LANGUAGE)


def entry(
    completer: Completer,
    case: Case,
    sample: int,
    writing: Writing,
    *,
    guided_first: bool,
    compiles: Compiles | None = None,
) -> dict[str, Any]:
    """Return what came of one sample of `case`, as it is written to a journal."""
    order = sorted(WAYS, key=lambda way: WAYS[way] is not guided_first)
    made = {way: _written(completer, case, sample, writing, guided=WAYS[way]) for way in order}
    for outcome in made.values():
        outcome["scores"] = scores(outcome["text"], case.wanted)
        if compiles is not None:
            told = compiles(case, outcome["text"])
            outcome["scores"]["compiles"] = None if told is None else float(told)
    repo, file, start, stop, dot = case.key
    return {
        **{"repo": repo, "file": file, "start": start, "stop": stop, "dot": dot},
        **{"sample": sample, "model": completer.model_name, "wanted": case.wanted},
        **{way: made[way] for way in WAYS},
    }


def _written(
    completer: Completer, case: Case, sample: int, writing: Writing, *, guided: bool
) -> dict[str, Any]:
    """Return the text of a sample, which ends with the method, and how it was written."""
    request = CompletionRequest(
        writing.document(case),
        case.dot + 1,
        writing.config(sample),
        guided=guided,
        lines=None,
        raw=True,
        entire=True,
        patience=writing.patience,
        context=writing.context,
    )
    closing = _Closing(case.before)
    result = completer.complete(request, cancelled=lambda: closing.seen, growing=closing.look)
    made = result.suggestions[0] if result.suggestions else _NOTHING
    return {
        "text": cut(case.before, made.text),
        "tokens": made.tokens or result.tokens,
        "ended": "method" if closing.seen else made.finish_reason,
        "verdicts": [f"{e.kind} {e.name}: {e.verdict} {e.reason}" for e in made.evidence],
        "vetoed": [veto for e in made.evidence for veto in e.vetoed],
    }


class _Closing:
    """Watches a text grow until it closes the method that it is in, since no more of it counts."""

    def __init__(self, before: str) -> None:
        self._before, self._braces, self.seen = before, 0, False

    def look(self, text: str) -> None:
        """Take the text so far."""
        braces = text.count("}")
        if braces > self._braces:
            self.seen = method_end(self._before + text) is not None
        self._braces = braces
