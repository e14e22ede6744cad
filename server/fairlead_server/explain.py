"""Why a completion is what it is, for people."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead_server.context.source import ContextReport
from fairlead_server.suggestion import CheckedName, CompletionResult, Suggestion

MOST_VETOES = 12


def explain(result: CompletionResult, model: str) -> str:
    """Describe how each suggestion came about: prompt, context, names checked, tokens vetoed."""
    lines = [f"{model}: prompt of {result.prompt_tokens} tokens, {result.prompt_format}"]
    lines.extend(describe_context(result.context))
    for number, suggestion in enumerate(result.suggestions, 1):
        lines.append(f"{number}: {suggestion.text!r}")
        lines.extend(f"   {line}" for line in _details(suggestion))
    lines.extend(f"not offered: {text.text!r} (filter: {text.by})" for text in result.dropped)
    return "\n".join(lines)


def describe_context(report: ContextReport) -> Iterator[str]:
    """Say which text besides the document is in the prompt, source by source."""
    if not report.sources:
        yield "context: no source is on"
        return
    total = sum(contribution.tokens for contribution in report.contributions)
    yield f"context: {total} tokens of other text"
    for source in report.sources:
        own = [c for c in report.contributions if c.source == source]
        for contribution in own:
            opening = contribution.text.strip().partition("\n")[0]
            yield f"   {source}: {contribution.path}, {contribution.tokens} tokens: {opening}"
        if not own:
            yield f"   {source}: {'came too late' if source in report.late else 'nothing'}"


def _details(suggestion: Suggestion) -> Iterator[str]:
    per_token = suggestion.logprob / max(1, suggestion.tokens)
    yield (
        f"{suggestion.tokens} tokens, log-probability {suggestion.logprob:.2f} "
        f"({per_token:.2f} a token), ended by: {suggestion.finish_reason}"
    )
    if suggestion.applied:
        yield f"changed by: {', '.join(suggestion.applied)}"
    if not suggestion.evidence:
        yield "no name was checked"
    for name in suggestion.evidence:
        yield describe(name)


def describe(name: CheckedName) -> str:
    """Describe in one line what was found about a name."""
    line = f"{name.kind} {name.name}: {name.verdict} ({name.engine}"
    line += f", {name.candidates} candidates)" if name.candidates else ")"
    if name.reason:
        line += f", {name.reason}" if name.verdict == "valid" else f", because: {name.reason}"
    if name.vetoed:
        shown = ", ".join(repr(text) for text in name.vetoed[:MOST_VETOES])
        more = len(name.vetoed) - MOST_VETOES
        line += f"; vetoed: {shown}" + (f" and {more} more" if more > 0 else "")
        line += f" ({name.lost:.0%} of the probability)"
    return line
