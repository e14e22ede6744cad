"""From a checkpoint and a tokenizer to one GGUF file that every backend loads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairlead_server.errors import UserError
from fairlead_server.training.checkpoint import Checkpoint
from fairlead_server.training.network import EPSILON, Shape
from fairlead_server.training.tokenizer import (
    CONTROL,
    END,
    MIDDLE,
    PAD,
    PREFIX,
    REPOSITORY,
    SEPARATOR,
    SUFFIX,
    load_tokenizer,
)

Array = NDArray[np.float32]

_LAYOUT_KEY = "fairlead.prompt_layout"
_REPOSITORY_KEY = "fairlead.repository_token"
"""Say which layout the model was trained on, and whether with repositories; decoding reads them."""

_IDS = {
    **{"eos": END, "eot": END, "bos": END, "padding": PAD, "fim_pad": PAD},
    **{"fim_pre": PREFIX, "fim_suf": SUFFIX, "fim_mid": MIDDLE},
    **{"fim_rep": REPOSITORY, "fim_sep": SEPARATOR},
}
_TENSORS = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)\.weight")
_NORMAL, _CONTROL, _UNUSED = 1, 3, 5
_FILE_TYPES = {"q8_0": 7, "f16": 1}


def export(checkpoint: Checkpoint, tokenizer: Path, path: Path, name: str, kind: str) -> None:
    """Write the model as a GGUF file with weights of `kind`, ``q8_0`` or ``f16``.

    Raises `UserError` when the tokenizer is not the network's, or without the gguf package.
    """
    gguf = _require_gguf()
    shape, described = checkpoint.shape, _tokenizer(tokenizer)
    if len(described["model"]["vocab"]) > shape.vocabulary:
        raise UserError(f"{tokenizer} has more tokens than the network's {shape.vocabulary}")
    part = path.with_name(f"{path.name}.part")
    writer = gguf.GGUFWriter(part, "llama")
    writer.add_name(name)
    writer.add_string("general.license", "apache-2.0")
    writer.add_string(_LAYOUT_KEY, "spm")
    writer.add_bool(_REPOSITORY_KEY, False)
    writer.add_file_type(_FILE_TYPES[kind])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_shape(writer, shape)
    _add_tokenizer(writer, described, shape.vocabulary)
    for tensor_name, tensor in tensors(checkpoint):
        _add_tensor(writer, gguf, tensor_name, tensor, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(path)


def _require_gguf() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise UserError(
            f"gguf cannot be imported ({error}): pip install 'fairlead[train]'"
        ) from error
    return gguf


def _tokenizer(path: Path) -> Any:
    load_tokenizer(path)
    return json.loads(path.read_text(encoding="utf-8"))


def _add_shape(writer: Any, shape: Shape) -> None:
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_freq_base(shape.theta)
    writer.add_rope_dimension_count(shape.head)
    writer.add_vocab_size(shape.vocabulary)


def _add_tokenizer(writer: Any, described: Any, size: int) -> None:
    vocabulary: dict[str, int] = described["model"]["vocab"]
    texts = {index: text for text, index in vocabulary.items()}
    merges = [m if isinstance(m, str) else " ".join(m) for m in described["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([texts.get(i, f"[PAD{i}]") for i in range(size)])
    writer.add_token_types([_kind_of(texts.get(i)) for i in range(size)])
    writer.add_token_merges(merges)
    writer.add_add_bos_token(False)
    for key, token in _IDS.items():
        writer.add_uint32(f"tokenizer.ggml.{key}_token_id", vocabulary[token])


def _kind_of(text: str | None) -> int:
    if text is None:
        return _UNUSED
    return _CONTROL if text in CONTROL else _NORMAL


def tensors(checkpoint: Checkpoint) -> Iterator[tuple[str, Array]]:
    """Yield the weights under GGUF's names, in the order of features that its runtimes expect."""
    shape = checkpoint.shape
    heads = {"self_attn.q_proj": shape.heads, "self_attn.k_proj": shape.kv_heads}
    for name, tensor in checkpoint.weights.items():
        array: Array = tensor.float().numpy()
        if layer := _LAYER.fullmatch(name):
            if layer[2] in heads:
                array = interleaved(array, heads[layer[2]])
            yield f"blk.{layer[1]}.{_TENSORS[layer[2]]}.weight", array
        elif name == "model.embed_tokens.weight":
            yield "token_embd.weight", array
        else:
            yield "output_norm.weight", array


def interleaved(rows: Array, heads: int) -> Array:
    """Put the two features that rotary positions turn together side by side, in each head."""
    halves = rows.reshape(heads, 2, len(rows) // heads // 2, -1)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))


def _add_tensor(writer: Any, gguf: Any, name: str, tensor: Array, kind: str) -> None:
    if tensor.ndim == 1:
        writer.add_tensor(name, tensor)
    elif kind == "q8_0":
        quantised = gguf.quants.quantize(tensor, gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor(name, quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    else:
        writer.add_tensor(name, tensor.astype(np.float16))
