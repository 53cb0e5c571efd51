import re

from promptflow.core import tool


@tool
def route(answer: str, message: str, examples: list) -> dict:
    teams = [example["team"] for example in examples]
    found = re.search("|".join(teams), answer.lower())
    urgent = any(word in message.lower() for word in ("urgent", "today", "immediately"))
    return {"team": found.group(0) if found else "sales", "urgent": urgent}
