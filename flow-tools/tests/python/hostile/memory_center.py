# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return "1".center(10**12) + "1".ljust(10**12)
