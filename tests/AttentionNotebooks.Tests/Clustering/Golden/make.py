"""Golden values for the clustering tests, from NumPy, SciPy and scikit-learn.

Run from this folder:  python3 make.py
Needs numpy, scipy and scikit-learn (made with 1.24.2, 1.10.1 and 1.2.1). The tests read the JSON file only.
Data: ../../../../data/bert-base/heads.csv, and small random points that are written into the file with the results.
"""
import json
import numpy as np
import scipy.cluster.hierarchy as hierarchy
import scipy.stats as stats
from scipy.spatial.distance import pdist, squareform
from sklearn import metrics
from sklearn.cluster import AgglomerativeClustering, KMeans, SpectralClustering
from sklearn.decomposition import PCA
from sklearn.manifold import smacof, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.mixture import GaussianMixture

FEATURES = ["mean_distance", "mean_offset", "distance_std", "local_2", "entropy", "max_weight", "self", "previous",
            "next", "cls", "sep", "verticality", "diagonality"]


def real():
    table = np.genfromtxt("../../../../data/bert-base/heads.csv", delimiter=",", names=True)
    x = np.stack([table[f] for f in FEATURES], 1)
    return (x - x.mean(0)) / x.std(0)


def kmeans(x):
    rows = {}
    for k in range(2, 13):
        fit = KMeans(k, n_init=50, random_state=0, tol=0).fit(x)
        rows[k] = dict(inertia=fit.inertia_, labels=fit.labels_.tolist(), silhouette=metrics.silhouette_score(x, fit.labels_),
                       calinski_harabasz=metrics.calinski_harabasz_score(x, fit.labels_), davies_bouldin=metrics.davies_bouldin_score(x, fit.labels_))
    return rows


def mixtures(x):
    out = {}
    for kind in ("diag", "full"):
        start = KMeans(3, n_init=1, random_state=1).fit(x).labels_
        means = np.stack([x[start == c].mean(0) for c in range(3)])
        fit = GaussianMixture(3, covariance_type=kind, reg_covar=1e-3, means_init=means, random_state=0, max_iter=5, tol=0).fit(x)
        covariances = [np.diag(c) if kind == "diag" else c for c in fit.covariances_]
        out[kind] = dict(weights=fit.weights_.tolist(), means=fit.means_.tolist(), covariances=[c.tolist() for c in covariances],
                         log_likelihood=fit.score(x) * len(x), bic=fit.bic(x), responsibilities=fit.predict_proba(x).tolist())
        # One more step of EM from there.
        step = GaussianMixture(3, covariance_type=kind, reg_covar=1e-3)
        step._initialize_parameters = lambda *_: None
        step.weights_, step.means_, step.covariances_, step.precisions_cholesky_ = fit.weights_, fit.means_, fit.covariances_, fit.precisions_cholesky_
        _, log_resp = step._e_step(x)
        step._m_step(x, log_resp)
        out[kind]["next"] = dict(weights=step.weights_.tolist(), means=step.means_.tolist(), log_likelihood=step.score(x) * len(x))
    return out


def tsne(x):
    d2 = squareform(pdist(x)) ** 2
    p = joint(d2, 5.0)
    y = np.random.default_rng(5).normal(size=(len(x), 2))
    kl, grad = _kl_divergence(y.ravel(), squareform(p, checks=False), 1, len(x), 2)
    return dict(perplexity=5.0, p=p.tolist(), p_sklearn=squareform(_joint_probabilities(d2, 5.0, 0)).tolist(), y=y.tolist(), kl=kl, gradient=grad.reshape(-1, 2).tolist())


def joint(d2, perplexity):
    """The definition in float64: each row's width by bisection on the logarithm of beta."""
    n = len(d2)
    p = np.zeros((n, n))
    for i in range(n):
        others = np.arange(n) != i
        low, high = -30.0, 30.0
        for _ in range(200):
            middle = (low + high) / 2
            w = np.exp(-np.exp(middle) * (d2[i, others] - d2[i, others].min()))
            w /= w.sum()
            low, high = (middle, high) if stats.entropy(w) > np.log(perplexity) else (low, middle)
        p[i, others] = w
    return (p + p.T) / (2 * n)


def main():
    x = real()
    rng = np.random.default_rng(3)
    small = rng.normal(size=(30, 3)) + np.repeat(np.eye(3) * 2.5, 10, 0)
    apart = rng.normal(size=(40, 2)) * 0.4 + np.repeat([[0, 0], [6, 0], [0, 6], [6, 6]], 10, 0)
    distances = squareform(pdist(small))
    a, b = rng.integers(0, 4, 60), rng.integers(0, 5, 60)
    b[:30] = a[:30]
    linkages = {m: hierarchy.linkage(pdist(x), m) for m in ("ward", "average", "complete")}
    start = rng.normal(size=(30, 2))
    embedded = PCA(2).fit_transform(x)
    labels = np.repeat([0, 1, 2], 10)
    values = np.round(small[:, 0], 1)  # with ties
    p = [0.001, 0.04, 0.03, 0.2, 0.008, 0.9]
    steps, _ = smacof(distances, init=start, n_init=1, max_iter=300, eps=-1e9)
    once, _ = smacof(distances, init=start, n_init=1, max_iter=1)
    affinity = np.exp(-squareform(pdist(apart)) ** 2 / (2 * np.median(pdist(apart)) ** 2))
    root = 1 / np.sqrt(affinity.sum(1))
    golden = dict(
        features=FEATURES, kmeans=kmeans(x), small=small.tolist(), apart=apart.tolist(),
        agreement=dict(a=a.tolist(), b=b.tolist(), ari=metrics.adjusted_rand_score(a, b), ami=metrics.adjusted_mutual_info_score(a, b)),
        linkage={m: dict(merges=z.tolist(), labels=AgglomerativeClustering(6, linkage=m).fit_predict(x).tolist()) for m, z in linkages.items()},
        mixture=mixtures(small), tsne=tsne(small),
        smacof=dict(start=start.tolist(), once=once.tolist(), raw_stress=0.5 * ((squareform(pdist(steps)) - distances) ** 2).sum()),
        classical=dict(eigenvalues=np.sort(np.linalg.eigvalsh(-0.5 * center(distances ** 2)))[::-1][:2].tolist()),
        pca=dict(explained=PCA(13).fit(x).explained_variance_ratio_.tolist(), components=PCA(2).fit(x).components_.tolist()),
        trustworthiness=dict(y=embedded.tolist(), trust=trustworthiness(x, embedded, n_neighbors=12), continuity=trustworthiness(embedded, x, n_neighbors=12)),
        spectral=dict(labels=SpectralClustering(4, affinity="precomputed", random_state=0).fit_predict(affinity).tolist(),
                      eigenvalues=np.linalg.eigvalsh(np.eye(40) - root[:, None] * affinity * root).tolist()),
        tests=dict(values=values.tolist(), labels=labels.tolist(), kruskal=list(stats.kruskal(*[values[labels == c] for c in range(3)])),
                   p=p, holm=holm(p), bh=benjamini_hochberg(p),
                   cramer=float(stats.contingency.association(stats.contingency.crosstab(a, b)[1], method="cramer"))),
    )
    with open("golden.json", "w") as f:
        json.dump(rounded(golden), f, separators=(",", ":"))
        f.write("\n")


def center(d2):
    n = len(d2)
    c = np.eye(n) - np.ones((n, n)) / n
    return c @ d2 @ c


def holm(p):
    order, out, running = np.argsort(p), np.zeros(len(p)), 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1, (len(p) - rank) * p[i]))
        out[i] = running
    return out.tolist()


def benjamini_hochberg(p):
    order, out, running = np.argsort(p)[::-1], np.zeros(len(p)), 1.0
    for i, rank in zip(order, range(len(p), 0, -1)):
        running = min(running, p[i] * len(p) / rank)
        out[i] = running
    return out.tolist()


def rounded(v):
    if isinstance(v, dict):
        return {str(k): rounded(w) for k, w in v.items()}
    if isinstance(v, (list, tuple)):
        return [rounded(w) for w in v]
    return float(f"{v:.12g}") if isinstance(v, (float, np.floating)) else int(v) if isinstance(v, np.integer) else v


main()
