"""Pages of ``docs/reference/``, written from what the code reads: ``python -m docs.pages``, or ``make site``.

They are not committed. What Sphinx does itself (signatures, docstrings, commands) is left to it: the pages of Python
and of the commands hold its directives, and are filled in when the site is built.
"""

from __future__ import annotations

NOTE = "Written by `python -m docs.pages`.\n"
"""Second line of each page."""
