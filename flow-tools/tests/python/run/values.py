from promptflow.core import tool


def fails(make):
    try:
        raise make()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@tool
def main():
    prices = {"a": 3, "b": 9, "c": 5}
    print(max(prices, key=prices.get), sorted(prices, key=prices.get), list(map(" x ".join, [["1", "2"]])), [f() for f in [" a ".strip]])
    push = [].append
    push(1)
    print(round(2.675, 2), round(0.125, 2), round(1.005, 2), round(1234.5678, -2), round(7, 1), round(-2.5), round(3.14159, 3))
    print(fails(lambda: ValueError("a", 1)), fails(lambda: Exception({"k": 1})), fails(lambda: RuntimeError()), fails(lambda: TypeError(5)))
    print({1} < {1, 2}, {1, 2} >= {1}, set([1]) <= {1}, {1, 2} > {1, 2}, 3 < 4)
    print("a b".translate(str.maketrans("ab", "xy")), "a-b".translate({45: None}), "{x}!".format_map({"x": 1}), "ok".isprintable(), "a\n".isprintable())
    print((5).bit_length(), (2.0).is_integer(), (2.5).is_integer(), (0.75).as_integer_ratio(), (258).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "little"), bytes([65, 66]))
    print([x.upper() for x in "ab"], "a,b".split(",")[0].upper().lower().title(), dict.fromkeys("ab", 0))
