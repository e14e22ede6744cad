"""Programs as sequences of insertions, each of which leaves a program without errors.

The algorithm is LintSeq (Piterbarg, Pinto and Fergus, "Training Language Models on Synthetic Edit
Sequences Improves Code Synthesis", 2024): lines of a program are deleted at random, and with them
all that is in error without them, until nothing is left. Backwards, that is how it was written.
"""

from __future__ import annotations
