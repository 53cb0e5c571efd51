# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return ",".join(str(number) for number in range(10**10))
