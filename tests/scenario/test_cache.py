"""planwise cache: what it holds, and that it never serves what is old."""

import os


def simulated(shell):
    shell.ok("census", "generate", "--people", "300", "--out", "census.csv")
    shell.ok("simulate", "--census", "census.csv", "--years", "2025-2026", "--save-to", "years.duckdb")


def test_an_empty_cache_is_not_made_by_looking_at_it(shell):
    stats = shell.json("cache", "stats")
    assert stats["entries"] == 0 and stats["limit_bytes"] == 500_000_000
    assert shell.json("cache", "clear") == {"dropped": 0}
    assert not (shell.folder / "cache").exists()


def test_fault_6_warm_fills_it_clear_empties_it_and_it_is_private(shell):
    simulated(shell)
    assert shell.json("--simulation", "years.duckdb", "cache", "warm")["computed"] >= 2
    stats = shell.json("cache", "stats")
    assert stats["entries"] >= 2 and 0 < stats["bytes"] <= stats["limit_bytes"]
    assert os.stat(shell.folder / "cache").st_mode & 0o777 == 0o700
    for entry in (shell.folder / "cache").iterdir():
        assert entry.stat().st_mode & 0o077 == 0
    assert shell.json("--simulation", "years.duckdb", "cache", "warm")["computed"] == 0
    assert shell.json("cache", "clear")["dropped"] == stats["entries"]
    assert shell.json("cache", "stats")["entries"] == 0


def test_every_form_of_output(shell):
    assert "limit_bytes" in shell.ok("cache", "stats")
    assert shell.ok("cache", "stats", "--output", "csv").startswith("folder,entries")
    assert shell.ok("cache", "stats", "--output", "jsonl").count("\n") == 1


def test_warm_without_a_simulation_says_how_to_name_one(shell):
    done = shell.run("cache", "warm")
    assert done.returncode == 2 and "--simulation" in done.stderr


def test_a_damaged_entry_is_never_served(shell):
    simulated(shell)
    summary = shell.ok("--simulation", "years.duckdb", "summary", "--year", "2025", "--output", "json")
    for entry in (shell.folder / "cache").iterdir():
        if entry.stat().st_size > 200:
            data = bytearray(entry.read_bytes())
            data[-5] ^= 255
            entry.write_bytes(data)
    assert shell.ok("--simulation", "years.duckdb", "summary", "--year", "2025", "--output", "json") == summary
