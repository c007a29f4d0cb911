"""Learning what kinds of hazards findings speak of, from labelled findings and the standard wordings."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from app.sorting.describing import KEYS, describer, kind_features
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
    subjects = frozenset(subject for each in weights.values() for subject in each)
    return Weights({}, weights, subjects, 0.0, f"{len(lines)} findings and wordings")


def as_kinds(weights: Weights) -> str:
    """The data file, which says what it is."""
    return (
        weights.written()
        .replace("app sorting learn`", "app sorting learn-kinds`")
        .replace("weighing.py", "describing.py")
    )


def filled(labelled: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings that meet a criterion and of which nobody said the kind have the kind of most others that meet it."""
    lines = [dict(each) for each in labelled]
    counted: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for each in lines:
        for code in each.get("criteria", ())[:1]:
            for key in KEYS:
                counted[code, key].update([each[key]] if each.get(key) else [])
    for each in lines:
        for code in each.get("criteria", ())[:1]:
            if not any(each.get(key) for key in KEYS):
                most = {key: counted[code, key].most_common(1) for key in KEYS}
                each |= {key: found[0][0] for key, found in most.items() if found}
    return lines


def labelled_lines(path: Path) -> list[dict[str, Any]]:
    """The hazards in a file of labelled findings, one JSON object a line."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [line for line in lines if line.get("list") == "hazard"]


def agreement(lines: Iterable[Mapping[str, Any]], lexicon: Lexicon, on: date) -> dict[str, tuple[int, int, int]]:
    """Of labelled findings, by field: how many have a label, of how many of these one is proposed, how many agree."""
    counts = {key: [0, 0, 0] for key in KEYS}
    describe = describer()
    for line in lines:
        told = describe(read(line["description"], lexicon), on)
        values = {
            "factor": told.factor and told.factor.value,
            "discipline": told.discipline and told.discipline.value,
            "accident_type": told.accident_type and told.accident_type.title,
        }
        for key, value in values.items():
            if line.get(key):
                counts[key][0] += 1
                counts[key][1] += value is not None
                counts[key][2] += value == line[key]
    return {key: (labelled, said, right) for key, (labelled, said, right) in counts.items()}
