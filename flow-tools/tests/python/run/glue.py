"""What small nodes of real projects do."""
import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, List, Optional, Union

from promptflow.core import tool

PATTERN = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
DEFAULTS = {"top_k": 3, **{"threshold": 0.5}}


def parse(text: str) -> Dict[str, Any]:
    match = PATTERN.search(text)
    body = match.group(1) if match else text
    try:
        return json.loads(body)
    except json.JSONDecodeError as e:
        return {"error": str(e.msg) if hasattr(e, "msg") else "bad", "text": body[:20]}
    except (TypeError, ValueError):
        return {}


def flatten(items: List[Union[int, list]], depth: int = 0) -> List[int]:
    result: List[int] = []
    for item in items:
        if isinstance(item, list):
            result += flatten(item, depth + 1)
        else:
            result.append(item)
    return result


def chunks(text, size=5, overlap=2):
    step = size - overlap
    return [text[i:i + size] for i in range(0, max(len(text) - overlap, 1), step)]


def history_to_text(history: Optional[list] = None) -> str:
    lines = []
    for index, turn in enumerate(history or [], start=1):
        q, a = turn["inputs"]["question"], turn["outputs"].get("answer", "")
        lines.append(f"{index}. user: {q}\n   assistant: {a or '-'}")
    return "\n".join(lines)


def score(predictions, truths):
    pairs = list(zip(predictions, truths))
    right = len([1 for p, t in pairs if str(p).strip().lower() == str(t).strip().lower()])
    return round(right / len(pairs), 4) if pairs else float("nan")


@tool
def main():
    print(parse('Sure!\n```json\n{"label": "Spam", "score": 0.9}\n```'), parse("{bad")["text"])
    print(flatten([1, [2, [3, [4]]], 5]), chunks("abcdefghij"), score(["A ", "b", 3], ["a", "c", "3"]))
    print(history_to_text([{"inputs": {"question": "hi"}, "outputs": {"answer": "hello"}}, {"inputs": {"question": "?"}, "outputs": {}}]))
    print(sorted({"b": 2, "a": 1}.items()), {k: v for k, v in DEFAULTS.items() if v}, [*range(3)], dict(zip("ab", (1, 2))))
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
    print(moment.isoformat(), (moment + timedelta(hours=20)).date(), moment.strftime("%d.%m.%Y %H:%M"), moment.timestamp(), moment.weekday())
    text = "The quick  brown\tfox"
    print(text.split(), " ".join(reversed(text.split())), text.title(), text.count("o"), text.find("quick"), text.replace("  ", " ").partition(" "), text[-3:], text[::-1][:3])
    print(re.findall(r"\b\w{5}\b", text), re.split(r"\s+", text, maxsplit=1), bool(re.match("the", text, re.I)), re.sub(r"(\w+) (\w+)", r"\2 \1", "a b"), [m.start() for m in re.finditer("o", text)])
    matrix = [[1, 2, 3], [4, 5, 6]]
    print([list(row) for row in zip(*matrix)], sum(sum(row) for row in matrix), max(matrix, key=lambda row: row[0]), min(x for row in matrix for x in row), any(x == 5 for row in matrix for x in row))
    a, (b, *c), d = 1, (2, 3, 4), 5
    a += 1
    b **= 3
    c.extend([a, b])
    print(a, b, c, d, a if a > d else d, not c, a and b, None or "default", 7 // 2, -7 // 2, 7 % -3, 2 ** 10, 1e3, 10 / 4, 0.1 + 0.2)
    seen, unique = set(), []
    for word in "a b a c b".split():
        if word in seen:
            continue
        seen.add(word)
        unique.append(word)
    else:
        unique.append("end")
    print(unique, len(seen), seen - {"a"} == {"b", "c"}, {"a"} <= seen, sorted(seen | {"z"}))
    while True:
        a -= 1
        if a < 0:
            break
    print(a, f"{3.14159:.2f}|{42:>6}|{'x':^5}|{1234567.891:,.1f}|{0.256:.1%}|{255:b}|{'a' * 3!r}|{d=}" if False else f"{3.14159:.2f}|{42:>6}|{'x':^5}|{0.256:.1%}|{255:b}|{'a' * 3!r}")
    print(json.dumps({"a": [1, 2.5, None, True], "b": {"c": "é"}}, indent=2), json.dumps([1, "x"], separators=(",", ":")))
    print(str(3.0), str(1e20), repr("it's"), repr('q"'), str([1, "a", None]), str({"k": (1,)}), int("12"), float("1.50"), int(3.99), round(2.5), round(3.14159, 3), abs(-2), bool("x"))
    nested = {"a": {"b": [{"c": 1}]}}
    print(nested["a"]["b"][0]["c"], nested.get("x", {}).get("y", "none"), "a" in nested, list(nested), [*nested["a"]])
    return {"ok": True, "value": parse('[1, 2]'), "none": None}
