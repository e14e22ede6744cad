"""Running programs that nobody has read: limited, watched, cut off, and ended with all they start.

``run`` starts a supervisor process, which runs the command in namespaces of its own where the
kernel allows that (``namespaces``): without rights or a network, with no file writable but the copy
of the project, and in such a way that whatever it started ends with it, double forks included.
Where it does not (in some containers), limits and the watch remain: what was forked away is found
by its ancestry, but neither the network nor the user's files are out of reach; outcomes say so in
`Outcome.isolation`. In either case the kernel itself limits the number of processes (``bounds``);
where it cannot be made to, nothing is run. ``shadow`` makes the copy.
"""

from __future__ import annotations

from fairlead_server.repair.sandbox.outcome import Limits, Outcome
from fairlead_server.repair.sandbox.run import Box, run
from fairlead_server.repair.sandbox.shadow import Shadow

__all__ = ["Box", "Limits", "Outcome", "Shadow", "run"]
