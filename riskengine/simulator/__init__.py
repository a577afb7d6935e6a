"""The simulator: a small province of Zhejiang, its people, firms and platforms of all nine lines, and what is planted.

`simulate` writes the events in the order of their arrival, the truth about what was planted, and a summary. What an
engine can learn from it stands in the events; the truth is for measuring. `province` is the page to read first.
"""

from riskengine.simulator.province import simulate
from riskengine.simulator.setup import Setup

__all__ = ["Setup", "simulate"]
