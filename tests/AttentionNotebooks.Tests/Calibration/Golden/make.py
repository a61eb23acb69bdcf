"""Golden values for the ridge regression, from scikit-learn.

Run from this folder:  python3 make.py
Needs numpy and scikit-learn (made with 1.24.2 and 1.2.1). The tests read the JSON file only.
Data: ../../../../data/bert-base/heads.csv.
"""
import json
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["mean_distance", "mean_offset", "distance_std", "entropy", "max_weight", "self", "previous", "next", "cls", "sep"]

table = np.genfromtxt("../../../../data/bert-base/heads.csv", delimiter=",", names=True)
x = np.stack([table[f] for f in FEATURES], 1)
y = np.sqrt(table["verticality"] + 10) + 0.1 * np.sin(np.arange(len(x)))  # something that the features tell in part
fits = {}
for penalty in (0.1, 10.0, 1000.0):
    model = make_pipeline(StandardScaler(), Ridge(alpha=penalty, solver="svd")).fit(x, y)
    by_layer = cross_val_predict(make_pipeline(StandardScaler(), Ridge(alpha=penalty, solver="svd")), x, y, groups=table["layer"], cv=GroupKFold(12))
    fits[str(penalty)] = dict(coefficients=model[-1].coef_.tolist(), intercept=model[-1].intercept_, predicted=model.predict(x).tolist(), by_layer=by_layer.tolist())
json.dump(dict(features=FEATURES, y=y.tolist(), fits=fits), open("ridge.json", "w"))
