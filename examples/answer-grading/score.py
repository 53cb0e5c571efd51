import re
from typing import Optional

from promptflow.core import tool


@tool
def score(verdict: str) -> Optional[int]:
    """The number in what the judge said; None where it gave none from 1 to 5."""
    found = re.search(r"score\s*[:=]?\s*(\d+)", verdict, re.IGNORECASE)
    if found is None or not 1 <= int(found.group(1)) <= 5:
        print(f"no score in: {verdict!r}")
        return None
    return int(found.group(1))
