# limits: memory=32
from promptflow.core import tool
import re


@tool
def run():
    text = "ab" * 4_000_000
    return len(re.findall("a", text))
