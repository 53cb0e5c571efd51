# limits: requests=500
from promptflow.core import tool


@tool
def run():
    while True:
        try:
            open("data.txt").read()
        except BaseException:
            pass
