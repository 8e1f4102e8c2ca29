"""Files of Word and Excel with the same bytes for the same report: no clock, no name of a machine."""

from __future__ import annotations

import io
import re
import zipfile

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the first that such a file can name
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def steady(content: bytes, day: str) -> bytes:
    """A file of Word or Excel whose parts carry no time of the day.

    Parameters
    ----------
    content
        The file.
    day
        The day that it says it was made, as ``2024-12-31``.
    """
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = source.read(entry)
            if entry.filename == "docProps/core.xml":
                part = _STAMP.sub(rb"\g<1>" + day.encode() + b"T00:00:00Z", part)
            fresh = zipfile.ZipInfo(entry.filename, _MOMENT)
            fresh.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fresh, part)
    return result.getvalue()
