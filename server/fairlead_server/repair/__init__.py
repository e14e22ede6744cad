"""Repair: from lines of code that are wrong to patches that were checked.

``hunk`` says what may be replaced, ``prompts`` in which ways a model is asked to write it anew,
``portfolio`` which of these come next, ``candidates`` which of the texts are the same patch and
``ranking`` which are the most promising. ``validation`` checks them, a plug-in per step. ``fault``
says what is wrong with a document, and ``search`` puts all of it together. ``testing`` runs what
the model wrote, in a ``sandbox``. ``memo`` keeps the answers of analysis from one run to the next.
"""
