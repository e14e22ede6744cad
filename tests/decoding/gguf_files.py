"""GGUF files for tests: the shipped model unpacked, and a tiny one spelled by SentencePiece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fairlead_decoding.vocabulary import Kind

PIECES = (
    *"▁etaoinsrlducmpfgh.():=_,01",
    *("▁▁", "in", "re", "se", "el", "self", "▁▁▁▁", "▁self", "▁re", "ret", "ret▁", "▁in", "▁int"),
    *("▁:", "()", "(self", "return", "▁return"),
)
"""Ordinary pieces, best first."""

SPM_TOKENS: tuple[tuple[str, Kind], ...] = (
    ("<unk>", Kind.UNKNOWN),
    ("<s>", Kind.CONTROL),
    ("</s>", Kind.CONTROL),
    *((f"<0x{byte:02X}>", Kind.BYTE) for byte in range(256)),
    *((piece, Kind.NORMAL) for piece in PIECES),
    ("▁<PRE>", Kind.CONTROL),
    ("▁<EOT>", Kind.CONTROL),
    ("<tool_call>", Kind.USER_DEFINED),
    ("<unused0>", Kind.UNUSED),
    ("<|User|>", Kind.USER_DEFINED),
)
"""The vocabulary of the tiny model, in the manner of Code Llama's."""

WIDTH, HIDDEN, CONTEXT = 32, 64, 256


def unpack(source: Path, target: Path) -> None:
    """Copy a model file, every key kept, with its weights as F32."""
    from gguf import GGUFReader, GGUFWriter
    from gguf.quants import dequantize

    reader = GGUFReader(source)
    writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
    for field in reader.fields.values():
        _copy(writer, field)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, dequantize(tensor.data, tensor.tensor_type))
    _finish(writer)


def _copy(writer: Any, field: Any) -> None:
    """Copy a pair; the writer itself writes the architecture and those called ``GGUF.``."""
    from gguf import GGUFValueType, LlamaFileType

    if field.name.startswith("GGUF.") or field.name == "general.architecture":
        return
    value = field.contents()
    if field.name == "general.file_type":
        value = int(LlamaFileType.ALL_F32)
    kind, *rest = field.types
    writer.add_key_value(field.name, value, kind, rest[-1] if rest else None)
    assert (kind == GGUFValueType.ARRAY) == bool(rest)


def write_spm(target: Path) -> None:
    """Write a model of one layer with random weights and the vocabulary `SPM_TOKENS`."""
    from gguf import GGUFWriter

    writer = GGUFWriter(target, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(SPM_TOKENS))
    _add_tokenizer(writer)
    _add_weights(writer)
    _finish(writer)


def _add_tokenizer(writer: Any) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in SPM_TOKENS])
    writer.add_token_types([int(kind) for _, kind in SPM_TOKENS])
    ranks = {piece: -float(rank) for rank, piece in enumerate(PIECES)}
    writer.add_token_scores([ranks.get(text, 0.0) for text, _ in SPM_TOKENS])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(True)


def _add_weights(writer: Any) -> None:
    random = np.random.default_rng(0)
    sizes = {"attn_q": (WIDTH, WIDTH), "attn_k": (WIDTH, WIDTH), "attn_v": (WIDTH, WIDTH)}
    sizes |= {"attn_output": (WIDTH, WIDTH), "ffn_down": (WIDTH, HIDDEN)}
    sizes |= {"ffn_gate": (HIDDEN, WIDTH), "ffn_up": (HIDDEN, WIDTH)}
    tensors: dict[str, tuple[int, ...]] = {f"blk.0.{name}": size for name, size in sizes.items()}
    tensors |= {"token_embd": (len(SPM_TOKENS), WIDTH), "output": (len(SPM_TOKENS), WIDTH)}
    for name, size in tensors.items():
        writer.add_tensor(f"{name}.weight", random.normal(0, 0.3, size).astype(np.float32))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
