import ast
import base64
import bisect
import collections
import copy
import csv
import difflib
import functools
import hashlib
import heapq
import html
import io
import itertools
import math
import operator
import os
import string
import textwrap
import urllib.parse
import uuid
from collections import Counter, OrderedDict, defaultdict
from datetime import date, datetime, timedelta

from promptflow.core import tool


@tool
def main():
    print(ast.literal_eval("{'a': [1, -2.5, None, True, (1,)], \"b\": 'it\\'s'}"), ast.literal_eval("'x' 'y'"), ast.literal_eval("{1, 2}") == {1, 2})
    print(base64.b64encode(b"hello").decode(), hashlib.md5(b"a").hexdigest(), hashlib.sha256("é".encode()).hexdigest()[:16], hashlib.new("sha1", b"x").hexdigest())
    print(bisect.bisect([1, 3, 5], 3), bisect.bisect_left([1, 3, 5], 3))
    print(Counter("banana").most_common(2), list(OrderedDict([("a", 1)])), dict(defaultdict(list, {"x": [1]})), collections.deque([1, 2, 3], maxlen=2))
    original = {"a": [1, {"b": 2}]}
    deep = copy.deepcopy(original)
    deep["a"][1]["b"] = 3
    print(original, deep, copy.copy([1]))
    rows = list(csv.reader(io.StringIO('a,"b,c"\n1,"x ""y"""\n')))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=["n", "t"])
    writer.writeheader()
    writer.writerow({"n": 1, "t": "a,b"})
    print(rows, repr(out.getvalue()), list(csv.DictReader(["n,t", "1,2"])))
    print(difflib.SequenceMatcher(None, "kitten", "sitting").ratio(), difflib.get_close_matches("appel", ["ape", "apple", "peach"]))
    print(functools.reduce(operator.add, [1, 2, 3]), sorted([{"k": 2}, {"k": 1}], key=operator.itemgetter("k")))
    heap = [5, 1, 4]
    heapq.heapify(heap)
    heapq.heappush(heap, 0)
    print(heapq.heappop(heap), heapq.heappop(heap), heapq.nlargest(2, [3, 1, 9]))
    print(html.escape("<a href='x'>&</a>"), html.unescape("&lt;b&gt; &amp; &#39;x&#x27; &eacute" if False else "&lt;b&gt; &amp; &#39;x&#x27;"))
    print(list(itertools.chain([1], [2])), list(itertools.product("ab", repeat=2))[:3], list(itertools.combinations([1, 2, 3], 2)), list(itertools.permutations([1, 2, 3], 2))[:2])
    print([(k, list(g)) for k, g in itertools.groupby([1, 1, 2])], list(itertools.islice(itertools.count(3), 2)), list(itertools.accumulate([1, 2, 3])))
    print(math.sqrt(2), math.floor(-1.5), math.isclose(0.1 + 0.2, 0.3), math.comb(5, 2), math.inf)
    print(os.path.join("a", "b.txt"), os.path.splitext("x/y.tar.gz"), os.path.basename("/a/b"), os.path.dirname("/a/b"), os.path.normpath("a/../b/./c"), os.environ.get("NOT_SET", "none"), os.getenv("NOT_SET"))
    print(string.ascii_lowercase[:3], string.Template("$a and ${b} $$").substitute(a=1, b=2), string.capwords("hello world"))
    print(textwrap.dedent("  a\n   b\n"), textwrap.fill("the quick brown fox jumps", 10), textwrap.indent("a\nb", "> "), textwrap.shorten("hello big world", 11))
    print(urllib.parse.quote("a b/ü?"), urllib.parse.unquote("a%20b%C3%BC"), urllib.parse.urlencode({"q": "a b", "n": 1}), urllib.parse.urlparse("https://u:p@ex.com:8080/p/a?q=1#f").hostname)
    print(urllib.parse.urlparse("https://ex.com/p;x?q=1#f"), urllib.parse.urljoin("http://a/b/c", "../d?x"), urllib.parse.parse_qs("a=1&a=2&b=x+y"))
    print(uuid.uuid5(uuid.NAMESPACE_DNS, "python.org"), uuid.uuid3(uuid.NAMESPACE_URL, "x"), len(str(uuid.uuid4())), uuid.UUID("12345678123456781234567812345678").hex)
    print(date(2024, 2, 29) + timedelta(days=1), datetime(2024, 1, 2, 3, 4, 5).isoformat(), datetime(2024, 1, 2).strftime("%Y/%m/%d %A"), (date(2024, 3, 1) - date(2024, 2, 1)).days)
    print(datetime.fromisoformat("2024-05-06T07:08:09"), datetime.strptime("2024-01-02", "%Y-%m-%d") if hasattr(datetime, "strptime") else datetime(2024, 1, 2))
