# limits: time=0.3
from promptflow.core import tool


@tool
def run():
    while True:
        try:
            while True:
                raise ValueError("again")
        except BaseException:
            pass
        finally:
            continue
