#!/usr/bin/env python3
"""Real activations: what enters each linear layer of all-MiniLM-L6-v2 on a few sentences.

    hidden_states.py MODEL.safetensors -o FOLDER     write the activations as .npy (f32)
    hidden_states.py MODEL.safetensors --similarity  print the sentences' cosine similarities

MODEL.safetensors is what fetch-minilm.sh prints. Needs NumPy and nothing else: BERT's forward pass
(Devlin et al. 2019) is written out below, and the token ids of the sentences are in sentences.json,
so that no tokenizer is needed. Where vocab.txt lies beside the model, the ids are checked against it.

Everything is computed in fp64 and rounded to fp32 once, when it is written: another BLAS adds in
another order, which then shows only in an fp32 value that lay next to a tie.

One row a token, all sentences below each other. For each layer L of 0..5:
    L.qkv                what enters the query, key and value projections     [tokens, 384]
    L.attention_output   what enters the attention's output projection        [tokens, 384]
    L.ffn_expansion      what enters the expansion of the feed-forward block  [tokens, 384]
    L.ffn_contraction    what enters its contraction, after GELU              [tokens, 1536]
"""
import argparse
import json
import math
import os
import sys

try:
    import numpy as np
except ImportError:
    print("hidden_states.py: skipped: NumPy is not there (Debian: python3-numpy)", file=sys.stderr)
    sys.exit(77)

LAYERS, HEADS, HIDDEN = 6, 12, 384
EPSILON = 1e-12  # of LayerNorm, from config.json
THRESHOLD = 6.0  # alpha of LLM.int8()


class Weights:
    """The fp32 tensors of a safetensors file, widened to fp64 when asked for."""

    def __init__(self, path):
        self.bytes = np.memmap(path, np.uint8, "r")
        length = int(self.bytes[:8].view("<u8")[0])
        self.header = json.loads(self.bytes[8 : 8 + length].tobytes())
        self.elements = self.bytes[8 + length :]

    def __getitem__(self, name):
        entry = self.header[name]
        if entry["dtype"] != "F32":
            raise ValueError(f"tensor '{name}' is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        # the copy also aligns
        return np.frombuffer(self.elements[begin:end].tobytes(), "<f4").reshape(entry["shape"])

    def linear(self, name, x):
        """x W^T + b"""
        return x @ self[name + ".weight"].T.astype(np.float64) + self[name + ".bias"]

    def layer_norm(self, name, x):
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred * centred).mean(-1, keepdims=True)
        return centred / np.sqrt(variance + EPSILON) * self[name + ".weight"] + self[name + ".bias"]


def gelu(x):
    """x times the normal distribution function; NumPy has no erf."""
    erf = np.frompyfunc(math.erf, 1, 1)
    return x * 0.5 * (1.0 + erf(x / math.sqrt(2.0)).astype(np.float64))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def split_heads(x):
    """[tokens, hidden] -> [heads, tokens, hidden / heads]"""
    return x.reshape(len(x), HEADS, HIDDEN // HEADS).transpose(1, 0, 2)


def forward(weights, ids):
    """One sentence: the last hidden states, and by name what entered each linear layer."""
    seen = {}
    embeddings = (
        weights["embeddings.word_embeddings.weight"][ids].astype(np.float64)
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = weights.layer_norm("embeddings.LayerNorm", embeddings)
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        seen[f"{layer}.qkv"] = x
        q, k, v = (
            split_heads(weights.linear(at + "attention.self." + which, x))
            for which in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(HIDDEN // HEADS)
        context = (softmax(scores) @ v).transpose(1, 0, 2).reshape(len(ids), HIDDEN)
        seen[f"{layer}.attention_output"] = context
        x = weights.layer_norm(
            at + "attention.output.LayerNorm",
            x + weights.linear(at + "attention.output.dense", context),
        )
        seen[f"{layer}.ffn_expansion"] = x
        inner = gelu(weights.linear(at + "intermediate.dense", x))
        seen[f"{layer}.ffn_contraction"] = inner
        x = weights.layer_norm(
            at + "output.LayerNorm", x + weights.linear(at + "output.dense", inner)
        )
    return x, seen


def check_ids(sentences, vocabulary):
    """The word pieces of the ids, put together, are the letters of the text."""
    with open(vocabulary, encoding="utf-8") as file:
        words = file.read().splitlines()
    for sentence in sentences:
        pieces = [words[i] for i in sentence["ids"]]
        if pieces[0] != "[CLS]" or pieces[-1] != "[SEP]":
            raise ValueError(f"the ids of '{sentence['text']}' lack [CLS] or [SEP]")
        letters = "".join(p[2:] if p.startswith("##") else p for p in pieces[1:-1])
        if letters != sentence["text"].lower().replace(" ", ""):
            raise ValueError(f"the ids of '{sentence['text']}' spell '{letters}'")


def write_activations(folder, outputs):
    os.makedirs(folder, exist_ok=True)
    print("# activations  rows  columns  max|x|  in_column  columns>=6  elements>=6")
    for name in outputs[0]:
        x = np.concatenate([seen[name] for seen in outputs]).astype(np.float32)
        path = os.path.join(folder, name + ".npy")
        np.save(path + ".tmp.npy", x)
        os.replace(path + ".tmp.npy", path)
        magnitude = np.abs(x)
        column = magnitude.max(0).argmax()
        large = magnitude >= THRESHOLD
        print(
            f"{name:<20} {x.shape[0]} {x.shape[1]} {magnitude.max():.4f} {column}"
            f" {large.any(0).sum()} {large.sum()}"
        )


def print_similarities(sentences, hidden):
    """Mean pooling and normalising, as the model's card says."""
    pooled = np.array([h.mean(0) for h in hidden])
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    for sentence, row in zip(sentences, pooled @ pooled.T):
        print(" ".join(f"{c:7.4f}" for c in row), " |", sentence["text"][:40])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", help="model.safetensors, as fetch-minilm.sh prints it")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="write the activations there")
    parser.add_argument("--similarity", action="store_true", help="print cosine similarities")
    arguments = parser.parse_args()
    if not arguments.output and not arguments.similarity:
        parser.error("nothing to do: -o FOLDER or --similarity")

    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "sentences.json"), encoding="utf-8") as file:
        sentences = json.load(file)["sentences"]
    vocabulary = os.path.join(os.path.dirname(arguments.model), "vocab.txt")
    if os.path.exists(vocabulary):
        check_ids(sentences, vocabulary)
    weights = Weights(arguments.model)
    results = [forward(weights, sentence["ids"]) for sentence in sentences]
    if arguments.similarity:
        print_similarities(sentences, [hidden for hidden, _ in results])
    if arguments.output:
        write_activations(arguments.output, [seen for _, seen in results])


if __name__ == "__main__":
    try:
        main()
    except (OSError, KeyError, ValueError) as error:
        print(f"hidden_states.py: {error}", file=sys.stderr)
        sys.exit(2)
