from promptflow.core import tool
from pathlib import Path


@tool
def run():
    return Path("../../secret.txt").read_text()
