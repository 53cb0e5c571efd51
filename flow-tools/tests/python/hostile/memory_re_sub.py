# limits: memory=32
from promptflow.core import tool
import re


@tool
def run():
    return re.sub("a", "b" * 1_000_000, "a" * 1_000_000)
