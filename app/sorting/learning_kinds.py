"""Learning what kinds of hazards findings speak of, from labelled findings and the standard wordings."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from app.sorting.describing import KEYS, kind_features
from app.sorting.learning import Example, learn
from app.sorting.lexicon import Lexicon
from app.sorting.reading import read
from app.sorting.weighing import Weights

HEAVY: Final = 1.0  # lighter weights change hardly a proposal, and fill the file


def learned(labelled: Iterable[Mapping[str, Any]], lexicon: Lexicon) -> Weights:
    """Weights from findings with `description` and what is known of `factor`, `discipline` and `accident_type`.

    `other` teaches nothing: it is what is left where nobody would say.
    """
    lines = [(kind_features(read(each["description"], lexicon)), each) for each in labelled]
    weights: dict[str, dict[str, float]] = {}
    for key in KEYS:
        told = [(found, f"{key}:{each[key]}") for found, each in lines if each.get(key) not in {None, "other"}]
        possible = frozenset(value for _, value in told)
        examples = [Example(found, possible, frozenset([value])) for found, value in told]
        for feature, found in learn(examples, {}, 0.0, "").weights.items():
            heavy = {subject: weight for subject, weight in found.items() if abs(weight) >= HEAVY}
            weights.setdefault(feature, {}).update(heavy)
    weights = {feature: each for feature, each in weights.items() if each}
    return Weights({}, weights, 0.0, f"{len(lines)} findings and wordings")


def labelled_lines(path: Path) -> list[dict[str, Any]]:
    """The hazards in a file of labelled findings, one JSON object a line."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [line for line in lines if line.get("list") == "hazard"]
