"""``python -m fairlead_server``."""

from fairlead_server.cli import main

raise SystemExit(main())
