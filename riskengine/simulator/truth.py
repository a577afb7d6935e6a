"""What was planted, and when it would have become known: the truth that never enters the events.

One instance is one ring, one fraud or one borrower; its accounts, parties, loans, platforms and events get its label. A
label is known some days after the last of its events, as a complaint, an inspection or a court would take.
"""

from dataclasses import dataclass, field

import numpy as np

# Days until a label is known, at the middle of the distribution and at most
_DELAYS = {"fraud": (3.0, 20.0), "laundering": (12.0, 45.0), "breach": (7.0, 30.0), "default": (1.0, 3.0)}


@dataclass(slots=True)
class Instance:
    """One planted matter.

    Attributes
    ----------
    number : int
        From 1; the tag of its payments and records.
    scheme, variant, label : str
        Which pattern, which form of it, and the word of the closed set of labels.
    targets : list of (str, str, str)
        (target_type, target, label) of everything it holds besides its events.
    known_at : int
        UTC ms; set once its last event is known.
    """

    number: int
    scheme: str
    variant: str
    label: str
    targets: list[tuple[str, str, str]] = field(default_factory=list)
    known_at: int = 0

    def name(self, target_type: str, target: str, label: str | None = None) -> None:
        """Add a target; one that is there already stays single."""
        row = (target_type, target, label or self.label)
        if row not in self.targets:
            self.targets.append(row)


@dataclass(slots=True)
class Truth:
    """All instances, and the loans that went bad by themselves.

    Attributes
    ----------
    instances : list of Instance
        `instances[k].number == k + 1`.
    defaults : list of (str, int)
        Loan id and UTC ms of the default, of loans that belong to no scheme.
    """

    instances: list[Instance] = field(default_factory=list)
    defaults: list[tuple[str, int]] = field(default_factory=list)

    def open(self, scheme: str, variant: str, label: str) -> Instance:
        """Begin an instance."""
        instance = Instance(len(self.instances) + 1, scheme, variant, label)
        self.instances.append(instance)
        return instance


def delay_ms(rng: np.random.Generator, label: str) -> int:
    """How long after the last event a label of this kind becomes known, in ms."""
    middle, most = _DELAYS[label]
    days = min(most, middle * float(np.exp(0.5 * rng.standard_normal())))
    return int(days * 86_400_000)
