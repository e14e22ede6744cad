"""A name typed in part, cut at every place: the typed part is neither lost nor written twice."""

from __future__ import annotations

import argparse
import collections
import pathlib
import re
import subprocess

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.prompt import build_prompt
from fairlead_decoding.stopping import at_strings
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.context import Context
from fairlead_monitors.python.members import MembersMonitor
from tests.monitors.engines import EveryReceiver

BEFORE = "class Order:\n    def show(self):\n        return self."
OWNERS = (argparse.ArgumentParser, pathlib.Path, collections.Counter, subprocess.Popen, str)
CONFIG = GenerationConfig(max_new_tokens=24)
# A name has ended when anything follows it.
END_OF_NAME = at_strings([bytes([b]) for b in range(128) if not re.match(rb"\w", bytes([b]))])


def identifiers() -> list[str]:
    found = sorted({name for owner in OWNERS for name in dir(owner) if len(name) > 2})
    assert len(found) >= 200
    return found[:: len(found) // 200][:200]


def complete(model: LanguageModel, decoder: Decoder, prefix: str, monitor: Monitor) -> str:
    prompt = build_prompt(model, prefix, "", layout="left-to-right", max_new_tokens=24)
    assert model.vocabulary.text(prompt.tokens).endswith(
        prefix.encode()[: len(prefix.encode()) - len(prompt.heal)][-20:]
    )
    (completion,) = decoder.complete(prompt, monitor, CONFIG, stop=END_OF_NAME)
    return completion.text.decode(errors="replace")


@pytest.mark.needs("llama")
def test_a_member_is_completed_from_every_split(llama_model: LanguageModel) -> None:
    decoder = Decoder(llama_model)
    names = identifiers()
    # Names that begin alike are the same text up to some place.
    for typed in dict.fromkeys(name[:split] for name in names for split in range(len(name) + 1)):
        context = Context("a.py", BEFORE + typed, "", EveryReceiver(names))
        text = complete(llama_model, decoder, BEFORE + typed, MembersMonitor(context))
        assert typed + text in names, (typed, text)
    decoder.close()


@pytest.mark.needs("llama")
def test_without_guidance_nothing_typed_is_repeated(llama_model: LanguageModel) -> None:
    decoder = Decoder(llama_model)
    for name in identifiers()[::4]:
        for split in range(2, len(name)):
            text = complete(llama_model, decoder, BEFORE + name[:split], Unguided())
            # What is written goes on with the name: it does not start over with dot or receiver.
            assert not text.startswith((".", f"self.{name[:split]}")), (name[:split], text)
    decoder.close()
