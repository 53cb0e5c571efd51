# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return ("\t" * 1000).expandtabs(10**10)
