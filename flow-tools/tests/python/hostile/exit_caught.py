# limits: time=0.3
from promptflow.core import tool


@tool
def run():
    while True:
        try:
            raise SystemExit(1)
        except BaseException:
            pass
