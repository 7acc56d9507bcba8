"""A browser for the tests and the pictures of pages: where it comes from, and where it is.

``make test`` looks in this order, and takes the first that starts: one that is installed or named
in BROWSER_EXECUTABLE; Playwright's own; Debian's package, where this user may install it; the one
that comes inside a package of the npm registry. Where none can be had, the tests that need one are
skipped, and the reason is printed at the end; with CI set in the environment that is a failure.
"""

from environment.browser.finding import Browser, known

__all__ = ["Browser", "known"]
