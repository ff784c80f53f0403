#!/usr/bin/env python3
"""Dot products as the independent simulator MMA-Sim computes them, for tests/accumulation.sh.

  accumulation_vectors.py [COUNT [SEED]] > tests/accumulation_vectors.txt

Needs mmasim (and torch). A line is: row, type, 16 operands a, 16 operands b, c, result; encodings in
hexadecimal. The rows are those of reference/accumulation/rows.c; COUNT products a row and type.
"""
import random
import sys

try:
    import torch
    import mmasim
    from importlib.metadata import version
    from mmasim.amd.sim import MFMA
    from mmasim.nv_ptx.sim import MMA, WGMMA
except Exception as reason:  # a broken installation is not there either
    sys.exit(f"accumulation_vectors.py: mmasim cannot be imported: {reason!r}"[:300])

K = 16
MACHINES = [
    ("v100", "f16", MMA, "Volta", "m8n8k4.f32.f16.f16.f32"),
    ("v100", "f16", MMA, "Turing", "m8n8k4.f32.f16.f16.f32"),
    ("turing", "f16", MMA, "Turing", "m16n8k8.f32.f16.f16.f32"),
    ("a100", "f16", MMA, "Ampere", "m16n8k16.f32.f16.f16.f32"),
    ("a100", "bf16", MMA, "Ada Lovelace", "m16n8k16.f32.bf16.bf16.f32"),
    ("h100", "f16", MMA, "Hopper", "m16n8k16.f32.f16.f16.f32"),
    ("h100", "bf16", MMA, "Blackwell", "m16n8k16.f32.bf16.bf16.f32"),
    ("h100", "f16", WGMMA, "Hopper", "m64n8k16.f32.f16.f16"),
    ("h100", "bf16", WGMMA, "Hopper", "m64n8k16.f32.bf16.bf16"),
    ("cdna1", "f16", MFMA, "CDNA1", "f32_16x16x16f16"),
    ("cdna1-bf16", "bf16", MFMA, "CDNA1", "f32_16x16x8bf16"),
    ("cdna2", "f16", MFMA, "CDNA2", "f32_16x16x16f16"),
    ("cdna2", "bf16", MFMA, "CDNA2", "f32_16x16x16bf16_1k"),
    ("cdna2-bf16", "bf16", MFMA, "CDNA2", "f32_16x16x8bf16"),
    ("cdna3", "f16", MFMA, "CDNA3", "f32_16x16x16_f16"),
    ("cdna3", "bf16", MFMA, "CDNA3", "f32_16x16x16_bf16"),
]


class Encodings:
    """Operands of one type that look for trouble."""

    def __init__(self, kind, draw):
        self.draw = draw
        self.fraction = 10 if kind == "f16" else 7
        self.top = (1 << (15 - self.fraction)) - 1  # exponent field of infinity
        self.one = self.top >> 1

    def number(self, low, high):
        """Any sign and fraction, an exponent field from low to high."""
        field = self.draw.randint(max(low, 0), min(high, self.top - 1))
        return (self.draw.getrandbits(1) << 15 | field << self.fraction
                | self.draw.getrandbits(self.fraction))

    def dot(self):
        draw, one, top = self.draw, self.one, self.top
        shape = draw.randrange(8)
        if shape == 0:  # any finite encoding
            pair = lambda: (self.number(0, top), self.number(0, top))
        elif shape == 1:  # of similar size
            pair = lambda: (self.number(one - 2, one + 2), self.number(one - 2, one + 2))
        elif shape == 2:  # spread so that alignment cuts everywhere
            pair = lambda: (self.number(one - 10, one + 5), self.number(one - 10, one + 5))
        elif shape == 3:  # subnormal operands
            pair = lambda: (self.number(0, 1), self.number(0, one + 3))
        elif shape == 4:  # powers of two: ties, carries and cut bits
            mask = 0xffff ^ ((1 << self.fraction) - 1)
            pair = lambda: (self.number(one - 13, one) & mask, self.number(one - 13, one) & mask)
        elif shape == 5:  # products near the smallest fp32 numbers, where bf16 reaches them
            low = 1 if self.fraction == 10 else one - 70
            pair = lambda: (self.number(low, low + 12), self.number(low, low + 4))
        elif shape == 6:  # products near the largest
            pair = lambda: (self.number(top - 3, top), self.number(one - 2, top if draw.random() < .3 else one + 2))
        else:  # NaN and infinity among ordinary numbers
            special = lambda: draw.choice([top << self.fraction, top << self.fraction | 0x8000,
                                           top << self.fraction | 1, 0, 0x8000])
            pair = lambda: (self.number(one - 3, one + 3) if draw.random() < .9 else special(),
                            self.number(one - 3, one + 3) if draw.random() < .95 else special())
        pairs = [pair() for _ in range(K)]
        if draw.random() < .4:  # most terms are zero
            pairs = [p if draw.random() < .3 else (p[0], draw.choice([0, 0x8000])) for p in pairs]
        if draw.random() < .4:  # terms cancel, exactly or but for a bit
            for k in range(1, K, 2):
                a, b = pairs[k - 1]
                pairs[k] = (a ^ 0x8000, b ^ (1 if draw.random() < .4 and shape != 7 else 0))
            draw.shuffle(pairs)
        return pairs

    def start(self, pairs):
        draw = self.draw
        kind = draw.randrange(8)
        if kind < 2:
            return draw.choice([0, 0x80000000])
        if kind == 2:
            return draw.choice([1, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff,
                                0x7f800000, 0xff800000, 0x7fc00000])
        if kind == 3:
            return draw.getrandbits(32)
        a, b = draw.choice(pairs)  # of the size of a product, or nearly minus it
        field = ((a >> self.fraction & self.top) + (b >> self.fraction & self.top)
                 - 2 * self.one + 127 + draw.randint(-2, 3))
        fraction = draw.getrandbits(23) if draw.random() < .7 else draw.choice([0, 1, 0x7fffff])
        return draw.getrandbits(1) << 31 | min(max(field, 0), 254) << 23 | fraction


def tensor(words, kind):
    if kind == "f32":
        signed = [w - (1 << 32) if w >> 31 else w for w in words]
        return torch.tensor(signed, dtype=torch.int32).view(torch.float32)
    signed = [[w - (1 << 16) if w >> 15 else w for w in row] for row in words]
    return torch.tensor(signed, dtype=torch.int16).view(
        torch.float16 if kind == "f16" else torch.bfloat16)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(f"# tests/accumulation_vectors.py {count} {seed}, mmasim {version('mmasim')}")
    print("# row type a[16] b[16] c result; a simulator's results, not a device's")
    for index, (row, kind, sim, machine, instruction) in enumerate(MACHINES):
        encodings = Encodings(kind, random.Random(1000 * seed + index))
        dots = [encodings.dot() for _ in range(count)]
        starts = [encodings.start(pairs) for pairs in dots]
        a = tensor([[p[0] for p in pairs] for pairs in dots], kind)
        b = tensor([[p[1] for p in pairs] for pairs in dots], kind)
        results = sim(machine, instruction).dpa(a, b, tensor(starts, "f32"))
        print(f"# {machine} {instruction}")
        for pairs, c, d in zip(dots, starts, results.view(torch.int32).tolist()):
            print(row, kind, "".join(f"{p[0]:04x}" for p in pairs),
                  "".join(f"{p[1]:04x}" for p in pairs), f"{c:08x} {d & 0xffffffff:08x}")


main()
