"""`make configure`: looks an account over, asks what it can't find, writes samconfig.local.toml.

It calls what reads and nothing else, reads no secret's value, and writes one file on this machine,
at its end: Ctrl-C leaves all as it was. A second run proposes what the first one wrote.
"""
