"""BERT in eager PyTorch as people write it, all attentions kept (output_attentions=True), features in numpy.

The equations are those of BERT's eager attention: separate query, key and value projections, scores divided by
sqrt(d) plus an additive mask, softmax, product with the values; every layer's probabilities are kept in a list until
the batch is done, then copied to numpy. Arguments: model.safetensors, ids.json (texts of equal length), batch size.
"""
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

from numpy_features import features
from peer import serve

LAYERS, HEADS, EPS = 12, 12, 1e-12


def read_safetensors(path):
    """The format is eight bytes of header length, a JSON header, and the data."""
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    length = int(raw[:8].view("<u8")[0])
    header = json.loads(bytes(raw[8:8 + length]))
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            data = raw[8 + length + start:8 + length + end].copy().view("<f4").reshape(entry["shape"])
            tensors[name] = torch.from_numpy(data)
    return tensors


class EagerBert:
    def __init__(self, weights):
        self.w = weights

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], EPS)

    def __call__(self, ids):
        w, (batch, length) = self.w, ids.shape
        e = "bert.embeddings."
        x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][:length] + w[e + "token_type_embeddings.weight"][0]
        x = self.norm(x, e + "LayerNorm")
        mask = torch.zeros(batch, 1, 1, length)
        attentions = []
        for i in range(LAYERS):
            p = f"bert.encoder.layer.{i}."

            def heads(y):
                return y.view(batch, length, HEADS, -1).permute(0, 2, 1, 3)

            q, k, v = (heads(self.linear(x, p + "attention.self." + part)) for part in ("query", "key", "value"))
            scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.shape[-1]) + mask
            probabilities = F.softmax(scores, dim=-1)
            attentions.append(probabilities)
            context = torch.matmul(probabilities, v).permute(0, 2, 1, 3).contiguous().view(batch, length, -1)
            x = self.norm(self.linear(context, p + "attention.output.dense") + x, p + "attention.output.LayerNorm")
            wide = F.gelu(self.linear(x, p + "intermediate.dense"))
            x = self.norm(self.linear(wide, p + "output.dense") + x, p + "output.LayerNorm")
        return x, attentions


def main():
    weights, ids, batch = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3])
    torch.set_num_threads(os.cpu_count())
    model = EagerBert(read_safetensors(weights))
    ids = torch.tensor(ids)

    def run():
        total = 0
        with torch.no_grad():
            for start in range(0, len(ids), batch):
                _, attentions = model(ids[start:start + batch])
                total = total + np.stack([features(a.numpy()).astype(np.float64).sum(0) for a in attentions])  # [L, H, F]
        return (total / len(ids)).reshape(-1)

    serve(f"PyTorch {torch.__version__}, numpy {np.__version__}", {"features": run})


main()
