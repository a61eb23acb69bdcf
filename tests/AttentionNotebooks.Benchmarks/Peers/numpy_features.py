"""The fourteen standard features of attention maps, in numpy, one line of array code each.

Maps are [B, H, T, T], float32, texts of equal length without padding, [CLS] first and [SEP] last.
"""
import numpy as np


def features(a):
    """From maps of one layer to [B, H, 14], in the order of the kit's standard features."""
    batch, heads, n, _ = a.shape
    position = np.arange(n, dtype=a.dtype)
    offset = position[None, :] - position[:, None]
    distance = np.abs(offset)

    def weighted(weight):  # a matrix-vector product: the fastest way that numpy has
        return (a.reshape(batch * heads, n * n) @ weight.reshape(n * n)).reshape(batch, heads) / n

    def diagonal(at):
        return np.trace(a, at, -2, -1) / n

    mean_distance = weighted(distance)
    centre = a @ position
    spread = np.sqrt((a * (position - centre[..., None]) ** 2).sum(-1)).mean(-1)
    entropy = -(a * np.log(np.maximum(a, 1e-30))).sum(-1).mean(-1)
    column = a.mean(-2)
    verticality = (column * np.log(np.maximum(column, 1e-30))).sum(-1)
    return np.stack([
        mean_distance, weighted(offset), spread, weighted((distance <= 2).astype(a.dtype)),
        entropy, a.max(-1).mean(-1),
        diagonal(0), diagonal(-1), diagonal(1), a[..., 0].mean(-1), a[..., n - 1].mean(-1),
        entropy, verticality, -mean_distance / n,
    ], axis=-1)
