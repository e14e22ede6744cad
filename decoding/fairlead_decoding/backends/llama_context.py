"""One llama.cpp context: the KV cache of many sequences, and the buffers that feed it.

Takes the low-level module of llama-cpp-python as an argument and imports none itself.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import ModelError
from ..model import Logits, Rows

FORK_ROOM = 512
"""KV cells for each further session, beyond those it shares with the one it was forked from."""

BATCH = 512
"""How many tokens are evaluated at once."""

KV_TYPES = {"f32": 0, "f16": 1, "q8_0": 8, "bf16": 30}
"""Element types of the KV cache, by ggml's numbers."""

_PLAIN = frozenset({"f32", "f16", "bf16"})
_FLASH_ATTENTION_OFF = 0  # as llama.h numbers it


def context_params(lib: Any, length: int, sequences: int, kv_type: str) -> Any:
    """Return parameters for `sequences` that share one cache, of `length` tokens at most each."""
    if kv_type not in KV_TYPES:
        raise ValueError(f"kv_type must be one of {', '.join(KV_TYPES)}, not {kv_type!r}")
    most = lib.llama_max_parallel_sequences()
    if not 1 <= sequences <= most:
        raise ValueError(f"sequences must be from 1 to {most}, not {sequences}")
    params = lib.llama_context_default_params()
    params.n_ctx = length + (sequences - 1) * min(length, FORK_ROOM)
    params.n_batch = params.n_ubatch = BATCH
    params.n_seq_max = sequences
    params.kv_unified = True
    params.type_k = params.type_v = KV_TYPES[kv_type]
    # Flash attention rounds to half precision on a CPU, so that logits would depend on how a text
    # was cut into batches, and is the slower one for single tokens. A quantised cache needs it.
    if kv_type in _PLAIN and not lib.llama_supports_gpu_offload():
        params.flash_attn_type = _FLASH_ATTENTION_OFF
    return params


class _Batch:
    """Tokens on their way into llama.cpp, in buffers that are filled in place."""

    def __init__(self, lib: Any) -> None:
        self._tokens = np.zeros(BATCH, np.int32)
        self._positions = np.zeros(BATCH, np.int32)
        self._wanted = np.zeros(BATCH, np.int8)
        self._counts = np.ones(BATCH, np.int32)
        self._sequences = np.zeros(BATCH, np.int32)
        first = self._sequences.ctypes.data
        element = ctypes.POINTER(ctypes.c_int32)
        self.struct = lib.llama_batch(
            token=_pointer(self._tokens, ctypes.c_int32),
            pos=_pointer(self._positions, ctypes.c_int32),
            n_seq_id=_pointer(self._counts, ctypes.c_int32),
            # Each token belongs to one sequence: each row points to a number of its own.
            seq_id=(element * BATCH)(
                *(ctypes.cast(first + 4 * row, element) for row in range(BATCH))
            ),
            logits=_pointer(self._wanted, ctypes.c_int8),
        )

    def clear(self) -> None:
        """Hold nothing."""
        self.struct.n_tokens = 0

    def add(self, sequence: int, tokens: Sequence[int], start: int, *, wanted: int) -> int:
        """Add `tokens` from position `start`; ask for logits after the last `wanted` of them.

        Returns the row of the last token.
        """
        low = int(self.struct.n_tokens)
        high = low + len(tokens)
        self._sequences[low:high] = sequence
        self._tokens[low:high] = tokens
        self._positions[low:high] = range(start, start + len(tokens))
        self._wanted[low:high] = 0
        self._wanted[high - wanted : high] = 1
        self.struct.n_tokens = high
        return high - 1


_VIEWS = 16
"""Places of logits that are remembered with the array that looks at them."""


class Decoder:
    """One context, which evaluates tokens of any sequence.

    `size` is that of the vocabulary; `cause` tells what llama.cpp last logged as an error.
    """

    def __init__(self, lib: Any, context: Any, size: int, cause: Callable[[], str]) -> None:
        self._lib = lib
        self._size = size
        self._context = context
        self._memory = lib.llama_get_memory(context)
        self._cause = cause
        self._batch = _Batch(lib)
        self._views: dict[tuple[int | None, int], Rows] = {}

    def use_threads(self, count: int) -> None:
        """Evaluate with `count` threads from now on."""
        self._lib.llama_set_n_threads(self._context, count, count)

    def try_threads(self, count: int) -> None:
        """Evaluate a token with `count` threads and forget it; no sequence may be in use yet."""
        self.use_threads(count)
        self.evaluate(0, [0], 0)
        self.forget(0, 0)

    def evaluate(self, sequence: int, tokens: Sequence[int], start: int) -> Logits:
        """Append `tokens` at position `start`; return the logits after the last of them."""
        for first in range(0, len(tokens), BATCH):
            chunk = tokens[first : first + BATCH]
            last = first + len(chunk) == len(tokens)
            self._batch.clear()
            row = self._batch.add(sequence, chunk, start + first, wanted=int(last))
            self._decode({sequence: start})
        return self._logits(row)

    def evaluate_rows(self, sequence: int, tokens: Sequence[int], start: int) -> Rows:
        """Append `tokens` at position `start`; return the logits after each of them."""
        found: list[Rows] = []
        for first in range(0, len(tokens), BATCH):
            chunk = tokens[first : first + BATCH]
            # A batch overwrites the logits of the one before.
            found = [rows.copy() for rows in found]
            self._batch.clear()
            self._batch.add(sequence, chunk, start + first, wanted=len(chunk))
            self._decode({sequence: start})
            found.append(self._rows(len(chunk)))
        return found[0] if len(found) == 1 else np.concatenate(found)

    def evaluate_many(self, parts: Sequence[tuple[int, Sequence[int], int]]) -> list[Logits]:
        """Append tokens to sequences, given as for `evaluate`, together: `BATCH` tokens at most."""
        self._batch.clear()
        rows = [self._batch.add(*part, wanted=1) for part in parts]
        self._decode({sequence: start for sequence, _, start in parts})
        return [self._logits(row) for row in rows]

    def native_greedy(
        self, sequence: int, prompt: Sequence[int], count: int, note: Callable[[int], None]
    ) -> None:
        """Let llama.cpp's own greedy sampler continue `prompt` by `count` tokens; tell each."""
        lib = self._lib
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_greedy())
        try:
            self.evaluate(sequence, prompt, 0)
            for position in range(len(prompt), len(prompt) + count):
                note(token := lib.llama_sampler_sample(chain, self._context, -1))
                if position + 1 < len(prompt) + count:
                    self._batch.clear()
                    self._batch.add(sequence, (token,), position, wanted=1)
                    self._decode({sequence: position})
        finally:
            lib.llama_sampler_free(chain)

    def _decode(self, starts: Mapping[int, int]) -> None:
        """Evaluate the batch; where that fails, cut each sequence back to where it started."""
        status = self._lib.llama_decode(self._context, self._batch.struct)
        if status:
            for sequence, start in starts.items():
                self.forget(sequence, start)
            raise ModelError(self._explain(status))

    def _logits(self, row: int) -> Logits:
        logits: Logits = self._rows_at(row, 1)[0]
        return logits

    def _rows(self, count: int) -> Rows:
        """Return the logits of a batch in which all `count` were wanted: they lie side by side."""
        return self._rows_at(0, count)

    def _rows_at(self, row: int, count: int) -> Rows:
        found = self._lib.llama_get_logits_ith(self._context, row)
        place = ctypes.cast(found, ctypes.c_void_p).value
        rows = self._views.get((place, count))
        if rows is None:
            # llama.cpp moves its logits only when it needs more room for them.
            rows = np.ctypeslib.as_array(found, shape=(count, self._size))
            self._views = {**dict(list(self._views.items())[-_VIEWS:]), (place, count): rows}
        return rows

    def _explain(self, status: int) -> str:
        if status == 1:
            return "the KV cache is full: close sessions, or load the model with more sequences"
        return f"llama.cpp cannot evaluate the tokens: {self._cause() or f'status {status}'}"

    def forget(self, sequence: int, length: int) -> bool:
        """Drop what follows the first `length` tokens; False where the cache cannot be cut."""
        return bool(self._lib.llama_memory_seq_rm(self._memory, sequence, length, -1))

    def share(self, source: int, target: int) -> None:
        """Let `target`, which is empty, hold what `source` holds."""
        self._lib.llama_memory_seq_cp(self._memory, source, target, -1, -1)


def _pointer(array: Any, element: Any) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(element))
