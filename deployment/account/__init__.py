"""`make smoke-aws`: questions for a real account, for somebody who has one.

Opt-in, and never run where this project was made: no account was at hand. It starts a preflight,
which changes nothing, and asks Step Functions about the definition; it costs cents.
"""
