from promptflow.core import tool
import json


@tool
def run():
    return json.loads("[" * 1_000_000 + "]" * 1_000_000)
