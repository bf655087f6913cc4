"""All figures of a run: kept one JSON line each as they come, read back as medians.

The file's first line describes the machine; it is all that a report needs.
"""

import json
import statistics


class Results:
    def __init__(self, machine):
        self.machine = machine
        self.records = []

    @classmethod
    def read(cls, path):
        with open(path) as file:
            lines = [json.loads(line) for line in file]
        results = cls(lines[0]["machine"])
        results.records = lines[1:]
        return results

    def write_head(self, file):
        print(json.dumps({"machine": self.machine}), file=file, flush=True)

    def add(self, file, engine, mtu, round_number, figure, value, remark=""):
        record = {"engine": engine, "mtu": mtu, "round": round_number, "figure": figure,
                  "value": value, "remark": remark}
        self.records.append(record)
        print(json.dumps(record), file=file, flush=True)

    def of(self, engine, mtu, figure):
        """Records of one figure, one for each round."""
        wanted = (engine, mtu, figure)
        return [r for r in self.records if (r["engine"], r["mtu"], r["figure"]) == wanted]

    def values(self, engine, mtu, figure):
        return [r["value"] for r in self.of(engine, mtu, figure) if r["value"] is not None]

    def median(self, engine, mtu, figure):
        """None where nothing was measured."""
        values = self.values(engine, mtu, figure)
        return statistics.median(values) if values else None

    def ratio(self, engine, mtu, figure, to="copy"):
        """The median relative to another engine's of the same run; None where either lacks."""
        value, reference = self.median(engine, mtu, figure), self.median(to, mtu, figure)
        return value / reference if value is not None and reference else None

    def remarks(self, engine, mtu, figure):
        return sorted({r["remark"] for r in self.of(engine, mtu, figure) if r["remark"]})

    def mtus(self):
        return sorted({r["mtu"] for r in self.records if r["mtu"] is not None})

    def engines(self, mtu):
        return {r["engine"] for r in self.records if r["mtu"] == mtu}
