"""The network: a decoder of Llama's kind, so that every runtime loads it.

RMSNorm, rotary positions, grouped-query attention, SwiGLU, no biases, and one matrix for reading
and writing tokens (Touvron et al., "LLaMA", 2023). Parameters bear the names of Hugging Face's
`LlamaForCausalLM`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-5
# Positions whose scores are computed together: on a processor as many as its caches hold.
_CHUNK, _CHUNK_ON_GPU = 1024, 16_384


@dataclass(frozen=True)
class Shape:
    """The size of a network. Widths are multiples of 64, the length of a head."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    hidden: int
    context: int
    theta: float = 10_000.0

    @property
    def head(self) -> int:
        """The length of a head."""
        return self.width // self.heads


class Norm(nn.Module):
    """Divides by the root mean square (Zhang and Sennrich, 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Any) -> Any:
        """Normalise in float32."""
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + EPSILON)
        return (wide * scale * self.weight).to(x.dtype)


class Attention(nn.Module):
    """Causal self-attention with rotary positions; heads share keys and values in groups."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        shared = shape.kv_heads * shape.head
        self.q_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.k_proj = nn.Linear(shape.width, shared, bias=False)
        self.v_proj = nn.Linear(shape.width, shared, bias=False)
        self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Any, cos: Any, sin: Any) -> Any:
        """Attend within each row of `x`."""
        rows, length, _ = x.shape
        head = self.shape.head

        def split(y: Any) -> Any:
            return y.view(rows, length, -1, head).transpose(1, 2)

        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        group = self.shape.heads // self.shape.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, length, -1))


def rotate(x: Any, cos: Any, sin: Any) -> Any:
    """Turn pairs of features by their position (Su et al., "RoFormer", 2021)."""
    first, second = x.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


class FeedForward(nn.Module):
    """A gated layer (Shazeer, "GLU Variants Improve Transformer", 2020)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down_proj = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Any) -> Any:
        """Transform each position."""
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """Attention and a feed-forward layer, each added to what comes in."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = Norm(shape.width)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = Norm(shape.width)
        self.mlp = FeedForward(shape)

    def forward(self, x: Any, cos: Any, sin: Any) -> Any:
        """Pass `x` on."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    """All but the head: from token ids to features."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        steps = torch.arange(0, shape.head, 2).float() / shape.head
        angles = torch.outer(torch.arange(shape.context).float(), shape.theta**-steps)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids: Any) -> Any:
        """Return the features of each position."""
        kind = torch.bfloat16 if torch.is_autocast_enabled(ids.device.type) else torch.float32
        x = self.embed_tokens(ids).to(kind)
        cos, sin = (t[: ids.shape[1]].to(kind) for t in (self.cos, self.sin))
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)


class Network(nn.Module):
    """The language model. Called with rows of ids and their successors it returns the loss."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.model = Body(shape)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                _initialise(name, parameter)

    def forward(self, ids: Any, targets: Any) -> Any:
        """Return the mean cross-entropy of `targets`, in nats."""
        features = self.model(ids).flatten(0, 1)
        return TiedLoss.apply(features, self.model.embed_tokens.weight, targets.flatten())

    def logits(self, ids: Any) -> Any:
        """Return the scores of every token at every position."""
        return functional.linear(self.model(ids), self.model.embed_tokens.weight)


def _initialise(name: str, parameter: Any) -> None:
    """Start where each layer passes on what comes in (Zhang et al., "Fixup", 2019)."""
    if name.endswith(("o_proj.weight", "down_proj.weight")):
        nn.init.zeros_(parameter)
    elif name.endswith("embed_tokens.weight"):
        nn.init.normal_(parameter, std=0.02)
    else:
        nn.init.normal_(parameter, std=0.8 / math.sqrt(parameter.shape[1]))


class TiedLoss(torch.autograd.Function):
    """Cross-entropy of a head that shares its matrix with the embedding.

    Gradients are computed on the way, some positions at a time: the scores of all tokens at all
    positions would not fit into memory (Hsu et al., "Liger Kernel", 2024).
    """

    @staticmethod
    def forward(ctx: Any, features: Any, matrix: Any, targets: Any) -> Any:
        """Return the mean loss, and keep its gradients."""
        kind = features.dtype
        weight = matrix.detach().to(kind)
        d_features = torch.empty_like(features)
        d_matrix = torch.zeros_like(matrix)
        total = torch.zeros((), device=features.device)
        count, chunk = len(targets), _CHUNK_ON_GPU if features.is_cuda else _CHUNK
        for start in range(0, count, chunk):
            some, wanted = features[start : start + chunk], targets[start : start + chunk]
            scores = (some @ weight.T).float()
            logs = scores.logsumexp(1, keepdim=True)
            total += (logs.squeeze(1) - scores.gather(1, wanted[:, None]).squeeze(1)).sum()
            share = scores.sub_(logs).exp_()
            share.scatter_add_(1, wanted[:, None], -torch.ones_like(logs))
            slope = (share / count).to(kind)
            d_features[start : start + chunk] = slope @ weight
            d_matrix += (slope.T @ some).to(d_matrix.dtype)
        ctx.save_for_backward(d_features, d_matrix)
        return total / count

    @staticmethod
    def backward(ctx: Any, scale: Any) -> Any:
        """Return the gradients that were kept."""
        d_features, d_matrix = ctx.saved_tensors
        return d_features * scale, d_matrix * scale, None
