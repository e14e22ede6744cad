"""What guidance costs and what re-use saves, measured inside decoding.

Ways of decoding are compared in alternating rounds of one process; a ratio is the median of the
rounds'. Figures that depend on the vocabulary are measured with one of 151,936 tokens: the model's
own if it is as large, else that of a model with random weights, which is written for it; figures
of that model end in ".wide". Times are those of one thread, on the processor, unless --clock says
otherwise. Engines answer from memory: what analysis takes is not part of these figures.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from fairlead_decoding.model import LanguageModel
from fairlead_server.commands import options
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.decoding import loops, masks, reuse, texts
from fairlead_server.evaluation.decoding.timing import CLOCKS, Clock, clock_for, resident_mb
from fairlead_server.evaluation.decoding.wide_model import (
    VOCABULARY_SIZE,
    Shape,
    write_wide_model,
)
from fairlead_server.evaluation.figures import (
    Budget,
    Figure,
    Measured,
    exactly,
    quantile,
    ratio,
)
from fairlead_server.model_files import (
    choose_backend,
    find_model,
    installed_backends,
    load_model,
)

BUDGETS = {
    "mask_choose_us_p50": Budget(most=100),
    "mask_choose_us_p99": Budget(most=500),
    "mask_choose_us_p99.1000": Budget(most=1000),
    "guided_unguided_ratio": Budget(most=1.01),
    "guided_unguided_ratio.wide": Budget(most=1.01),
    "member_heavy_ratio": Budget(most=1.0),
    "member_heavy_ratio.wide": Budget(most=1.0),
    "loop_native_ratio": Budget(most=1.03),
    "loop_native_ratio.wide": Budget(most=1.03),
    "loop_generate_ratio": Budget(most=0.9),
    "ranking_token_saving": Budget(least=5),
    "keystroke_tokens_max": Budget(most=8),
}


_LARGE = Shape(512, 4)  # 100 MB, more than caches hold


@dataclass(frozen=True)
class Sizes:
    """How much is measured. `before` and `after` count characters of a passage."""

    shape: Shape = _LARGE
    passages: int = 8
    before: int = 600
    after: int = 400
    tokens: int = 64
    members: int = 100
    visits: int = 300
    queries: int = 10
    keystrokes: int = 300
    prompt: int = 5000


QUICK = Sizes(Shape(64, 1), 2, 200, 120, 8, 100, 8, 2, 12, 1000)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rounds", type=options.positive, default=24, help="of each comparison")
    parser.add_argument("--clock", choices=list(CLOCKS), default="cpu")
    parser.add_argument(
        "--vocabulary", metavar="GGUF", help="file whose vocabulary the random model gets"
    )
    parser.add_argument(
        "--quick", action="store_true", help="measure little: to see that it works, not how fast"
    )


@dataclass(frozen=True)
class _Setting(Setting):
    sizes: Sizes
    clock: Clock

    @property
    def rounds(self) -> int:
        """How often a comparison is made."""
        return int(self.arguments.rounds)


def measure(setting: Setting) -> Measured:
    """Measure all figures that the installed libraries allow."""
    arguments, settings, remark = setting.arguments, setting.one_thread(), setting.remark
    sizes = QUICK if arguments.quick else Sizes()
    clock = clock_for(arguments.clock, settings.threads, remark)
    return _measured(_Setting(arguments, settings, remark, sizes, clock))


def _measured(setting: _Setting) -> Measured:
    arguments, settings = setting.arguments, setting.settings
    backend = choose_backend(find_model(settings.model), settings.backend)
    vocabulary = find_model(arguments.vocabulary) if arguments.vocabulary else None
    figures: dict[str, Figure] = {}
    with closing(load_model(settings)) as model:
        name, wide = model.name, len(model.vocabulary) >= VOCABULARY_SIZE
        figures |= _written(model, setting, "")
        figures |= _native(model, setting, _LOOPS.get(backend, ""))
        figures |= _reused(model, setting)
        figures |= _memory()
        figures |= _masked(model, setting) if wide else {}
    if not wide:
        figures |= _wide(vocabulary, setting)
    if backend != "transformers":
        figures |= _generate(setting)
    return Measured(name, {name: figures[name] for name in sorted(figures, key=_order)})


_LOOPS = {"llama_cpp": "loop_native_ratio", "transformers": "loop_generate_ratio"}
"""What the comparison with a library's own loop is called, by backend."""


def _order(name: str) -> tuple[bool, str]:
    return name not in BUDGETS, name


def _written(model: LanguageModel, setting: _Setting, suffix: str) -> dict[str, Figure]:
    """Compare guided and unguided writing of ordinary and of member-heavy text."""
    sizes, seed = setting.sizes, setting.seed
    plain = texts.ordinary(sizes.passages, sizes.before, sizes.after, seed)
    heavy = texts.member_heavy(sizes.passages, sizes.after, seed)
    ordinary, dereferences = (
        loops.guidance(model, passages, sizes.members, setting.rounds, setting.clock)
        for passages in (plain, heavy)
    )
    return {
        f"guided_unguided_ratio{suffix}": quantile(ordinary.ratios, 0.5, "ratio", seed),
        f"member_heavy_ratio{suffix}": quantile(dereferences.ratios, 0.5, "ratio", seed),
        f"forced_token_gain{suffix}": quantile(dereferences.gains, 0.5, "times", seed),
        f"forced_token_share{suffix}": ratio(
            dereferences.forced, dereferences.tokens, "share", seed
        ),
    }


def _native(model: LanguageModel, setting: _Setting, name: str) -> dict[str, Figure]:
    """Compare the decode loop with the library's own, which only some backends give access to."""
    if not name or not hasattr(model, "native_greedy"):
        setting.remark(f"the backend of {model.name} has no loop to compare with")
        return {}
    found = loops.against_native(model, setting.sizes.tokens, setting.rounds, setting.clock)
    if not found.agree:
        setting.remark(f"{name}: the two loops wrote different tokens")
    return {name: quantile(found.ratios, 0.5, "ratio", setting.seed)}


def _reused(model: LanguageModel, setting: _Setting) -> dict[str, Figure]:
    """Type a text, and rank names."""
    sizes, seed = setting.sizes, setting.seed
    (passage,) = texts.ordinary(1, sizes.prompt, 2 * sizes.keystrokes, seed)
    suffix = passage.after[sizes.keystrokes :]
    typed = reuse.type_passage(model, passage, suffix, sizes.keystrokes)
    kept = [all_ - new for all_, new in zip(typed.tokens, typed.evaluated, strict=True)]
    ranked = reuse.rank_names(model, sizes.members, sizes.queries, setting.clock, seed)
    return {
        "kv_reused_share": ratio(kept, typed.tokens, "share", seed),
        "keystroke_tokens_max": exactly(max(typed.evaluated), "tokens", len(kept)),
        "ranking_token_saving": ratio(
            [r.exhaustive for r in ranked], [r.ranked for r in ranked], "times", seed
        ),
        "ranking_time_saving": quantile([r.gain for r in ranked], 0.5, "times", seed),
    }


def _memory() -> dict[str, Figure]:
    resident = resident_mb()
    return {} if resident is None else {"memory_mb": exactly(resident, "MB")}


def _wide(vocabulary: Path | None, setting: _Setting) -> dict[str, Figure]:
    """Measure what depends on the vocabulary with a model made for it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wide.gguf"
        write_wide_model(path, setting.sizes.shape, vocabulary, setting.seed)
        backend = installed_backends()[0]
        loop = f"{_LOOPS[backend]}.wide" if backend in _LOOPS else ""
        own = replace(setting.settings, model=str(path), backend=backend)
        with closing(load_model(own)) as model:
            return {
                **_masked(model, setting),
                **_written(model, setting, ".wide"),
                **_native(model, setting, loop),
            }


def _masked(model: LanguageModel, setting: _Setting) -> dict[str, Figure]:
    """Measure masking, with few names and with many, and the trie."""
    visits, seed = setting.sizes.visits, setting.seed
    few = masks.mask_times(model, 100, 1 + visits // 12, visits, seed)
    many = masks.mask_times(model, 1000, 1 + visits // 24, visits // 2, seed)
    builds, size = masks.trie_cost(model, 5)
    return {
        "mask_choose_us_p50": quantile(few.masked, 0.5, "us", seed),
        "mask_choose_us_p99": quantile(few.masked, 0.99, "us", seed),
        "mask_choose_us_p50.1000": quantile(many.masked, 0.5, "us", seed),
        "mask_choose_us_p99.1000": quantile(many.masked, 0.99, "us", seed),
        "mask_first_us_p50": quantile(few.first, 0.5, "us", seed),
        "mask_first_us_p50.1000": quantile(many.first, 0.5, "us", seed),
        "choose_us_p50": quantile(few.free, 0.5, "us", seed),
        "score_us_p50": quantile(few.scored, 0.5, "us", seed),
        "trie_build_ms": quantile(builds, 0.5, "ms", seed),
        "trie_mb": exactly(size, "MB"),
    }


def _generate(setting: _Setting) -> dict[str, Figure]:
    """Compare the decode loop on transformers with ``generate()``."""
    if "transformers" not in installed_backends():
        setting.remark("loop_generate_ratio left out: pip install 'fairlead[transformers]'")
        return {}
    with closing(load_model(replace(setting.settings, backend="transformers"))) as model:
        return _native(model, setting, "loop_generate_ratio")
