# limits: requests=500
from promptflow.core import tool
import time


@tool
def run():
    while True:
        try:
            time.sleep(0)
        except BaseException:
            pass
