"""The decode loop, on a scripted model with a byte tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.generate import MOST_REWINDS
from fairlead_decoding.model import Logits
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.reweighting import resample
from fairlead_decoding.stopping import StopRule, after_lines, at_strings, never
from fairlead_decoding.types import Completion, GenerationConfig, Prompt
from tests.decoding.fakes import BYTES, END, OneOf, ScriptedModel, words, writes

PROMPT = "x = "


def complete(
    model: ScriptedModel,
    monitor: Monitor | None = None,
    config: GenerationConfig | None = None,
    *,
    prompt: str = PROMPT,
    heal: str = "",
    stop: StopRule = never,
    samples: int = 1,
    growing: Callable[[bytes], None] = lambda text: None,
) -> list[Completion]:
    decoder = Decoder(model)
    try:
        return decoder.complete(
            Prompt(tuple(model.encode(prompt)), heal.encode()),
            monitor or Unguided(),
            config or GenerationConfig(),
            samples=samples,
            stop=stop,
            growing=growing,
        )
    finally:
        decoder.close()
        model.close()


@pytest.mark.parametrize(
    ("wanted", "config", "stop", "text", "reason"),
    [
        ("foo()", GenerationConfig(), never, "foo()", "stop"),
        ("foo()", GenerationConfig(max_new_tokens=2), never, "fo", "length"),
        ("foo()\nbar", GenerationConfig(), after_lines(1), "foo()", "stop"),
        ("foo() # end", GenerationConfig(), at_strings([b" #"]), "foo()", "stop"),
        ("größe😀", GenerationConfig(), never, "größe😀", "stop"),
        ("", GenerationConfig(), never, "", "stop"),
    ],
)
def test_greedy(
    wanted: str, config: GenerationConfig, stop: StopRule, text: str, reason: str
) -> None:
    (completion,) = complete(writes(wanted, after=PROMPT), config=config, stop=stop)
    assert (completion.text.decode(), completion.finish_reason) == (text, reason)


def test_the_monitor_leads_the_model_to_what_exists() -> None:
    (completion,) = complete(writes("fob", after=PROMPT), OneOf("foo", "bar"))
    assert completion.text == b"foo"
    assert [(veto.offset, veto.text) for veto in completion.vetoes] == [(2, b"b")]


def test_a_forbidden_end_is_not_taken() -> None:
    (completion,) = complete(writes("fo", after=PROMPT), OneOf("foo"))
    assert completion.text == b"foo"


def test_a_text_cut_in_the_middle_of_a_name_is_taken_back() -> None:
    config = GenerationConfig(max_new_tokens=2)
    (completion,) = complete(writes("foo", after=PROMPT), OneOf("foo", ""), config)
    assert (completion.text, completion.finish_reason) == (b"", "length")


def test_where_nothing_is_admitted_the_text_ends_as_a_dead_end() -> None:
    class Nothing(Unguided):
        def admitted(self, data: bytes) -> int:
            return 0

        def may_end(self) -> bool:
            return False

        def fork(self) -> Nothing:
            return self

    (completion,) = complete(writes("foo", after=PROMPT), Nothing())
    assert (completion.text, completion.finish_reason) == (b"", "dead_end")


class DeadEnd(OneOf):
    """`OneOf`, but no text that goes on after `trap` is admitted: a fault a vocabulary may have."""

    def __init__(self, *texts: str, trap: str = "") -> None:
        super().__init__(*texts)
        self.trap = trap.encode()

    def constraint(self) -> None:  # type: ignore[override]
        return None

    def admitted(self, data: bytes) -> int:
        if self.trap and self.text.startswith(self.trap):
            return 0
        return super().admitted(data)

    def fork(self) -> DeadEnd:
        copy = DeadEnd(trap=self.trap.decode())
        copy.texts, copy.text = self.texts, self.text
        return copy


@pytest.mark.parametrize("trap", ["f", "fo"])
def test_a_dead_end_is_left_by_the_last_choice(trap: str) -> None:
    # The model likes what leads into the trap, and then the other name.
    def script(text: bytes) -> dict[int, float]:
        written = text[len(PROMPT) :]
        likes = {b"": b"fb", b"f": b"oa", b"fo": b"o", b"b": b"a", b"ba": b"r", b"fa": b"r"}
        return {b: 9.0 - i for i, b in enumerate(likes.get(written, b""))} or {END: 9.0}

    model = ScriptedModel(BYTES, script)
    told: list[bytes] = []
    (completion,) = complete(model, DeadEnd("foo", "bar", "far", trap=trap), growing=told.append)
    assert told[-1] == completion.text
    assert completion.finish_reason == "stop"
    assert completion.text == {"f": b"bar", "fo": b"far"}[trap]
    assert len(completion.tokens) == 4  # what was withdrawn does not count


def test_the_text_is_told_while_it_grows() -> None:
    told: list[bytes] = []
    complete(writes("foo()", after=PROMPT), samples=2, growing=told.append)
    assert told[:3] == [b"f", b"fo", b"foo"]
    assert told[-1] == b"foo()"


def test_recovery_from_dead_ends_is_bounded() -> None:
    vocabulary = words(*(f"f{n}" for n in range(100)))
    monitor = DeadEnd(*(f"f{n}-" for n in range(100)), trap="f")
    model = ScriptedModel(vocabulary, lambda _: {})
    (completion,) = complete(model, monitor)
    assert (completion.text, completion.finish_reason) == (b"", "dead_end")
    assert model.evaluated <= len(PROMPT) + 2 * MOST_REWINDS + 2


def test_reweighting_restores_the_distribution_that_masking_distorts() -> None:
    # Masking takes a as often as the model likes it, though the model would not go on with b.
    shares = {b"": {"a": 0.9, "c": 0.1}, b"a": {"b": 0.01, "x": 0.99}, b"c": {"d": 1.0}}

    def script(text: bytes) -> Logits:
        logits = np.full(len(BYTES), -30, dtype=np.float32)
        for byte, share in shares.get(text[len(PROMPT) :], {}).items():
            logits[ord(byte)] = np.log(share)
        logits[END] = 0 if text[len(PROMPT) :] not in shares else -30
        return logits

    def share_of_ab(reweight: bool) -> float:
        model = ScriptedModel(BYTES, script)
        decoder = Decoder(model)
        config = GenerationConfig(temperature=1, top_p=0.9999, reweight=reweight)
        prompt = Prompt(tuple(model.encode(PROMPT)))
        drawn = [
            decoder.complete(prompt, OneOf("ab", "cd"), replace(config, seed=seed))[0]
            for seed in range(1500)
        ]
        if reweight:
            drawn = resample(drawn, 4000, seed=0)
        return sum(c.text == b"ab" for c in drawn) / len(drawn)

    true_share = 0.9 * 0.01 / (0.9 * 0.01 + 0.1)
    assert abs(share_of_ab(reweight=False) - 0.9) < 0.05
    assert abs(share_of_ab(reweight=True) - true_share) < 0.03


def test_what_is_forced_is_evaluated_in_one_pass() -> None:
    names = ("get_total_price", "set_price")
    model = writes("get_total_price", after=PROMPT)
    (completion,) = complete(model, OneOf(*names))
    assert completion.text == b"get_total_price"
    assert len(completion.tokens) == len("get_total_price") + 1
    # The prompt, the first letter with all that it leaves no choice about, and the last one.
    assert model.calls == 3


def test_forced_tokens_keep_to_the_limits() -> None:
    for limit in range(1, 8):
        config = GenerationConfig(max_new_tokens=limit)
        model = writes("abcdefgh", after=PROMPT)
        (completion,) = complete(model, OneOf("abcdefgh", ""), config)
        assert len(completion.tokens) == limit
        assert completion.finish_reason == "length"
    (completion,) = complete(
        writes("abcdefgh", after=PROMPT), OneOf("abcdefgh", "abc"), stop=at_strings([b"d"])
    )
    assert (completion.text, completion.finish_reason) == (b"abc", "stop")


def test_no_split_is_forced_that_the_tokenizer_would_not_make() -> None:
    class Joining(ScriptedModel):
        """Its tokenizer makes one token of the whole name."""

        def encode(self, text: str) -> list[int]:
            return [257] if text == "append" else list(text.encode())

    model = Joining(words("append"), lambda text: writes("append", after=PROMPT).script(text))
    (completion,) = complete(model, OneOf("append"))
    assert completion.text == b"append"
    assert model.calls == len("append") + 1


@pytest.mark.parametrize("joined", ["get_name", "get_na", ".get_name", "name"])
def test_healing_neither_loses_nor_repeats_what_was_typed(joined: str) -> None:
    vocabulary = words(joined)
    model = writes(".get_name()", vocabulary, after="self")
    (completion,) = complete(model, prompt="self", heal=".get_na")
    assert completion.text == b"me()"


def test_a_full_context_ends_the_text() -> None:
    model = writes("foofoofoo", after=PROMPT)
    model.context_length = len(PROMPT) + 4
    (completion,) = complete(model)
    assert (completion.text, completion.finish_reason) == (b"foof", "length")


def test_cancel_is_looked_at_before_every_token() -> None:
    answers = iter([False, False, True])
    model = writes("foo", after=PROMPT)
    decoder = Decoder(model)
    (completion,) = decoder.complete(
        Prompt(tuple(model.encode(PROMPT))),
        Unguided(),
        GenerationConfig(),
        cancelled=lambda: next(answers),
    )
    assert (completion.text, completion.finish_reason) == (b"fo", "cancelled")
    assert model.evaluated == len(PROMPT) + 2


def test_the_deadline_ends_the_text() -> None:
    (completion,) = complete(writes("foo", after=PROMPT), config=GenerationConfig(deadline=0.0))
    assert (completion.text, completion.finish_reason) == (b"", "deadline")


def test_samples_share_the_prompt_and_are_reproducible() -> None:
    scores = {ord("a"): 5.0, ord("b"): 5.0, END: 4.0}
    config = GenerationConfig(max_new_tokens=4, temperature=1.0, top_k=3, seed=7)
    prompt = "p" * 100

    def run(samples: int) -> tuple[list[Completion], int]:
        model = ScriptedModel(BYTES, lambda _: scores)
        return complete(model, config=config, prompt=prompt, samples=samples), model.evaluated

    (several, evaluated), (again, _), (single, _) = run(5), run(5), run(1)
    assert evaluated <= len(prompt) + 5 * 4
    assert several == again
    assert single[0] in several
    assert len({c.text for c in several}) == len(several)
    ranks = [c.logprob / max(1, len(c.tokens)) for c in several]
    assert ranks == sorted(ranks, reverse=True)


def test_the_next_prompt_reuses_what_it_shares_with_the_last() -> None:
    model = writes("", after="")
    decoder = Decoder(model)
    for prompt in ("abcdef", "abcdefgh"):
        decoder.complete(Prompt(tuple(model.encode(prompt))), Unguided(), GenerationConfig())
    assert model.evaluated == len("abcdefgh")


def test_leaving_a_stream_early_frees_its_session() -> None:
    model = writes("foo", after=PROMPT)
    decoder = Decoder(model)
    stream = decoder.stream(Prompt(tuple(model.encode(PROMPT))), Unguided(), GenerationConfig())
    assert isinstance(stream, Iterator)
    assert next(stream).text == b"f"
    stream.close()  # type: ignore[attr-defined]
    decoder.close()
    assert model.open_sessions == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_new_tokens": 0},
        {"temperature": -1},
        {"temperature": float("nan")},
        {"top_p": 0},
        {"top_p": 1.5},
        {"min_p": -0.1},
        {"top_k": -1},
        {"seed": -1},
        {"reweight": True},
        {"reweight": True, "temperature": 1.0},
    ],
)
def test_values_outside_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        GenerationConfig(**wrong)  # type: ignore[arg-type]
