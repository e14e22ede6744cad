"""What a prompt evaluates to depends on the first prompt and on no other."""

from __future__ import annotations

import random

import numpy as np
import pytest

from fairlead_decoding.anchored_prompts import AnchoredPrompts
from fairlead_server.model_files import load_model
from fairlead_server.settings import Settings

FIRST = "class Basket:\n    def total(self):\n        return sum(self.prices)\n" * 4
OTHERS = ["    def count(self):", "x = 1\n", "class Basket:\n    def name(", FIRST, "class"]


@pytest.mark.needs("llama")
def test_logits_do_not_depend_on_what_was_asked_between() -> None:
    model = load_model(Settings())
    prompts = [model.encode(FIRST[:n] + text) for n in (0, 60, 200) for text in OTHERS]
    first = model.encode(FIRST)

    def logits(order: list[int]) -> dict[int, bytes]:
        cache, found = AnchoredPrompts(model), {}
        cache.prefill(first)
        for number in order:
            session, row = cache.prefill(prompts[number])
            assert tuple(session.tokens) == tuple(prompts[number])
            with_sample = session.fork()
            with_sample.forward(prompts[number % 3][:5])
            with_sample.close()
            found[number] = np.ascontiguousarray(row).tobytes()
        cache.close()
        return found

    whole = logits(list(range(len(prompts))))
    shuffled = list(range(len(prompts)))
    random.Random(1).shuffle(shuffled)
    assert logits(shuffled) == whole
    for number in (3, 8, 14):
        assert logits([number]) == {number: whole[number]}
    model.close()
