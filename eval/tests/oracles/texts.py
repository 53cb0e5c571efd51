"""Pairs of texts for the recordings: written by hand where something can go wrong, and drawn from a fixed seed."""

import random

# An answer and one or more references.
WRITTEN = [
    ("", [""]),
    ("", ["the cat"]),
    ("the cat", [""]),
    ("   ", [" \t\n"]),
    ("the", ["a"]),
    ("a an the", ["the an a"]),
    ("The cat sat on the mat.", ["the cat sat on the mat"]),
    ("The cat sat on the mat.", ["The cat sat on the mat."]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("It is a guide to action which ensures that the military always obeys the commands of the party.",
     ["It is a guide to action that ensures that the military will forever heed Party commands.",
      "It is the guiding principle which guarantees the military forces always being under the command of the Party.",
      "It is the practical guide for the army always to heed the directions of the party."]),
    ("Paris", ["Paris", "paris, France"]),
    ("Denver Broncos", ["The Denver Broncos!", "broncos"]),
    ("1,234.56", ["1234.56", "1,234.56"]),
    ("v2.0-beta", ["v2.0 - beta"]),
    ("state-of-the-art", ["state of the art"]),
    ("end-\nof-line", ["endof-line"]),
    ("one\ntwo\nthree", ["one\nthree", "three\ntwo"]),
    ("first line here\n\nsecond line there", ["first line there\nsecond line here\nthird"]),
    ("\n\n", ["\n"]),
    ("Tom &amp; Jerry &lt;3 &quot;cheese&quot; &gt; all", ["Tom & Jerry <3 \"cheese\" > all"]),
    ("a <skipped> b", ["a b"]),
    ("$5.99, 10% off; 3-4 days (max.)", ["$5.99 10% off, 3 - 4 days max"]),
    ("U.S.A. vs. U.K.", ["USA vs UK", "U.S.A. vs U.K."]),
    ("don't can't won't", ["dont cant wont"]),
    ("don’t “quote” me—ever…", ["don't \"quote\" me - ever..."]),
    ("the’cat an’dog a·b", ["’cat ’dog ·b"]),
    ("the\u2019s a\u0301 a\u200b", ["s a\u0301"]),
    ("\u0130stanbul", ["istanbul", "i\u0307stanbul"]),
    ("STRASSE", ["straße", "strasse"]),
    ("ΟΔΟΣ ΣΑΣ", ["οδος σας"]),
    ("\u212aelvin", ["kelvin"]),
    ("Ünïcödé ÉTÉ", ["ünïcödé été", "unicode ete"]),
    ("e\u0301te\u0301", ["été"]),
    ("今天天气很好。", ["今天的天气不错。", "今天天气很好"]),
    ("東京は日本の首都です", ["日本の首都は東京です。"]),
    ("안녕하세요 세계", ["안녕 세계"]),
    ("Привет, мир!", ["привет мир"]),
    ("مرحبا بالعالم", ["مرحبا يا عالم"]),
    ("नमस्ते दुनिया", ["नमस्ते संसार"]),
    ("👍👍🏽 great 🎉", ["👍 great 🎉🎉"]),
    ("👩‍👩‍👧‍👦", ["👩👩👧👦"]),
    ("①②③ ⅣⅤ ½ x²", ["123 45 ½ x2"]),
    ("Ⓐ the Ⓑ", ["Ⓐ Ⓑ"]),
    ("x\u00a0y\u3000z\x1cw\x85v", ["x y z w v"]),
    ("tab\tseparated\x0bvalues\x0c", ["tab separated values"]),
    ("zero\u200bwidth", ["zerowidth"]),
    ("100€ £20 ¥3000 ₿1", ["100 € 20 £ 3000 ¥"]),
    ("«guillemets» ¿qué? ¡sí!", ["guillemets que si"]),
    ("a+b=c; x<y>z|w~`^_\\", ["a + b = c ; x < y > z"]),
    ("[link](http://example.example/a_b?c=d&e=f#g)", ["link http://example.example/a_b"]),
    ("```json\n{\"a\": 1}\n```", ["{\"a\": 1}"]),
    ("yes", ["Yes.", "no"]),
    ("no", ["yes"]),
    ("A", ["a"]),
    (".", [","]),
    ("...", ["…"]),
    ("-", ["–"]),
    ("a a a b b c", ["a b b b c c"]),
    ("running runners ran easily, relational conditional rationally", ["run runner runs easy relate condition rational"]),
    ("The studies were generously funded by agencies; flying dying skies news", ["study generous fund agency fly die sky new"]),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaaaaaaaaaaaaaab"]),
    ("kitten", ["sitting"]),
    ("ca", ["abc"]),
    ("abcdef", ["badcfe"]),
    ("(hi) 'quoted' well-known, end.", ["hi quoted well known end"]),
    ("ends with space ", ["ends with space"]),
]

WORDS = """the a an of to in and is that it was for on are with his they at be this from have or by one had not but what all were
when we there can use your which said each she how their will other about out many then them these some her would make like him into
time has look two more write go see number no way could people my than first water been call who oil its now find long down day did
get come made may part billing refund ticket customer crashes login password reset invoice shipping delayed broken screen update
running quickly studies happily relational nation national conditional formal activate effective hopefulness""".split()
SPICE = ["", "", "", "", ",", ".", "!", "?", ";", ":", "'s", "…", "—", "-", "%", "(", ")", "\"", " 3.14", " 1,000", " 42", "é", "ß", "日本",
         "🙂", "’", " $5", "/", "&", "\n", "\u00a0"]


def drawn(count, seed):
    chance = random.Random(seed)
    for _ in range(count):
        length = chance.choice([1, 2, 3, 5, 8, 13, 21, 40])
        reference = [chance.choice(WORDS) + chance.choice(SPICE) for _ in range(length)]

        def changed():
            words = list(reference)
            for _ in range(chance.randint(0, max(1, length // 2))):
                place = chance.randrange(len(words) + 1)
                what = chance.randrange(5)
                if what == 0:
                    words.insert(place, chance.choice(WORDS) + chance.choice(SPICE))
                elif what == 1 and words:
                    words.pop(min(place, len(words) - 1))
                elif what == 2 and words:
                    place = min(place, len(words) - 1)
                    words[place] = words[place].title()
                elif what == 3 and len(words) > 1:
                    place = min(place, len(words) - 2)
                    words[place], words[place + 1] = words[place + 1], words[place]
                elif words:
                    words[min(place, len(words) - 1)] = chance.choice(WORDS)
            return " ".join(words)

        references = [" ".join(reference)] + [changed() for _ in range(chance.choice([0, 0, 0, 1, 2]))]
        yield changed(), references


def pairs():
    return WRITTEN + list(drawn(90, 7))
