"""Records what the reference implementations say, for the tests of the scorers.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python record.py [NAME...]

Each file holds `cases` (inputs with what scorers must say of them) and `sets` (rows with what must be said of them together).
Numbers are as the reference gives them, but for sacrebleu's, which are divided by 100.
"""

import collections
import itertools
import json
import math
import pathlib
import random
import re
import sys

import jsonschema
import numpy
import sklearn.metrics
from nltk.stem import porter
from rapidfuzz.distance import OSA, Levenshtein
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from sklearn.preprocessing import MultiLabelBinarizer
from transformers.data.metrics import squad_metrics

from texts import WORDS, pairs

HERE = pathlib.Path(__file__).parent
PAIRS = pairs()


def plain(value):
    if isinstance(value, (numpy.floating, numpy.integer)):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write(name, cases=(), sets=()):
    cases, sets = list(cases), list(sets)
    line = lambda item: json.dumps(item, ensure_ascii=True, default=plain)
    with open(HERE / f"{name}.json", "w") as out:
        out.write('{"cases": [\n' + ",\n".join(map(line, cases)) + '\n],\n"sets": [\n' + ",\n".join(map(line, sets)) + "\n]}\n")
    print(f"{name}: {len(cases)} cases, {len(sets)} sets", file=sys.stderr)


def check(scorer, value, parameters=None, **numbers):
    result = {"scorer": scorer, "value": plain(value)}
    if parameters:
        result["parameters"] = parameters
    if numbers:
        result["numbers"] = {name: plain(number) for name, number in numbers.items()}
    return result


def inputs(answer, expected):
    return {"answer": answer, "expected": expected}


def chunks(size):
    for start in range(0, len(PAIRS), size):
        yield PAIRS[start:start + size]


def references_of(rows):
    """The references as sacrebleu wants them: by place, and each row as many as any has."""
    most = max(len(references) for _, references in rows)
    return [[references[place] if place < len(references) else references[0] for _, references in rows] for place in range(most)]


def bleu():
    variants = [
        ({}, {}),
        ({"ignore_case": True}, {"lowercase": True}),
        ({"tokenize": "char"}, {"tokenize": "char"}),
        ({"tokenize": "intl"}, {"tokenize": "intl"}),
        ({"tokenize": "none"}, {"tokenize": "none"}),
        ({"smoothing": "floor"}, {"smooth_method": "floor"}),
        ({"smoothing": "add-k"}, {"smooth_method": "add-k"}),
        ({"smoothing": "add-k", "smoothing_value": 0.5}, {"smooth_method": "add-k", "smooth_value": 0.5}),
        ({"smoothing": "none"}, {"smooth_method": "none"}),
        ({"max_order": 2}, {"max_ngram_order": 2}),
        ({"effective_order": False}, {"effective_order": False}),
    ]

    def cases():
        for answer, references in PAIRS:
            checks = []
            for ours, theirs in variants:
                score = BLEU(**{"effective_order": True, **theirs}).sentence_score(answer, references)
                checks.append(check("bleu", score.score / 100, ours, brevity_penalty=score.bp))
            yield {"inputs": inputs(answer, references), "checks": checks}

    def sets():
        for rows, (ours, theirs) in zip(itertools.cycle(list(chunks(20)) + [PAIRS]), variants[:9] * 2):
            theirs = {key: value for key, value in theirs.items()}
            score = BLEU(**theirs).corpus_score([answer for answer, _ in rows], references_of(rows))
            numbers = {"corpus_bleu": score.score / 100, "brevity_penalty": score.bp}
            numbers.update({f"precision_{n + 1}": value / 100 for n, value in enumerate(score.precisions)})
            yield {"scorer": "bleu", "parameters": ours, "rows": [inputs(*row) for row in rows], "numbers": numbers}

    write("bleu", cases(), sets())


def chrf():
    variants = [
        ({}, {}),
        ({"word_order": 2}, {"word_order": 2}),
        ({"ignore_case": True}, {"lowercase": True}),
        ({"whitespace": True}, {"whitespace": True}),
        ({"beta": 1}, {"beta": 1}),
        ({"char_order": 3, "word_order": 1}, {"char_order": 3, "word_order": 1}),
    ]

    def cases():
        for answer, references in PAIRS:
            checks = []
            for ours, theirs in variants:
                checks.append(check("chrf", CHRF(**theirs).sentence_score(answer, references).score / 100, ours))
            yield {"inputs": inputs(answer, references), "checks": checks}

    def sets():
        for rows, (ours, theirs) in zip(itertools.cycle(list(chunks(20)) + [PAIRS]), variants * 2):
            score = CHRF(**theirs).corpus_score([answer for answer, _ in rows], references_of(rows))
            yield {"scorer": "chrf", "parameters": ours, "rows": [inputs(*row) for row in rows], "numbers": {"corpus_chrf": score.score / 100}}

    write("chrf", cases(), sets())


def rouge():
    variants = ["rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"]
    scorers = {stemmer: rouge_scorer.RougeScorer(variants, use_stemmer=stemmer) for stemmer in (False, True)}

    def cases():
        for answer, references in PAIRS:
            checks = []
            for stemmer, scorer in scorers.items():
                scores = scorer.score_multi(references, answer)
                for variant in variants:
                    parameters = {"variant": variant, **({"stemmer": True} if stemmer else {})}
                    score = scores[variant]
                    checks.append(check("rouge", score.fmeasure, parameters, precision=score.precision, recall=score.recall))
            yield {"inputs": inputs(answer, references), "checks": checks}

    write("rouge", cases())


def stems():
    """Words with their stems: those of the texts, and each of many beginnings with each ending that the algorithm knows."""
    beginnings = """b sk fl tr h op cr al pl s fil fail hop tann fall hiss fizz conflat troubl siz motor relat condit rat val hesit digit
        conform radic differ vil analog vietnam predic oper feud decis hope call form sensit sensib triplic electr good reviv allow infer
        airlin gyroscop adjust defens irrit replac depend adopt homolog commun activ angular effect bowdler prob ceas controll roll geo
        theo archaeo yyy eye toy syzyg ow box enjoy spy x9 42 agre mat""".split()
    endings = """- s es ss sses ies ied eed ed ing y ly ational tional enci anci izer bli abli alli entli eli ousli ization ation ator alism
        iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement
        ment ent ion ou ism ate iti ous ive ize e ll lle alliful""".split()
    irregular = "sky skies dying lying tying news innings outing outings canning cannings howe proceed exceed succeed".split()
    words = {beginning + ending.strip("-") for beginning in beginnings for ending in endings} | set(WORDS) | set(irregular)
    stemmer = porter.PorterStemmer()
    stems = [[word, stemmer.stem(word)] for word in sorted(words)]
    with open(HERE / "stems.json", "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(pair) for pair in stems) + "\n]\n")
    print(f"stems: {len(stems)} words", file=sys.stderr)


def token_f1():
    def cases():
        for answer, references in PAIRS:
            value = max(squad_metrics.compute_f1(reference, answer) for reference in references)
            exact = max(squad_metrics.compute_exact(reference, answer) for reference in references)
            yield {"inputs": inputs(answer, references), "checks": [check("token_f1", value, exact_match=exact)]}

    write("token_f1", cases())


def edit():
    def cases():
        for answer, references in PAIRS:
            words = [reference.split() for reference in references]
            checks = []
            for name, distance in (("levenshtein", Levenshtein), ("osa", OSA)):
                extra = {"transpositions": True} if name == "osa" else {}
                similarity = max(distance.normalized_similarity(answer, reference) for reference in references)
                checks.append(check("edit_similarity", similarity, extra))
                checks.append(check("edit_distance", min(distance.distance(answer, reference) for reference in references), extra))
                similarity = max(distance.normalized_similarity(answer.split(), reference) for reference in words)
                checks.append(check("edit_similarity", similarity, {"of": "words", **extra}))
                least = min(distance.distance(answer.split(), reference) for reference in words)
                checks.append(check("edit_distance", least, {"of": "words", **extra}))
            lowered = max(Levenshtein.normalized_similarity(answer.lower(), reference.lower()) for reference in references)
            checks.append(check("edit_similarity", lowered, {"ignore_case": True}))
            yield {"inputs": inputs(answer, references), "checks": checks}

    write("edit", cases())


def texts():
    """What Python itself says of texts."""
    signs = str.maketrans("", "", "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum()))

    def cases():
        for answer, references in PAIRS:
            same = lambda normal: float(any(normal(answer) == normal(reference) for reference in references))
            lower = answer.lower()
            yield {"inputs": inputs(answer, references), "checks": [
                check("exact_match", same(lambda text: text)),
                check("exact_match", same(str.lower), {"ignore_case": True}),
                check("exact_match", same(lambda text: text.translate(signs)), {"ignore_punctuation": True}),
                check("contains", float(all(reference in answer for reference in references))),
                check("contains", float(any(reference in answer for reference in references)), {"mode": "any"}),
                check("icontains", float(all(reference.lower() in lower for reference in references))),
                check("starts_with", float(answer.startswith(tuple(references)))),
                check("ends_with", float(answer.endswith(tuple(references)))),
                check("starts_with", float(lower.startswith(tuple(map(str.lower, references)))), {"ignore_case": True}),
                check("word_count", float(len(answer.split()))),
                check("character_count", float(len(answer))),
            ]}
            word = max(references[0].split() or [""], key=len)
            yield {"inputs": inputs(answer, word), "checks": [check("contains", float(word in answer))]}

    write("texts", cases())


def patterns():
    expressions = ["^the", "cat$", r"\d+", r"[A-Z]\w+", r"(a|an) \w+", r"^\s*$", r"(?i)paris", r"\bthe\b", "e.t", "[^a-z ]", r"\.$", "(ab)+",
                   "a{2,5}", "x?y", ".", "^$", "colou?r", r"^[\s\S]*$"]

    def cases():
        for index, (answer, _) in enumerate(PAIRS):
            checks = []
            for expression in expressions[index % 3::3]:
                # Of the two only one knows that `$` may stand before a last line end, and which signs of Unicode are letters.
                if not answer.isascii() or answer.endswith("\n"):
                    continue
                found = re.search(expression, answer)
                checks.append(check("regex", float(found is not None), {"pattern": expression}))
                checks.append(check("regex", float(re.fullmatch(expression, answer) is not None), {"pattern": expression, "full": True}))
            yield {"inputs": {"answer": answer}, "checks": checks}

    write("patterns", cases())


def numbers():
    chance = random.Random(3)
    values = [0, 1, -1, 2, 0.1, 0.30000000000000004, 0.3, 1e300, 1e-300, -0.0, 1000000, 1000001, 99.5, 100, 3.14159, 22 / 7, 9007199254740993]

    def cases():
        for _ in range(150):
            one = chance.choice(values)
            other = chance.choice([one, chance.choice(values), one * (1 + chance.choice([1e-12, 1e-6, 0.01, -0.01, 0.1]))])
            checks = []
            for tolerance, relative in ((0, 0), (0.5, 0), (0, 0.01), (1e-9, 1e-9), (2, 0.1)):
                near = one == other or math.isclose(one, other, rel_tol=relative, abs_tol=tolerance)
                checks.append(check("equals", float(near), {"tolerance": tolerance, "relative_tolerance": relative}))
            yield {"inputs": inputs(one, other), "checks": checks}

    write("numbers", cases())


def is_json(text):
    def refuse(name):
        raise ValueError(name)
    try:
        json.loads(text, parse_constant=refuse)
        return True
    except ValueError:
        return False


def schemas():
    all_schemas = [
        {"type": "object", "properties": {"label": {"enum": ["billing", "bug", "other"]}, "score": {"type": "number", "minimum": 0}},
         "required": ["label"], "additionalProperties": False},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "uniqueItems": True},
        {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
        {"anyOf": [{"type": "null"}, {"type": "boolean"}, {"const": 5}]},
        {"oneOf": [{"type": "number", "multipleOf": 3}, {"type": "number", "multipleOf": 5}]},
        {"type": "object", "patternProperties": {"^x-": {"type": "string"}}, "minProperties": 1},
        {"$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "id": {"type": "integer"}}, "required": ["id"]}},
         "$ref": "#/$defs/node"},
        {"not": {"type": "string"}, "if": {"type": "array"}, "then": {"contains": {"const": 1}}},
        {"type": ["integer", "string"], "exclusiveMaximum": 10},
        {"prefixItems": [{"type": "string"}, {"type": "number"}], "items": False},
    ]
    texts = ['{"label": "bug"}', '{"label": "spam"}', '{"label": "bug", "score": -1}', '{"label": "bug", "extra": 1}', "{}", "[]", "[1, 2, 3]",
             "[1, 1]", "[1, 2.0]", "[1.5]", "[1, 2, 3, 4]", '"ab"', '"a"', '"abcde"', '"AB"', '"日本"', '"🙂🙂"', "null", "true", "5", "5.0", "15", "9",
             "10", "7", "-3", "1e2", '{"x-a": "b"}', '{"x-a": 1}', '{"id": 1, "next": {"id": 2}}', '{"id": 1, "next": {"id": "2"}}',
             '["a", 1]', '["a", 1, 2]', '["a"]', "{'a': 1}", '{"a": 1,}', "[1 2]", "", " ", "nul", "01", "1.", ".5", "+1", "NaN", "Infinity",
             '"\\u00e9"', '"\\x"', '"tab\t"', "[[[[]]]]", '{"a": 1} x', "true false", '{"a"}', "\"", "1 ", " [1] ", "\ufeff1"]

    def cases():
        for text in texts:
            valid = is_json(text)
            checks = [check("is_json", float(valid))]
            for schema in all_schemas:
                fits = valid and jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
                checks.append(check("json_schema", float(fits), {"schema": schema}))
                checks.append(check("is_json", float(fits), {"schema": schema}))
            yield {"inputs": {"answer": text}, "checks": checks}

    write("schemas", cases())


def lists():
    chance = random.Random(5)
    items = ["red", "green", "blue", "Red", "1", "日本", "🙂", "", "a b"]

    def cases():
        for _ in range(120):
            one = [chance.choice(items) for _ in range(chance.randint(0, 6))]
            other = [chance.choice(items) for _ in range(chance.randint(0, 6))]
            coded = MultiLabelBinarizer(classes=sorted(set(items))).fit_transform([set(one), set(other)])
            answer, expected = coded[:1], coded[1:]
            told = {"average": "samples", "zero_division": 1}
            both_empty = not one and not other
            # Where one of the two is empty, scikit-learn's `zero_division` speaks of parts that are 0 here.
            precision = float(both_empty) if not one else sklearn.metrics.precision_score(expected, answer, **told)
            recall = float(both_empty) if not other else sklearn.metrics.recall_score(expected, answer, **told)
            f1 = sklearn.metrics.f1_score(expected, answer, **told)
            jaccard = sklearn.metrics.jaccard_score(expected, answer, **told)
            first, second = collections.Counter(one), collections.Counter(other)
            shared, all_items = (first & second).total(), first.total() + second.total()
            yield {"inputs": inputs(one, other), "checks": [
                check("list_overlap", f1, precision=precision, recall=recall, jaccard=jaccard),
                check("jaccard", jaccard),
                check("set_equals", float(set(one) == set(other))),
                check("list_overlap", 2 * shared / all_items if all_items else 1.0, {"duplicates": True}),
            ]}

    write("lists", cases())


def classification():
    chance = random.Random(11)

    def sets():
        for number in range(100):
            labels = ["billing", "bug", "other", "ünï", "日本", "spam"][:chance.randint(1, 6)]
            rows = [(chance.choice(labels), chance.choice(labels)) for _ in range(chance.choice([1, 2, 5, 20, 60]))]
            rows = [(expected if chance.random() < number / 120 else answer, expected) for answer, expected in rows]
            answers, expected = [row[0] for row in rows], [row[1] for row in rows]
            told = {"zero_division": 0}
            known = sorted(set(answers) | set(expected))
            numbers = {"accuracy": sklearn.metrics.accuracy_score(expected, answers)}
            for average in ("macro", "micro", "weighted"):
                parts = sklearn.metrics.precision_recall_fscore_support(expected, answers, average=average, **told)
                numbers.update(zip((f"precision_{average}", f"recall_{average}", f"f1_{average}"), parts[:3]))
            numbers["balanced_accuracy"] = sklearn.metrics.balanced_accuracy_score(expected, answers)
            numbers["cohen_kappa"] = sklearn.metrics.cohen_kappa_score(expected, answers)
            numbers["matthews_correlation"] = sklearn.metrics.matthews_corrcoef(expected, answers)
            parameters = {}
            if number % 2:
                parameters["positive"] = known[0]
                parts = sklearn.metrics.precision_recall_fscore_support(expected, answers, labels=[known[0]], average=None, **told)
                numbers.update(precision=parts[0][0], recall=parts[1][0], f1=parts[2][0])
            classes = sklearn.metrics.precision_recall_fscore_support(expected, answers, labels=known, average=None, **told)
            confusion = {"labels": known, "counts": sklearn.metrics.confusion_matrix(expected, answers, labels=known).tolist(),
                         "precision": classes[0].tolist(), "recall": classes[1].tolist(), "f1": classes[2].tolist(), "support": [int(count) for count in classes[3]]}
            numbers = {name: plain(value) for name, value in numbers.items()}
            yield {"scorer": "classification", "parameters": parameters, "rows": [inputs(*row) for row in rows], "numbers": numbers,
                   "confusion": confusion}

    write("classification", sets=sets())


def regression():
    chance = random.Random(13)

    def sets():
        for number in range(100):
            scale = chance.choice([1, 1, 128, 1e6, 2**-9])
            count = chance.choice([1, 2, 3, 10, 50])
            expected = [round(chance.gauss(5, 3) * scale, 6) for _ in range(count)]
            if number % 10 == 0:
                # Such a mean is exact, so that nothing is left of the squares around it.
                expected = [4.0 * scale] * count
            answers = [value if number % 20 == 0 else round(value + chance.gauss(0, 1) * scale, 6) for value in expected]
            numbers = {
                "mean_absolute_error": sklearn.metrics.mean_absolute_error(expected, answers),
                "mean_squared_error": sklearn.metrics.mean_squared_error(expected, answers),
                "root_mean_squared_error": sklearn.metrics.root_mean_squared_error(expected, answers),
                "mean_absolute_percentage_error": sklearn.metrics.mean_absolute_percentage_error(expected, answers),
                "max_error": sklearn.metrics.max_error(expected, answers),
                "mean_error": numpy.mean(numpy.array(answers) - numpy.array(expected)),
            }
            if count > 1:
                numbers["r2"] = sklearn.metrics.r2_score(expected, answers)
                if len(set(expected)) > 1 and len(set(answers)) > 1:
                    numbers["pearson_correlation"] = numpy.corrcoef(expected, answers)[0, 1]
            numbers = {name: plain(value) for name, value in numbers.items()}
            yield {"scorer": "absolute_error", "rows": [inputs(*row) for row in zip(answers, expected)], "numbers": numbers}

    write("regression", sets=sets())


def ranking():
    chance = random.Random(17)
    everything = [f"d{number}" for number in range(12)]

    def cases():
        for _ in range(150):
            answer = chance.sample(everything, chance.randint(1, 12))
            gains = {item: chance.choice([1, 1, 2, 3]) for item in chance.sample(everything, chance.randint(1, 5))}
            relevant = set(gains)
            # Found items by falling score; those that were not found come behind all that were, and count for nothing.
            order = answer + [item for item in everything if item not in answer]
            scores = [[-order.index(item) for item in everything]]
            truth = [[gains.get(item, 0) for item in everything]]
            binary = [[int(item in relevant) for item in everything]]
            checks = []
            for k in (1, 3, 10):
                hits = len(relevant & set(answer[:k]))
                checks.append(check("recall_at_k", hits / len(relevant), {"k": k}))
                checks.append(check("precision_at_k", hits / k, {"k": k}))
                checks.append(check("hit_at_k", float(hits > 0), {"k": k}))
                if k <= len(answer):
                    checks.append(check("ndcg", sklearn.metrics.ndcg_score(truth, scores, k=k, ignore_ties=True), {"k": k}))
                    powers = [[2 ** gain - 1 for gain in truth[0]]]
                    exponential = sklearn.metrics.ndcg_score(powers, scores, k=k, ignore_ties=True)
                    checks.append(check("ndcg", exponential, {"k": k, "gain": "exponential"}))
            if relevant <= set(answer):
                checks.append(check("average_precision", sklearn.metrics.average_precision_score(binary[0], scores[0])))
            first = next((place for place, item in enumerate(answer) if item in relevant), None)
            if first is not None:
                one = [[int(item == answer[first]) for item in everything]]
                checks.append(check("reciprocal_rank", sklearn.metrics.label_ranking_average_precision_score(one, scores)))
            else:
                checks.append(check("reciprocal_rank", 0.0))
            yield {"inputs": inputs(answer, gains), "checks": checks}
        # All that is relevant is found, as scikit-learn takes it: for average precision, and for gains of few.
        for _ in range(100):
            answer = chance.sample(everything, chance.randint(10, 12))
            gains = {item: chance.choice([1, 1, 2, 3]) for item in chance.sample(answer, chance.randint(1, 5))}
            scores = [-answer.index(item) if item in answer else -99 for item in everything]
            truth = [[gains.get(item, 0) for item in everything]]
            powers = [[2 ** gain - 1 for gain in truth[0]]]
            binary = [int(item in gains) for item in everything]
            checks = [check("average_precision", sklearn.metrics.average_precision_score(binary, scores))]
            for gain, parameters in ((truth, {"k": 10}), (powers, {"k": 10, "gain": "exponential"})):
                checks.append(check("ndcg", sklearn.metrics.ndcg_score(gain, [scores], k=10, ignore_ties=True), parameters))
            yield {"inputs": inputs(answer, gains), "checks": checks}

    write("ranking", cases())


def vectors():
    chance = random.Random(19)

    def cases():
        for number in range(110):
            size = chance.choice([1, 2, 3, 8, 32])
            one = [round(chance.gauss(0, 1), 6) for _ in range(size)]
            other = one if number % 10 == 0 else [round(chance.gauss(0, 1), 6) for _ in range(size)]
            if number % 25 == 1:
                other = [0.0] * size
            distance = sklearn.metrics.pairwise.euclidean_distances([one], [other])[0, 0] if one != other else 0.0
            distance = math.dist(one, other) if abs(distance - math.dist(one, other)) < 1e-6 else math.nan
            yield {"inputs": inputs(one, other), "checks": [
                check("similar", sklearn.metrics.pairwise.cosine_similarity([one], [other])[0, 0]),
                check("similar:euclidean", 1 / (1 + distance)),
            ]}

    write("vectors", cases())


def tool_calls():
    chance = random.Random(23)
    names = ["search", "fetch", "mail"]

    def call():
        return {"name": chance.choice(names), "arguments": {key: chance.choice([1, 2, "x"]) for key in chance.sample(["a", "b", "c"], chance.randint(0, 2))}}

    def cases():
        for _ in range(120):
            expected = [call() for _ in range(chance.randint(0, 4))]
            answer = [chance.choice(expected) if expected and chance.random() < 0.6 else call() for _ in range(chance.randint(0, 4))]
            checks = []
            for arguments in ("exact", "subset", "ignore"):
                def same(one, other):
                    if arguments == "ignore":
                        return one["name"] == other["name"]
                    if arguments == "subset":
                        return one["name"] == other["name"] and other["arguments"].items() <= one["arguments"].items()
                    return one == other
                if answer and expected:
                    fits = csr_matrix([[int(same(one, other)) for one in answer] for other in expected])
                    matched = int((maximum_bipartite_matching(fits) >= 0).sum())
                else:
                    matched = 0
                size = len(answer) + len(expected)
                checks.append(check("tool_calls", 2 * matched / size if size else 1.0, {"arguments": arguments}))
            yield {"inputs": inputs(answer, expected), "checks": checks}

    write("tool_calls", cases())


# Those that are named, or all of them.
NAMED = sys.argv[1:]
for record in (bleu, chrf, rouge, stems, token_f1, edit, texts, patterns, numbers, schemas, lists, classification, regression, ranking, vectors, tool_calls):
    if not NAMED or record.__name__ in NAMED:
        record()
