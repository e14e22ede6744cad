"""Any language server as a completion engine: what differs between servers is data.

``recipes/*.toml`` says how a server is started, when it is ready, and what its answers mean;
`recipe.Recipe` documents the fields. The modules from the wire upwards: `peer` (messages), `sync`
(documents), `server` (one running process), `supervisor` (start, restart, faults), `engine`
(questions, deadlines, memory). `listing`, `calls`, `expressions` and `findings` read answers;
`unfinished` completes texts that break off. Nothing of pygls is imported before a server starts.
"""
