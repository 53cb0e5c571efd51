from promptflow.core import tool


@tool
def grade(team: str, expected: str) -> str:
    return "correct" if team.lower() == expected.lower() else "wrong"
