"""Under a valid verdict there is no way to name an absent member, whatever the model wants.

An adversarial model prefers, at every step, the tokens with which it gets closest to a forbidden
name, over vocabularies of real models, in which a dot and a name often are one token. What it
managed to write is judged by a regular expression that shares no code with the monitor. The same
holds for calls with too few or too many arguments, for monitors that were joined, and for bare
names where some may be written that an import is to bind.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import cache
from keyword import kwlist, softkwlist

import numpy as np
import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.model import Logits, Vocabulary
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.prompt import split_tail
from fairlead_decoding.types import GenerationConfig, Prompt
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Signatures, Source, answered
from fairlead_monitors.joint import join
from fairlead_monitors.python.call_arguments import PythonCallArguments
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.python.scope import ScopeMonitor
from tests.decoding.fakes import ScriptedModel
from tests.monitors.calls import parsed
from tests.monitors.engines import EveryReceiver, KindTable
from tests.real_vocabularies import VOCABULARIES, vocabulary

ROUNDS = 30
DEREFERENCE = re.compile(r"(?:[^\W\d]\w*|[)\]]) *\. *(\w+)")
READ = re.compile(r"x = *([^\W\d]\w*)(\.)?")
CALL = re.compile(r"([^\W\d]\w*|[)\]]) *\(")
# The model may write strings, comments, numbers and imports, in which nothing is checked. It is
# kept from it so that the judge can stay simple.
UNCHECKED = re.compile(rb"[\"'#\\\d]|import|from|[^\x00-\x7f]")


class PromptEndTrigger(MembersMonitor):
    """The published rule: look only when the text ends in a dot, never inside a token."""

    def admitted(self, data: bytes) -> int:
        return len(data) if self._name is None else super().admitted(data)

    def advance(self, data: bytes) -> None:
        if self._name is None and not data.endswith(b"."):
            self._append(data)
        else:
            super().advance(data)

    def fork(self) -> PromptEndTrigger:
        copy = super().fork()
        copy.__class__ = PromptEndTrigger
        return copy


class Adversary:
    """Scores the tokens of one vocabulary by how far they lead towards `target`."""

    def __init__(self, tokens: Vocabulary, generator: random.Random) -> None:
        noise = np.random.default_rng(generator.randrange(2**32))
        base = noise.normal(size=len(tokens)).astype(np.float32)
        for i, text in enumerate(tokens.tokens):
            if not text or UNCHECKED.search(text):
                base[i] -= 50
            elif re.match(rb"\.?[A-Za-z_]", text):
                base[i] += 5
        self._base: Logits = base

    def model(self, tokens: Vocabulary, prompt: str, target: str) -> ScriptedModel:
        start = len(prompt.encode())

        def script(text: bytes) -> Logits:
            written = text[start:]
            # However far it was led astray, it starts over with the forbidden dereference.
            rest = _rest(written, target.encode())
            logits = self._base.copy()
            for i in _leading_to(tokens, rest):
                logits[i] += 20 + len(tokens.tokens[i])
            return logits

        return ScriptedModel(tokens, script)


@cache
def _index(tokens: Vocabulary) -> dict[bytes, int]:
    return {text: i for i, text in enumerate(tokens.tokens) if text}


def _leading_to(tokens: Vocabulary, rest: bytes) -> list[int]:
    index = _index(tokens)
    return [index[rest[:n]] for n in range(1, len(rest) + 1) if rest[:n] in index]


def _rest(written: bytes, target: bytes) -> bytes:
    """Return what is missing of `target` after the longest part of it that `written` ends with."""
    for length in range(min(len(written), len(target) - 1), 0, -1):
        if written.endswith(target[:length]):
            return target[length:]
    return target


class EveryCall(EveryReceiver):
    """Gives every receiver the same members, and every function the same parameters."""

    def __init__(self, members: set[str], parameters: str) -> None:
        super().__init__(members)
        self._signature = parsed(parameters)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        return answered(Signatures((self._signature,), Completeness.COMPLETE, self.name))


def joined(context: Context) -> Monitor:
    return join((MembersMonitor, PythonCallArguments))(context)


def wrong_calls(tokens: Vocabulary, monitor: Callable[[Context], Monitor], seed: int) -> list[str]:
    """Let the adversary write; return the calls that have too few or too many arguments."""
    generator = random.Random(seed)
    adversary = Adversary(tokens, generator)
    found = []
    for _ in range(ROUNDS):
        least = generator.randint(0, 2)
        most = least + generator.randint(0, 2)
        slots = [f"p{i}" + "=0" * (i >= least) for i in range(most)] + ["/"] * (most > 0)
        count = generator.choice([n for n in range(most + 3) if not least <= n <= most])
        target = f"run({', '.join(_word(generator) for _ in range(count))})"
        before = "x = " + generator.choice(("", "run", "run(", "run(a" if most else ""))
        head, heal = split_tail(before)
        members = {_word(generator) for _ in range(generator.randint(1, 30))}
        context = Context("a.py", before, "", EveryCall(members, ", ".join(slots)))
        model = adversary.model(tokens, head, target)
        text = before + _write(model, monitor(context), head, heal, seed)
        found += [f"{n} in {text!r}" for n in argument_counts(text) if not least <= n <= most]
    return found


def argument_counts(text: str) -> Iterator[int]:
    """Yield how many arguments each call has that is closed, unless it is hard to count."""
    for opened in CALL.finditer(text):
        line = text[: opened.end()].rpartition("\n")[2]
        if opened[1] in kwlist or re.search(r"\b(?:def|class|case)\b", line):
            continue
        depth, inside = 1, ""
        for char in text[opened.end() :]:
            depth += (char in "([{") - (char in ")]}")
            if depth == 0:
                break
            inside += char if depth == 1 else "_"
        if depth == 0 and not re.search(r"\*|\b(?:for|lambda)\b|\n *(?:def|class)", inside):
            yield len([part for part in inside.split(",") if part.strip()])


def escapes(tokens: Vocabulary, monitor: Callable[[Context], Monitor], seed: int) -> list[str]:
    """Let the adversary write; return the absent members that it named."""
    generator = random.Random(seed)
    adversary = Adversary(tokens, generator)
    found = []
    for _ in range(ROUNDS):
        members = {_word(generator) for _ in range(generator.randint(1, 30))}
        forbidden = _word(generator)
        receiver = generator.choice(("xs", "self", "f()", "xs[i]"))
        typed = generator.choice(("", ".", ". ", "." + generator.choice(sorted(members))[:2]))
        before = f"x = {receiver}{typed}"
        head, heal = split_tail(before)
        target = f"{receiver}.{forbidden}()" if typed else f".{forbidden}()"
        model = adversary.model(tokens, head, heal + target)
        context = Context("a.py", before, "", EveryReceiver(members))
        text = _write(model, monitor(context), head, heal, seed)
        named = DEREFERENCE.findall(before + text)
        found += [f"{name} in {before + text!r}" for name in named if name not in members]
    return found


class Importing(KindTable):
    """Binds some names everywhere, and knows of others that can be imported, modules among them."""

    def __init__(self, bound: set[str], importable: set[str], modules: set[str]) -> None:
        super().__init__({})
        self.answer = Names(
            frozenset(bound),
            Completeness.COMPLETE,
            self.name,
            importable=frozenset(importable | modules),
            modules=frozenset(modules),
        )

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        return answered(self.answer)


def unbound_names(
    tokens: Vocabulary, monitor: Callable[[Context], Monitor], seed: int
) -> list[str]:
    """Let the adversary write; return the names that nothing binds, and modules without a dot."""
    generator = random.Random(seed)
    adversary = Adversary(tokens, generator)
    found = []
    for _ in range(ROUNDS):
        bound, importable, modules = ({_word(generator) for _ in range(9)} for _ in range(3))
        modules -= bound | importable
        forbidden = generator.choice((_word(generator), generator.choice(sorted(modules) or ["x"])))
        before = "x = " + generator.choice(("", "", forbidden[:1], forbidden[:2]))
        head, heal = split_tail(before)
        model = adversary.model(tokens, head, heal + f"{forbidden[len(before) - 4 :]})")
        context = Context("a.py", before, "", Importing(bound, importable, modules))
        text = before + _write(model, monitor(context), head, heal, seed)
        read = READ.match(text)
        if read is None or re.match(r"[bfrtu]+(?:[^\w]|\Z)", read[1], re.IGNORECASE):
            continue  # No name, or the beginning of a string.
        is_last = read.end() == len(text)
        known = (
            bound | importable | {*kwlist, *softkwlist} | (modules if read[2] or is_last else set())
        )
        if read[1] not in known and not (is_last and _begins(read[1], known)):
            found.append(f"{read[1]} in {text!r}")
    return found


def _begins(name: str, known: set[str]) -> bool:
    return any(other.startswith(name) for other in known)


def _write(model: ScriptedModel, monitor: Monitor, head: str, heal: str, seed: int) -> str:
    decoder = Decoder(model)
    temperature = 0.0 if seed % 2 else 1.0
    config = GenerationConfig(max_new_tokens=12, temperature=temperature, seed=seed)
    prompt = Prompt(tuple(_tokens(model.vocabulary, head)), heal.encode())
    (completion,) = decoder.complete(prompt, monitor, config)
    decoder.close()
    return completion.text.decode(errors="replace")


def _tokens(vocabulary: Vocabulary, text: str) -> list[int]:
    """Tokenise greedily: which split the prompt has does not matter here."""
    index = _index(vocabulary)
    data, out = text.encode(), []
    while data:
        length = next(n for n in range(min(16, len(data)), 0, -1) if data[:n] in index)
        out.append(index[data[:length]])
        data = data[length:]
    return out


def _word(generator: random.Random) -> str:
    parts = ("get", "set", "item", "name", "append", "to", "is", "x", "Value", "load", "y2", "é")
    return "_".join(generator.choices(parts, k=generator.randint(1, 3)))


@pytest.mark.needs("vocabularies")
@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_absent_member_is_ever_named(name: str) -> None:
    tokens = vocabulary(name)
    assert [escapes(tokens, MembersMonitor, seed) for seed in range(4)] == [[]] * 4


@pytest.mark.needs("vocabularies")
@pytest.mark.parametrize("name", VOCABULARIES)
def test_joined_monitors_let_nothing_through(name: str) -> None:
    assert escapes(vocabulary(name), joined, 0) == []
    assert [wrong_calls(vocabulary(name), joined, seed) for seed in range(2)] == [[]] * 2


@pytest.mark.needs("vocabularies")
@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_name_is_read_that_neither_is_bound_nor_can_be_imported(name: str) -> None:
    tokens = vocabulary(name)
    assert [unbound_names(tokens, ScopeMonitor, seed) for seed in range(2)] == [[]] * 2


@pytest.mark.needs("vocabularies")
def test_without_a_monitor_unbound_names_are_read() -> None:
    assert unbound_names(vocabulary("qwen2"), lambda context: Unguided(), 1)


@pytest.mark.needs("vocabularies")
def test_without_a_monitor_wrong_calls_are_written() -> None:
    assert wrong_calls(vocabulary("qwen2"), lambda context: Unguided(), 1)


@pytest.mark.needs("vocabularies")
def test_a_monitor_that_triggers_on_the_text_end_only_lets_names_escape() -> None:
    assert escapes(vocabulary("qwen2"), PromptEndTrigger, 1)
