from typing import List

from promptflow.core import tool

EXAMPLES = [
    {"message": "You charged my card twice.", "team": "billing"},
    {"message": "The app closes when I open a photo.", "team": "technical"},
    {"message": "Do you have a plan for schools?", "team": "sales"},
]


@tool
def examples(count: int) -> List[dict]:
    return EXAMPLES[:count]
