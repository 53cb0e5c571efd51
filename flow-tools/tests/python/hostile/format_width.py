# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return f"{1:>{10**11}}" + "{:0100000000000d}".format(1)
