from collections import Counter

from promptflow.core import tool


@tool
def main(flag: bool = True):
    hits = sum(x > 1 for x in [1, 2, 3])
    hits += 5 > 3
    same = "a" == "a"
    total = hits + same - (1 == 2) + flag
    print(hits, total, sum([True, 1.5]), sum([[1], [2]], []), 3 % True, same + same, -True, True * 3)
    rows = [{"grade": "pass"}, {"grade": "fail"}]
    print(sum(row["grade"] == "pass" for row in rows) / len(rows), Counter([True, True])[True], sum(Counter("aab").values()))
    print((Counter("aab") & Counter("ab")).total() if False else sum((Counter("aab") & Counter("ab")).values()))
