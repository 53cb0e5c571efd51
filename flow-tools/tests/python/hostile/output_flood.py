# limits: output=1
from promptflow.core import tool


@tool
def run():
    while True:
        print("flood " * 100)
