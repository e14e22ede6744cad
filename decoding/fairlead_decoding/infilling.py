"""Choosing among texts for a hole by both of its sides.

By Bayes' rule the probability of a text between what stands before it and what follows is, but for
a factor that all texts share, that of the text and what follows, given what stands before: a model
that only goes from left to right can tell it. Where the texts are few and known, that is sharper
than to have one written from a prompt with the suffix, above all for small models. (Scoring infills
by the left-to-right likelihood of the whole is Fried et al., "InCoder", 2022.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fairlead_decoding.prompt import build_prompt
from fairlead_decoding.prompt_cache import PromptCache
from fairlead_decoding.ranking import RankedName, rank

WINDOW = 512
"""Tokens of what stands before the hole that are looked at."""

_SHORTLIST = 12
"""Names whose reading with what follows is looked at: those that are likeliest without it."""

_BUDGET = 256
"""Tokens that finding these may take."""

_REST = 24
"""Characters of what follows that count: more of them tell hardly more."""

_BATCH = 8


@dataclass(frozen=True)
class Filling:
    """A text for the hole, and what follows if it is there."""

    text: str
    rest: str


def likeliest(
    cache: PromptCache,
    before: str,
    names: Iterable[str],
    rest: str,
    others: Sequence[Filling] = (),
    *,
    k: int = 1,
    cancelled: Callable[[], bool] = lambda: False,
    deadline: float | None = None,
) -> list[Filling]:
    """Return what the model finds most probable after `before`: names before `rest`, or others.

    Up to `k` of them, the best first; none when that was not found out before `deadline` (seconds
    of the monotonic clock), or when `cancelled`. Raises `ModelError` when the model has no room for
    another session.
    """
    model = cache.model
    spare = max(64, model.context_length - WINDOW)
    prompt = build_prompt(model, before, "", layout="left-to-right", max_new_tokens=spare)
    session, logits = cache.prefill(prompt.tokens)

    def best(texts: Iterable[bytes], k: int, budget: int | None) -> tuple[RankedName, ...]:
        return rank(
            model,
            session,
            logits,
            texts,
            heal=prompt.heal,
            k=k,
            # Whatever comes after it, a text is complete.
            continues=frozenset(),
            budget=budget,
            batch=_BATCH,
            cancelled=cancelled,
            deadline=deadline,
        ).names

    known = {_encoded(name): name for name in names}
    likely = [Filling(known[one.name], rest) for one in best(known, _SHORTLIST, _BUDGET)]
    fillings = {_encoded(one.text + one.rest[:_REST]): one for one in (*likely, *others)}
    found = best(fillings, k, None)
    early = any(one.bound for one in found)
    return [] if early else [fillings[one.name] for one in found]


def _encoded(text: str) -> bytes:
    # Documents may hold half a character.
    return text.encode(errors="replace")
