"""What front ends ask of the completer, and what they get."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from fairlead_decoding.types import FinishReason, GenerationConfig
from fairlead_server.context.source import ContextReport, Edit
from fairlead_server.document import DocumentSnapshot

Urgency = Literal["invoked", "automatic", "prefetch"]
"""Why a completion is wanted: the user asked for one, the editor did, or nobody has yet."""


@dataclass(frozen=True)
class CompletionRequest:
    """Complete `document` at `offset`, which counts characters.

    `lines` stops after that many lines that are not blank; None leaves only the other limits. With
    `blocks`, a place that calls for a block gets one, whatever `lines` says (`finishing.shape`).
    With `raw`, the texts are not finished: what is offered is what the model wrote.
    `patience` is how many seconds one analysis may take before its answer counts as unknown.
    `others` are the other open documents and `edits` the recent edits, the last used first;
    `context` names the sources that may add to the prompt, None stands for all. With `beam` the
    most probable texts are searched for, `samples` of them, instead of being drawn.
    `urgency` decides who goes first where several editors share a model.
    With `ask`, a model that follows instructions is asked that in its chat format, and nothing else
    is in the prompt; `opening` begins its answer, and what follows is the text. A model that does
    not writes nothing. `stops` are texts before which it ends. With `entire`, a text is offered as
    it was written, and not cut back to what parses.
    """

    document: DocumentSnapshot
    offset: int
    config: GenerationConfig = field(default_factory=GenerationConfig)
    samples: int = 1
    beam: bool = False
    guided: bool = True
    lines: int | None = 1
    blocks: bool = False
    raw: bool = False
    patience: float = 2.0
    others: tuple[DocumentSnapshot, ...] = ()
    edits: tuple[Edit, ...] = ()
    context: tuple[str, ...] | None = None
    urgency: Urgency = "automatic"
    ask: str = ""
    opening: str = ""
    stops: tuple[str, ...] = ()
    entire: bool = False

    def later(self, seconds: float) -> CompletionRequest:
        """Return the request with its deadline put off by `seconds`."""
        end = self.config.deadline
        if end is None:
            return self
        return replace(self, config=replace(self.config, deadline=end + seconds))


USES = ("call", "typestate", "syntax")
"""Kinds of evidence that are about how names are put together, not about names."""


@dataclass(frozen=True)
class CheckedName:
    """One name in a suggestion and what analysis said of it.

    `verdict` is ``valid`` or ``unknown``; `candidates` counts the names that analysis offered;
    `vetoed` holds the texts of the tokens that the model preferred and analysis refused, and
    `lost` the share of the model's probability that was refused where they were.
    """

    name: str
    kind: str
    verdict: str
    engine: str
    candidates: int
    vetoed: tuple[str, ...] = ()
    reason: str = ""
    lost: float = 0.0


@dataclass(frozen=True)
class Suggestion:
    """A text to insert at the cursor, in place of the `replaces` characters after it.

    Those are the rest of a member name that the cursor stands in, or before, or brackets that the
    text closes itself. `applied` names the filters that changed what the model wrote.
    `logprob` is natural, summed over the tokens. `verified` says that every name in it that a
    monitor looks at was found valid; it is false without guidance. `imports` are the statements
    that the document needs with it.
    """

    text: str
    logprob: float
    finish_reason: FinishReason
    verified: bool
    evidence: tuple[CheckedName, ...] = ()
    tokens: int = 0
    replaces: int = 0
    applied: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A text that is not offered, and the filter that found nothing in it worth offering."""

    text: str
    by: str


@dataclass(frozen=True)
class CompletionResult:
    """The suggestions, best first, and remarks for the user, such as a fallback that was taken.

    `context` tells what the prompt holds besides the document, and `seconds` how long it took.
    `dropped` are texts that were written in vain, and `tokens` what the model wrote in all.
    """

    suggestions: tuple[Suggestion, ...]
    remarks: tuple[str, ...] = ()
    prompt_format: str = ""
    prompt_tokens: int = 0
    context: ContextReport = field(default_factory=ContextReport)
    seconds: float = 0.0
    dropped: tuple[Dropped, ...] = ()
    tokens: int = 0


@dataclass(frozen=True)
class NameRanking:
    """Names with their natural log-probabilities, best first.

    `exact` tells that they are the true best ones in their true order; the search may have ended
    early otherwise.
    """

    names: tuple[tuple[str, float], ...] = ()
    exact: bool = False
