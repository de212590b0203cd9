"""From measurements to a table: medians over the rounds, ratios, shares of the machine."""

import statistics

from . import operators
from .workloads import WORKLOADS, minimum_bytes


def _time(seconds):
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _middle(records, key):
    values = [record[key] for record in records if record.get(key) is not None]
    return statistics.median(values) if values else None


def rows(records, machine):
    """A dictionary per row: every peer's figures, and nnc's against the best of the others."""
    cells = {}
    for record in records:
        cells.setdefault(tuple(record[key] for key in ("row", "mode", "batch", "threads")), []).append(record)
    for (name, mode, batch, threads), here in cells.items():
        peers = {}
        for peer in dict.fromkeys(record["peer"] for record in here):
            good = [r for r in here if r["peer"] == peer and "error" not in r]
            if good:
                peers[peer] = {
                    key: _middle(good, key)
                    for key in ("median_s", "compile_s", "first_s", "rss_bytes", "artefact_bytes", "parameters", "flops", "max_error")
                }
                peers[peer] |= {"min_s": min(r["min_s"] for r in good), "rounds": len(good)}
        row = {"row": name, "mode": mode, "batch": batch, "threads": threads, "peers": peers}
        row["errors"] = {r["peer"]: r["error"] for r in here if "error" in r}
        others = {peer: facts["median_s"] for peer, facts in peers.items() if peer != "nnc"}
        if others:
            row["best_peer"] = min(others, key=others.get)
        if "nnc" in peers:
            mine, limit = peers["nnc"], machine[str(threads)]
            if others:
                row["ratio"] = others[row["best_peer"]] / mine["median_s"]
            row["gflops"] = (operators.flops(name, batch) if name in operators.CASES else mine["flops"]) / mine["median_s"] / 1e9
            row["peak_share"] = row["gflops"] / limit["gflops"]
            if name in operators.CASES:
                moved = operators.bytes_moved(name, mode, batch)
            else:
                moved = minimum_bytes(name, mode, mine["parameters"])
            row["bandwidth_share"] = moved / mine["median_s"] / 1e9 / limit["gbytes"]
        counts = {facts["parameters"] for facts in peers.values() if facts["parameters"] is not None}
        row["parameters_agree"] = len(counts) <= 1
        yield row


def _mean(ratios):
    return statistics.geometric_mean(ratios) if ratios else None


def means(table):
    return {
        mode: _mean([row["ratio"] for row in table if row["mode"] == mode and "ratio" in row])
        for mode in ("train", "infer")
    }


def _cell(value, form):
    return "–" if value is None else form(value)


def markdown(table, machine):
    lines = ["Measured limits of the machine:", ""]
    for threads, limit in machine.items():
        lines.append(
            f"- {threads} thread{'s' * (threads != '1')}: {limit['gflops']:.0f} GFLOP/s of float32 multiply-adds, "
            f"{limit['gbytes']:.1f} GB/s (triad)"
        )
    lines += [
        "",
        "Times are median (minimum); the ratio is the best peer's median over nnc's: above 1, nnc is ahead.",
        "The share of bandwidth counts only the parameters and slots, once each way; above 100 % they stay in cache.",
        "",
    ]
    peers = list(dict.fromkeys(peer for row in table for peer in row["peers"]))
    lines.append("| row | batch | threads | " + " | ".join(peers) + " | ratio | best peer | GFLOP/s | of peak | of bandwidth |")
    lines.append("|---" * (len(peers) + 8) + "|")
    for row in table:
        times = [
            f"{_time(row['peers'][p]['median_s'])} ({_time(row['peers'][p]['min_s'])})"
            if p in row["peers"]
            else ("failed" if p in row["errors"] else "–")
            for p in peers
        ]
        lines.append(
            f"| {row['row']} {row['mode']} | {row['batch']} | {row['threads']} | " + " | ".join(times) + " | "
            + _cell(row.get("ratio"), lambda r: f"**{r:.2f}**") + " | " + row.get("best_peer", "–") + " | "
            + _cell(row.get("gflops"), lambda g: f"{g:.3g}") + " | "
            + _cell(row.get("peak_share"), lambda s: f"{s:.0%}") + " | "
            + _cell(row.get("bandwidth_share"), lambda s: f"{s:.0%}") + " |"
        )
    for mode, mean in means(table).items():
        if mean:
            lines += ["", f"Geometric mean of the ratios, {mode}: {mean:.2f}."]
    lines += ["", "| row | batch | threads | peer | compile | start to first result | peak RSS | artefact | parameters | error |", "|---" * 10 + "|"]
    for row in table:
        for peer, facts in row["peers"].items():
            lines.append(
                f"| {row['row']} {row['mode']} | {row['batch']} | {row['threads']} | {peer} | "
                + _cell(facts["compile_s"], _time) + " | " + _cell(facts["first_s"], _time) + " | "
                + _cell(facts["rss_bytes"], lambda b: f"{b / 2**20:.0f} MiB") + " | "
                + _cell(facts["artefact_bytes"], lambda b: f"{b / 2**10:.0f} KiB") + " | "
                + _cell(facts["parameters"], lambda n: f"{n:.0f}") + " | "
                + _cell(facts["max_error"], lambda e: f"{e:.1e}") + " |"
            )
    for row in table:
        if not row["parameters_agree"]:
            lines += ["", f"{row['row']} {row['mode']}: the peers differ in their number of parameters."]
        for peer, error in row["errors"].items():
            last = error.strip().splitlines()[-1][:160] if error.strip() else "no message"
            lines += ["", f"{row['row']} {row['mode']}, {row['threads']} threads, {peer}: {last}"]
    titles = "; ".join(f"{name} {workload.title}" for name, workload in WORKLOADS.items())
    return "\n".join(lines + ["", titles + "."]) + "\n"
