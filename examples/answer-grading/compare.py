from promptflow.core import tool
from words import shared, words


@tool
def compare(answer: str, expected: str) -> dict:
    given, wanted = words(answer), words(expected)
    same = shared(given, wanted)
    if not same:
        return {"exact": given == wanted, "precision": 0.0, "recall": 0.0, "f1": 0.0}
    precision, recall = same / len(given), same / len(wanted)
    f1 = 2 * precision * recall / (precision + recall)
    return {"exact": given == wanted, "precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}
