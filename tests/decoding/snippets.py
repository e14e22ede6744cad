"""Beginnings of ordinary code, for backends to continue."""

from __future__ import annotations

PYTHON = (
    "import os\n\n\ndef last(folder):\n    names = os.listdir(folder)\n    return max(names, key=",
    "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n",
    "def mean(values):\n    total = 0\n    for value in values:\n        total +=",
    "with open(path, encoding='utf-8') as stream:\n    for line in stream:\n        line = line.",
    "try:\n    number = int(text)\nexcept ValueError:\n    ",
    "def is_prime(n: int) -> bool:\n    if n < 2:\n        return False\n    for i in range(2, ",
    "from collections import defaultdict\n\ngroups = defaultdict(list)\nfor word in words:\n",
    "@property\ndef area(self):\n    return self.width * self.",
    'parser = argparse.ArgumentParser(description="Count lines")\nparser.add_argument(',
    "async def fetch(session, url):\n    async with session.get(url) as response:\n        return ",
    "x = [row[0] for row in rows if row]\ny = {key: value for ",
    "def test_empty_queue_is_falsy():\n    queue = Queue()\n    assert not queue\n    ",
)

JAVA = (
    "public class Counter {\n    private int count;\n\n    public int getCount() {\n        ",
    "for (int i = 0; i < names.length; i++) {\n    String name = names[i];\n    if (name == ",
    "List<String> lines = new ArrayList<>();\nwhile ((line = reader.readLine()) != null) {\n    ",
    "try {\n    return Long.parseLong(text);\n} catch (NumberFormatException e) {\n    throw new ",
    "/**\n * Returns the larger of two values.\n */\npublic static int max(int a, int b) {\n",
    "Map<String, Integer> counts = new HashMap<>();\nfor (String word : words) {\n    counts.",
    "@Override\npublic boolean equals(Object other) {\n    if (this == other) {\n        ",
    "package com.example.shop;\n\nimport java.util.List;\nimport java.util.",
    "private static final Logger LOG = LoggerFactory.getLogger(",
    "switch (kind) {\n    case OPEN:\n        return '(';\n    case ",
)
