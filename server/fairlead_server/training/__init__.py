"""Training the embedded model: from packages on a registry to a GGUF file. Needs extra ``train``.

==================== =====================================================================
what                  where
==================== =====================================================================
corpus                `catalogue` names packages, `download` gets them, `archives` reads them;
                      `licences`, `cleaning`, `duplicates` and `exclusions` say what stays out;
                      `corpus` runs it all and writes parts, held-out packages, `manifest` and
                      `notices`
tokens                `tokenizer`, `holes` (fill in the middle), `skills`, `stream`
learning              `network`, `optimiser`, `schedule`, `trainer`, `checkpoint`, `presets`
result                `session` runs it all, `export` writes the model
==================== =====================================================================

What needs torch is imported by the command that starts it, and by nothing else.
"""
