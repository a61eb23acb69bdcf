"""Pairwise Jensen-Shannon divergence of heads in numpy, the algorithm of Clark et al. 2019 (section 6).

Rows are smoothed by 0.001; one head is held against all heads at a time. Argument: maps as raw float32 [N, T, T], then N, T.
"""
import sys

import numpy as np

from peer import serve

SMOOTHING = 0.001


def distances(maps):
    n = maps.shape[-1]
    rows = (1 - SMOOTHING) * maps + SMOOTHING / n
    result = np.zeros((len(maps), len(maps)))
    for head in range(len(maps)):
        p = rows[head][None]
        middle = (p + rows) / 2
        kl_p = (p * np.log(p / middle)).sum(-1)
        kl_q = (rows * np.log(rows / middle)).sum(-1)
        result[head] = ((kl_p + kl_q) / 2).mean(-1)
    return result


def main():
    heads, length = int(sys.argv[2]), int(sys.argv[3])
    maps = np.fromfile(sys.argv[1], dtype="<f4").reshape(heads, length, length)
    serve(f"numpy {np.__version__}", {"js": lambda: distances(maps).reshape(-1)})


main()
