"""What can go wrong between fairlead and a language server. The texts are reasons for people."""


class Gone(Exception):
    """The server has ended, or never started."""


class Refused(Exception):
    """The server answered with an error; the text is its message."""


class Hung(Exception):
    """The server did not answer in time."""


class Fault(Exception):
    """No server can be had now."""
