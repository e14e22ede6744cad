"""What a user waits for: tokens a second, and the first completion after loading."""

from __future__ import annotations

import time

from fairlead_decoding.complete import Decoder
from fairlead_decoding.generate import Ending, generate
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.prompt import build_prompt, preferred_layout
from fairlead_decoding.trie import trie_of
from fairlead_decoding.types import GenerationConfig
from fairlead_server.evaluation.decoding.texts import ordinary
from fairlead_server.evaluation.decoding.timing import Clock
from fairlead_server.evaluation.figures import Figure, exactly, ratio
from fairlead_server.model_files import load_model
from fairlead_server.settings import Settings

_PASSAGES = 8
_TOKENS = 64
_PROMPT_TOKENS = 1000


def decode_rate(model: LanguageModel, clock: Clock, seed: int) -> Figure:
    """Return the tokens that are decoded in a second by `clock`, prompts not counted."""
    counts, seconds = [], []
    for passage in ordinary(_PASSAGES, 600, 1, seed):
        session = model.session()
        matcher: Matcher[Monitor] = Matcher(trie_of(model.vocabulary), Unguided())
        logits = session.forward(model.encode(passage.before))
        start = clock()
        config = GenerationConfig(max_new_tokens=_TOKENS, temperature=1.0, seed=seed)
        ending = Ending(model.context_length)
        steps = generate(session, logits, matcher, config, ending)
        counts.append(float(sum(len(step.tokens) for step in steps)))
        seconds.append(clock() - start)
        session.close()
    return ratio(counts, seconds, "tokens/s", seed)


def first_completion(settings: Settings, seed: int) -> Figure:
    """Return the seconds that loading and a first line take, for 1,000 tokens of prompt."""
    (passage,) = ordinary(1, 8000, 400, seed)
    start = time.perf_counter()
    model = load_model(settings)
    decoder = Decoder(model)
    try:
        room = max(_TOKENS, model.context_length - _PROMPT_TOKENS)
        prompt = build_prompt(
            model,
            passage.before,
            passage.after,
            layout=preferred_layout(model),
            max_new_tokens=min(room, model.context_length // 2),
        )
        config = GenerationConfig(max_new_tokens=16)
        decoder.complete(prompt, Unguided(), config)
        return exactly(time.perf_counter() - start, "s")
    finally:
        decoder.close()
        model.close()
