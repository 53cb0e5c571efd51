# limits: time=3
from promptflow.core import tool
import re


@tool
def run():
    return re.match(r"(?=(a+)+$)(a|aa)+\1$", "a" * 40 + "b")
