"""Best-first search finds what scoring every name finds, on the shipped model and real members."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from fairlead_decoding.backends import llama_cpp
from fairlead_decoding.model import LanguageModel, Logits, Session
from fairlead_decoding.ranking import RankedName, exhaustive, rank

pytestmark = pytest.mark.needs("llama")

K = 5
PLACES = (
    ("ast:", "import ast\n\ntree = ast.parse(source)\nfor node in ast"),
    (
        "ast:NodeVisitor",
        "class Names(ast.NodeVisitor):\n    def visit_Name(self, node):\n        self",
    ),
    ("argparse:", "import argparse\n\nparser = argparse"),
    ("argparse:ArgumentParser", "parser = argparse.ArgumentParser()\nparser"),
    ("asyncio:", "import asyncio\n\n\nasync def main():\n    await asyncio"),
    ("asyncio:Queue", "queue = asyncio.Queue()\nawait queue"),
    ("base64:", "import base64\n\n\ndef pack(data):\n    return base64"),
    ("builtins:bytes", "def read(data: bytes):\n    return data"),
    ("builtins:dict", "counts = {}\nfor key, value in counts"),
    ("builtins:float", "half = 0.5\nprint(half"),
    ("builtins:int", "def pack(number: int) -> bytes:\n    return number"),
    ("builtins:list", "items = []\nfor line in lines:\n    items"),
    ("builtins:set", "seen = set()\nfor name in names:\n    if name not in seen:\n        seen"),
    ("builtins:str", "def clean(text: str) -> list[str]:\n    return text"),
    ("calendar:", "import calendar\n\nfirst, days = calendar"),
    ("collections:", "import collections\n\nqueue = collections"),
    ("collections:Counter", "words = Counter(text.split())\nfor word, count in words"),
    ("collections:OrderedDict", "cache = OrderedDict()\n\n\ndef touch(key):\n    cache"),
    ("collections:deque", "queue = deque([start])\nwhile queue:\n    node = queue"),
    ("configparser:ConfigParser", "config = ConfigParser()\nconfig"),
    ("contextlib:", "import contextlib\n\n\n@contextlib"),
    ("csv:", "import csv\n\nwith open(path) as file:\n    rows = csv"),
    ("datetime:date", "today = date"),
    ("datetime:datetime", "def stamp() -> str:\n    now = datetime.now()\n    return now"),
    ("decimal:Decimal", "price = Decimal('9.99')\nprint(price"),
    ("email.message:EmailMessage", "message = EmailMessage()\nmessage"),
    ("fractions:Fraction", "third = Fraction(1, 3)\nreturn third"),
    ("functools:", "import functools\n\n\n@functools"),
    ("hashlib:", "import hashlib\n\ndigest = hashlib"),
    ("io:StringIO", "out = io.StringIO()\nwrite(out)\nreturn out"),
    ("itertools:", "import itertools\n\nfor a, b in itertools"),
    (
        "json:",
        "import json\n\n\ndef load(path):\n    with open(path) as file:\n        return json",
    ),
    ("logging:", "import logging\n\nlogger = logging"),
    (
        "logging:Logger",
        "logger = logging.getLogger(__name__)\ntry:\n    run()\nexcept OSError:\n    logger",
    ),
    ("math:", "import math\n\n\ndef length(x, y):\n    return math"),
    ("os:", "import os\n\n\ndef files(folder):\n    for name in os"),
    ("pathlib:Path", "def load(path: Path) -> str:\n    if not path"),
    ("random:", "import random\n\ncolor = random"),
    ("re:", "import re\n\nWORD = re"),
    ("shutil:", "import shutil\n\nif target.exists():\n    shutil"),
    ("socket:socket", "server = socket.socket()\nserver"),
    ("string:", "import string\n\nletters = string"),
    ("subprocess:Popen", "process = subprocess.Popen(command)\nstatus = process"),
    ("tempfile:", "import tempfile\n\nwith tempfile"),
    ("threading:Thread", "worker = Thread(target=run)\nworker"),
    ("time:", "import time\n\nstart = time"),
    ("types:", "import types\n\nif isinstance(value, types"),
    ("typing:", "import typing\n\nif typing"),
    (
        "unittest:TestCase",
        "class AddTest(unittest.TestCase):\n    def test_zero(self):\n        self",
    ),
    ("urllib.parse:", "import urllib.parse\n\nhost = urllib.parse"),
)
"""Where the members come from, and what stands before the dot."""


class Query(NamedTuple):
    names: list[bytes]
    heal: bytes


def members(receiver: str) -> list[str]:
    module, _, name = receiver.partition(":")
    owner = importlib.import_module(module)
    found = dir(getattr(owner, name) if name else owner)
    return [member for member in found if not member.startswith("__")]


POOL = sorted({member for receiver, _ in PLACES for member in members(receiver)})


def some(receiver: str, size: int) -> list[bytes]:
    """Return `size` names: the receiver's, and what it lacks from others."""
    choice = random.Random(f"{receiver} {size}")
    own = members(receiver)
    others = [name for name in POOL if name not in set(own)]
    names = choice.sample(own, min(size, len(own)))
    return [name.encode() for name in names + choice.sample(others, size - len(names))]


def queries(place: int) -> Iterator[Query]:
    """Yield four sets of 2 to 300 names: after the dot in three sizes, and within a name."""
    receiver, _ = PLACES[place]
    large = 300 if place % 16 == 7 else 100 if place % 5 == 0 else 14 + place % 5
    for size in (2 + place % 11, 10 + place % 20, large):
        yield Query(some(receiver, size), b".")
    typed = {name[0] for name in members(receiver)}
    within = {t: [name[1:].encode() for name in POOL if name[0] == t] for t in sorted(typed)}
    t = max(within, key=lambda t: (2 <= len(within[t]) <= 40, len(within[t])))
    yield Query(within[t][:40], f".{t}".encode())


@pytest.fixture(scope="module")
def model(f32_gguf: Path) -> Iterator[LanguageModel]:
    """The shipped model as the backend computes it most exactly."""
    loaded = llama_cpp.load(str(f32_gguf), kv_type="f32")
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def shipped(embedded_gguf: Path) -> Iterator[LanguageModel]:
    loaded = llama_cpp.load(str(embedded_gguf))
    yield loaded
    loaded.close()


def prefill(model: LanguageModel, place: int) -> tuple[Session, Logits]:
    session = model.session()
    return session, session.forward(model.encode(PLACES[place][1])).copy()


def check(found: Sequence[RankedName], scored: Sequence[RankedName], near: float) -> None:
    """Names whose scores differ by less than `near` may change places."""
    scores = {ranked.name: ranked.logprob for ranked in scored}
    assert len(found) == min(K, len(scored)) == len({ranked.name for ranked in found})
    for ranked, expected in zip(found, scored, strict=False):
        assert not ranked.bound
        assert ranked.logprob == pytest.approx(scores[ranked.name], abs=10 * near)
        assert ranked.name == expected.name or (
            scores[ranked.name] == pytest.approx(expected.logprob, abs=near)
        )


@pytest.mark.parametrize("place", range(len(PLACES)), ids=lambda place: PLACES[place][0])
def test_the_top_k_are_those_of_scoring_every_name(model: LanguageModel, place: int) -> None:
    session, logits = prefill(model, place)
    for names, heal in queries(place):
        ranking = rank(model, session, logits, names, heal=heal, k=K)
        assert ranking.exact
        check(ranking.names, exhaustive(model, session, logits, names, heal), near=1e-4)
    session.close()


def test_the_sets_are_as_many_and_as_large_as_is_said() -> None:
    sizes = [len(query.names) for place in range(len(PLACES)) for query in queries(place)]
    assert (len(sizes), min(sizes), max(sizes)) == (200, 2, 300)


@pytest.mark.parametrize("place", range(0, len(PLACES), 10))
def test_quantised_weights_give_the_same_within_their_noise(
    shipped: LanguageModel, place: int
) -> None:
    session, logits = prefill(shipped, place)
    names = some(PLACES[place][0], 30)
    ranking = rank(shipped, session, logits, names, heal=b".", k=K)
    found = {ranked.name: ranked.logprob for ranked in ranking.names}
    scored = exhaustive(shipped, session, logits, names, b".")
    scores = {ranked.name: ranked.logprob for ranked in scored}
    assert [scores[name] for name in found] == pytest.approx(list(found.values()), abs=0.5)
    assert min(found.values()) >= scored[K - 1].logprob - 0.5
    session.close()


def test_far_fewer_tokens_are_evaluated(model: LanguageModel) -> None:
    needed, all_tokens = [], []
    for place, (receiver, _) in enumerate(PLACES):
        session, logits = prefill(model, place)
        names = some(receiver, 100)
        needed.append(rank(model, session, logits, names, heal=b".", k=K).evaluated)
        all_tokens.append(sum(len(model.encode(f".{name.decode()}")) for name in names))
        session.close()
    assert np.mean(all_tokens) >= 5 * np.mean(needed)


@pytest.mark.parametrize("sequences", [2, 3, 8])
def test_the_sessions_that_the_model_has_room_for_are_enough(
    f32_gguf: Path, model: LanguageModel, sequences: int
) -> None:
    small = llama_cpp.load(str(f32_gguf), kv_type="f32", sequences=sequences)
    for place in (0, 35):
        names = some(PLACES[place][0], 300)
        session, logits = prefill(model, place)
        expected = rank(model, session, logits, names, heal=b".", k=K, batch=1)
        session.close()
        session, logits = prefill(small, place)
        ranking = rank(small, session, logits, names, heal=b".", k=K, batch=16)
        check(ranking.names, expected.names, near=1e-4)
        assert len(session.tokens) == len(small.encode(PLACES[place][1]))
        session.close()
    small.close()
