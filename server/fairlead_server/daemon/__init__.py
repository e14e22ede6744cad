"""The model process: one loaded model that all editors of a user share.

``fairlead serve`` attaches to it through a Unix socket that nobody else can reach, and starts it
where there is none. `client` is the side of the editor; `server` is the process, in which `turns`
says whose turn it is to use the model. Both sides speak `messages`.
"""
