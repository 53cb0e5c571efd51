from dataclasses import dataclass
from enum import Enum

from promptflow.core import tool


class Grade(str, Enum):
    PASS = "pass"
    FAIL = "fail"
    UNSURE = "unsure"


@dataclass
class Row:
    judged: int
    f1: float

    def grade(self, pass_at):
        if self.judged is None:
            return Grade.UNSURE
        if self.judged >= pass_at and self.f1 > 0:
            return Grade.PASS
        return Grade.FAIL


@tool
def combine(judged: int, compared: dict, pass_at: int = 4) -> dict:
    row = Row(judged, compared["f1"])
    return {"grade": row.grade(pass_at), "exact": compared["exact"]}
