# limits: output=1
from promptflow.core import tool


@tool
def run():
    while True:
        try:
            print("flood " * 100)
        except BaseException:
            pass
