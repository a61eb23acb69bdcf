"""Golden values for the measures of told classes, from scikit-learn.

Run from this folder:  python3 make.py
Needs numpy and scikit-learn (made with 1.24.2 and 1.2.1). The tests read the JSON file only.
"""
import json
import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, matthews_corrcoef

random = np.random.default_rng(7)


def case(name, gold, told, classes):
    gold, told = np.asarray(gold), np.asarray(told)
    row = dict(name=name, classes=classes, gold=gold.tolist(), told=told.tolist(), accuracy=accuracy_score(gold, told), matthews=matthews_corrcoef(gold, told),
               confusion=confusion_matrix(gold, told, labels=range(classes)).tolist())
    if classes == 2:
        row["f1"] = f1_score(gold, told, zero_division=0)
    return row


def noisy(count, classes, right, weights):
    gold = random.choice(classes, count, p=weights)
    return gold, np.where(random.random(count) < right, gold, random.choice(classes, count))


cases = [
    case("two even classes", *noisy(60, 2, 0.6, [0.5, 0.5]), 2),
    case("two uneven classes", *noisy(80, 2, 0.3, [0.2, 0.8]), 2),
    case("worse than chance", [0, 0, 1, 1, 1, 0], [1, 1, 0, 0, 1, 0], 2),
    case("one class told", [0, 1, 1, 0, 1], [1, 1, 1, 1, 1], 2),
    case("the other class told", [0, 1, 1, 0, 1], [0, 0, 0, 0, 0], 2),
    case("one class true", [1, 1, 1, 1], [1, 0, 1, 1], 2),
    case("all right", [0, 1, 1, 0], [0, 1, 1, 0], 2),
    case("four classes", *noisy(90, 4, 0.5, [0.1, 0.2, 0.3, 0.4]), 4),
    case("three classes, one never told", [0, 1, 2, 2, 1, 0, 2], [0, 1, 1, 1, 1, 0, 0], 3),
]
json.dump(cases, open("golden.json", "w"))
