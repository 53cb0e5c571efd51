# limits: time=3
from promptflow.core import tool
import re


@tool
def run():
    return re.search(r"(x+x+)+\1y(?!z)", "x" * 60)
