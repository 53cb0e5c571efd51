from promptflow.core import tool
import re


@tool
def run():
    return re.compile("(" * 50_000 + "a" + ")" * 50_000)
