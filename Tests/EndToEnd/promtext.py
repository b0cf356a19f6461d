"""The text format of Prometheus, parsed strictly."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
KINDS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count"),
         "info": ("_info",), "summary": ("", "_sum", "_count")}


class Metrics:
    """The samples of a page, by name and labels."""

    def __init__(self, page: str):
        self.families: dict[str, str] = {}
        self.samples: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        assert page.endswith("\n")
        lines = page.split("\n")[:-1]
        self.is_open = lines[-1] == "# EOF"
        self.family = None
        for line in lines[:-1] if self.is_open else lines:
            self._header(line) if line.startswith("#") else self._sample(line)
        self._check_histograms()

    def _header(self, line: str) -> None:
        _, keyword, name, rest = line.split(" ", 3)
        assert NAME.fullmatch(name), line
        if keyword == "HELP":
            assert name not in self.families, f"{name} is begun twice"
            assert rest, line
            self.family = name
            self.families[name] = "?"
        else:
            assert keyword == "TYPE" and name == self.family and rest in KINDS, line
            self.families[name] = rest

    def _sample(self, line: str) -> None:
        name, labels, number = re.fullmatch(r"([^{ ]+)(?:\{(.*)\})? (\S+)", line).groups()
        kind = self.families[self.family]
        if self.is_open or kind in ("histogram", "summary"):
            assert name in {self.family + suffix for suffix in KINDS[kind]}, line
        else:
            assert name == self.family, line
            assert (kind == "counter") == name.endswith("_total"), line
        pairs = LABEL.findall(labels or "")
        assert ",".join(f'{key}="{value}"' for key, value in pairs) == (labels or ""), line
        key = (name, tuple(sorted(pairs)))
        assert key not in self.samples, f"twice: {line}"
        self.samples[key] = float(number)
        assert self.samples[key] >= 0, line

    def _check_histograms(self) -> None:
        for (name, labels), count in self.samples.items():
            base = name.removesuffix("_count")
            if self.families.get(base) != "histogram" or base == name:
                continue
            buckets = [(dict(key)["le"], value) for (bucket, key), value in self.samples.items()
                       if bucket == base + "_bucket"
                       and tuple(pair for pair in key if pair[0] != "le") == labels]
            bounds = [float(bound) for bound, _ in buckets]
            assert bounds == sorted(bounds) and bounds[-1] == float("inf"), name
            values = [value for _, value in buckets]
            assert values == sorted(values) and values[-1] == count, name

    def __getitem__(self, name: str) -> float:
        return self.sum(name)

    def sum(self, name: str, **labels: str) -> float:
        """Of all samples of that name with those labels (`class_` for `class`)."""
        wanted = {(key.rstrip("_"), value) for key, value in labels.items()}
        found = [value for (sample, pairs), value in self.samples.items()
                 if sample == name and wanted <= set(pairs)]
        return sum(found)

    def has(self, name: str, **labels: str) -> bool:
        wanted = {(key.rstrip("_"), value) for key, value in labels.items()}
        return any(sample == name and wanted <= set(pairs) for sample, pairs in self.samples)
