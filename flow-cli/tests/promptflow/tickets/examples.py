from promptflow.core import tool


@tool
def examples(text: str) -> list:
    if "kaputt" in text:
        raise ValueError("this text cannot be read")
    return [{"text": "My invoice is wrong", "team": "billing"}, {"text": "It does not start", "team": "technical"}]
