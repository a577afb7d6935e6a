"""How well the planted schemes were found, from the simulator's truth and the alerts, per scheme and in false alarms.

An instance is found if a flag or violation is about one of its accounts, parties or platforms, or rests on one of its
events. An alert that fits no instance is a false alarm; reports of law are no blame and stand outside both.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from riskengine.alerts import Alert, pseudonym
from streams.identity import Identities


@dataclass(slots=True)
class SchemeResult:
    """Instances of one scheme: planted, and found."""

    planted: int = 0
    found: int = 0


@dataclass(slots=True)
class PlantResult:
    """What was found of the plants.

    Attributes
    ----------
    schemes : dict of str to SchemeResult
    judged_alerts : int
        Flags and violations.
    false_alarms : int
        Those that fit no instance.
    false_by_detector : dict of str to int
    """

    schemes: dict[str, SchemeResult] = field(default_factory=dict)
    judged_alerts: int = 0
    false_alarms: int = 0
    false_by_detector: dict[str, int] = field(default_factory=dict)

    @property
    def planted(self) -> int:
        """Instances of all schemes."""
        return sum(scheme.planted for scheme in self.schemes.values())

    @property
    def found(self) -> int:
        """Found instances of all schemes."""
        return sum(scheme.found for scheme in self.schemes.values())


def compare(truth: Path, alerts: Sequence[Alert], identities: Identities) -> PlantResult:
    """Compare alerts with a `truth.csv`.

    Parameters
    ----------
    truth : Path
        Columns target_type, target, label, known_at, scheme, variant, instance; rows without a scheme are labels alone.
    alerts : sequence of Alert
        With their evidence.
    identities : Identities
        Hashes of the deployment that made the alerts.
    """
    targets, schemes = _instances(truth, identities)
    result = PlantResult()
    for scheme in schemes.values():
        result.schemes.setdefault(scheme, SchemeResult()).planted += 1
    found: set[str] = set()
    for alert in alerts:
        if alert.verdict == "report":
            continue
        result.judged_alerts += 1
        keys = [alert.subject, *(f"event:{reference.event_id}" for reference in alert.evidence)]
        hit = set().union(*(targets.get(key, set()) for key in keys))
        found |= hit
        if not hit:
            result.false_alarms += 1
            count = result.false_by_detector.get(alert.detector, 0)
            result.false_by_detector[alert.detector] = count + 1
    for instance in found:
        if instance in schemes:
            result.schemes[schemes[instance]].found += 1
    return result


def _instances(truth: Path, identities: Identities) -> tuple[Mapping[str, set[str]], Mapping[str, str]]:
    """Instances by target, targets written as alerts write them, and the scheme of each instance."""
    targets: dict[str, set[str]] = {}
    schemes: dict[str, str] = {}
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind, target = row["target_type"], row["target"]
            if kind == "account":
                key = pseudonym("account", identities.vertex_hash(target))
            elif kind == "party":
                key = pseudonym("party", identities.party_hash(target))
            else:
                key = f"{kind}:{target}"
            # a loan that went bad by itself is a label and no scheme, but an alert about it is no false alarm
            instance = row["instance"] or key
            targets.setdefault(key, set()).add(instance)
            if row["scheme"]:
                schemes[instance] = row["scheme"]
    return targets, schemes
