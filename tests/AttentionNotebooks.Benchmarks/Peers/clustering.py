"""K-means with silhouettes, and exact t-SNE, by scikit-learn. Arguments: points as raw float64 [n, d], n, d."""
import sys

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score

from peer import serve


def main():
    points = np.fromfile(sys.argv[1], dtype="<f8").reshape(int(sys.argv[2]), int(sys.argv[3]))

    def kmeans():
        values = []
        for k in range(2, 13):
            fit = KMeans(n_clusters=k, n_init=50, random_state=0).fit(points)
            values += [fit.inertia_, silhouette_score(points, fit.labels_)]
        return values

    def tsne():
        fit = TSNE(method="exact", perplexity=30, init="random", learning_rate="auto", n_iter=1000, random_state=0).fit(points)
        return [fit.kl_divergence_]

    serve(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", {"kmeans": kmeans, "tsne": tsne})


main()
