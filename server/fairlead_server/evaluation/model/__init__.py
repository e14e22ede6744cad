"""What a model knows of code that it never saw, guided and unguided, and what it costs.

Measured on packages that are kept out of all training (`fairlead model data` makes a corpus with
them). Bits per byte are of the text of files, left to right; beside them stands what a 5-gram model
takes that is counted on the training part of the corpus, if it has one, and remembers the file so
far. Next identifiers are those after a dot, with the rest of the line visible; beside them stands
the member most often written after the same receiver before. Lines are completed from a random
place in them. Both are asked for as an editor would ask, and only exact text counts. A language in
which nothing can be checked has no guided figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from fairlead_decoding.model import LanguageModel
from fairlead_server.commands import options
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.decoding.timing import clock_for
from fairlead_server.evaluation.figures import Budget, Figure, Measured, exactly, ratio, share
from fairlead_server.evaluation.model.bits import Window, model_bits, windows
from fairlead_server.evaluation.model.completions import (
    continuations,
    identifier,
    line,
    try_places,
)
from fairlead_server.evaluation.model.ngrams import NGrams
from fairlead_server.evaluation.model.places import (
    LANGUAGES,
    HeldOut,
    Place,
    counted_member,
    line_ends,
    members,
    read_held_out,
)
from fairlead_server.evaluation.model.speed import decode_rate, first_completion
from fairlead_server.evaluation.model.verbatim import corpus_texts, recited
from fairlead_server.model_facts import size_of
from fairlead_server.model_files import find_model, load_model
from fairlead_server.settings import Settings
from fairlead_server.training.corpus import HELD_OUT, PARTS, sample

BUDGETS = {
    "bits_per_byte.python": Budget(most=0.95),
    "bits_per_byte.java": Budget(most=0.75),
    "decode_tokens_per_s": Budget(least=150),
    "first_completion_s": Budget(most=1),
    "file_mb": Budget(most=32),
}

_CONTEXT = 1023
"""Tokens of a window, whatever the model's context: so that models can be compared."""
_NAME_TOKENS = 12
_LINE_TOKENS = 48
_WAYS = {"unguided": False, "guided": True}
_PASSAGE_TOKENS, _PASSAGE_CHARACTERS = 96, 384


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--corpus", required=True, metavar="DIR", help="made by fairlead model data"
    )
    parser.add_argument("--windows", type=options.positive, default=100, help="of each language")
    parser.add_argument("--places", type=options.positive, default=300, help="of each kind")
    parser.add_argument(
        "--ngram-megabytes",
        type=options.natural,
        default=16,
        help="of each language that the 5-gram model is counted on; 0: leave it out",
    )
    parser.add_argument(
        "--unguided", action="store_true", help="leave out what needs analysis and so most time"
    )
    parser.add_argument(
        "--verbatim", action="store_true", help="look for what is written in the whole corpus"
    )


def measure(setting: Setting) -> Measured:
    """Measure all figures that the corpus and the installed monitors allow."""
    settings, files = setting.one_thread(), _held_out(setting)
    figures = {"file_mb": exactly(size_of(find_model(settings.model)) / 1e6, "MB")}
    figures["first_completion_s"] = first_completion(settings, setting.seed)
    clock = clock_for("cpu", settings.threads, setting.remark)
    with closing(load_model(settings)) as model:
        name = model.name
        figures["decode_tokens_per_s"] = decode_rate(model, clock, setting.seed)
        for language, own in files.items():
            figures |= _bits(model, own, language, setting)
    for language, own in files.items():
        figures |= _completions(own, language, settings, setting)
    return Measured(name, figures)


def _held_out(setting: Setting) -> Mapping[str, Sequence[HeldOut]]:
    """Return the files of each language that has some."""
    files = read_held_out(Path(setting.arguments.corpus) / HELD_OUT)
    found = {name: [f for f in files if f.document.language == name] for name in LANGUAGES}
    return {name: own for name, own in found.items() if own}


def _bits(
    model: LanguageModel, files: Sequence[HeldOut], language: str, setting: Setting
) -> dict[str, Figure]:
    arguments = setting.arguments
    length = min(_CONTEXT, model.context_length - 1)
    drawn = windows(model, files, length, arguments.windows, setting.seed)
    if not drawn:
        setting.remark(f"bits_per_byte.{language} left out: all held-out files are too short")
        return {}
    sizes = [float(window.bytes) for window in drawn]

    def figure(bits: Sequence[float]) -> Figure:
        return ratio(bits, sizes, "bits", setting.seed)

    found = {f"bits_per_byte.{language}": figure([model_bits(model, w) for w in drawn])}
    if arguments.ngram_megabytes and (Path(arguments.corpus) / PARTS).is_dir():
        counted = _ngrams(model, drawn, language, setting)
        found[f"ngram_bits_per_byte.{language}"] = figure([counted.bits(w.ids) for w in drawn])
    return found


def _ngrams(
    model: LanguageModel, drawn: Sequence[Window], language: str, setting: Setting
) -> NGrams:
    arguments = setting.arguments
    size = arguments.ngram_megabytes * 1_000_000
    texts = sample(Path(arguments.corpus), language, size, setting.seed)
    end = min(model.vocabulary.end)
    corpus = [np.array([*model.encode(text), end], np.int64) for text in texts]
    return NGrams(corpus, [window.ids for window in drawn], len(model.vocabulary))


def _completions(
    files: Sequence[HeldOut], language: str, settings: Settings, setting: Setting
) -> dict[str, Figure]:
    arguments, seed = setting.arguments, setting.seed
    named, ends = (draw(files, arguments.places, seed) for draw in (members, line_ends))
    found: dict[str, Figure] = {}
    ways = {way: guided for way, guided in _WAYS.items() if not (guided and arguments.unguided)}
    checked = arguments.unguided
    for name, places, normal, tokens in (
        ("next_identifier", named, identifier, _NAME_TOKENS),
        ("line_exact_match", ends, line, _LINE_TOKENS),
    ):
        if not places:
            setting.remark(f"{name}.*.{language} left out: the held-out files have no such place")
            continue
        tried = try_places(places, settings, normal, tokens, tuple(ways.values()))
        checked = checked or any(one.checked for one in tried)
        for index, way in enumerate(ways):
            found[f"{name}.{way}.{language}"] = share([one.hits[index] for one in tried])
    if found and not checked:
        setting.remark(f"no name in {language} was checked: fairlead doctor says what is missing")
        found = {name: figure for name, figure in found.items() if ".guided." not in name}
    if named:
        counted = [counted_member(place) == place.wanted for place in named]
        found[f"next_identifier.counted.{language}"] = share(counted)
    if arguments.verbatim:
        found |= _recited(ends, language, settings, setting)
    return found


def _recited(
    places: Sequence[Place], language: str, settings: Settings, setting: Setting
) -> dict[str, Figure]:
    """Return the share of written passages that the corpus has, and that of the true ones."""
    written = continuations(places, settings, _PASSAGE_TOKENS)
    true = [place.file.document.text[place.offset :][:_PASSAGE_CHARACTERS] for place in places]
    counts = recited([*written, *true], corpus_texts(Path(setting.arguments.corpus), language))
    found: dict[str, Figure] = {}
    for name, own in (("model", counts[: len(places)]), ("text", counts[len(places) :])):
        usable = [(float(known), float(all_)) for known, all_ in own if all_]
        if usable:
            known, every = zip(*usable, strict=True)
            found[f"verbatim.{name}.{language}"] = ratio(known, every, "share", setting.seed)
    return found
