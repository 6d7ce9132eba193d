"""Exit statuses, help, wrong usage and completion."""

import json
import re
import subprocess

import pytest
from conftest import BINARY, ROOT, sample_run

COMMANDS = ["setup", "save", "list", "show", "compare", "export", "import", "inspect", "history", "diff", "revise", "annotate", "lock", "unlock", "delete",
            "archive", "unarchive", "verify", "health", "sql", "completion", "exports", "store move", "store backup", "store restore", "store spool",
            "store migrate", "summary", "simulate", "quality", "bridge",
            "distribution", "drill", "trash list", "trash restore", "trash purge", "audit log", "audit seal", "audit prove"]


def statuses():
    page = (ROOT / "docs/exit-status.md").read_text(encoding="utf-8")
    return {name: int(number) for number, name in re.findall(r"^\| (\d+) \| (\w+) \|", page, re.MULTILINE)}


def test_every_error_code_has_a_status_of_its_own():
    header = (ROOT / "include/planwise/error.h").read_text(encoding="utf-8")
    codes = re.findall(r"ErrorCode::(\w+)", header[header.index("all_error_codes"):header.index("};", header.index("all_error_codes"))])
    table = statuses()
    assert set(table) == set(codes)
    assert len(set(table.values())) == len(codes) and all(2 <= status < 64 for status in table.values())
    source = (ROOT / "apps/cli/session.cpp").read_text(encoding="utf-8")
    assert {name: int(number) for name, number in re.findall(r"case ErrorCode::(\w+):\s*return (\d+);", source)} == table


def test_the_help_names_every_status(shell):
    text = shell.ok("--help")
    for name, number in statuses().items():
        assert re.search(rf"\b{number} {name.split('_')[0]}", text.replace("input/output", "io")), name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_examples_and_fits_a_page(shell, command):
    text = shell.ok(*command.split(), "--help")
    assert "Examples:\n  " in text
    assert "Usage: planwise " + command in text
    head = text[:text.index("Examples:")]
    assert all(len(line) <= 100 for line in head.splitlines()), text


def test_wrong_usage_is_told_with_what_was_meant(shell):
    assert "did you mean compare?" in shell.run("comapre").stderr
    assert "did you mean restore?" in shell.run("trash", "restor").stderr
    for args in ((), ("lst",), ("list", "--bogus"), ("list", "--limit", "0"), ("list", "--limit", "9x"), ("list", "--wait", "nan"), ("sql", "SELECT 1", "--timeout", "1e300"),
                 ("show",), ("--log-level", "loud", "list"), ("completion", "tcsh"), ("diff", "x", "0", "1")):
        done = shell.run(*args)
        assert done.returncode == 64 and done.stdout == "" and done.stderr.startswith("planwise: ") and "hint: " in done.stderr, args


def test_options_stand_before_or_after_the_command(shell):
    shell.save(sample_run())
    assert shell.ok("--output", "jsonl", "list") == shell.ok("list", "--output", "jsonl")
    assert shell.ok("--db", "planwise.duckdb", "store", "--output", "json", "spool") == "[]\n"
    assert shell.ok("list", env={"PLANWISE_DB": "planwise.duckdb"})
    assert shell.run("list", env={"PLANWISE_DB": "other.duckdb"}).returncode == 3


def test_an_error_has_a_hint_and_as_json_all_of_it(shell):
    run_id = shell.save(sample_run())
    shell.ok("lock", run_id)
    assert "unlock" in shell.run("delete", run_id).stderr
    error = json.loads(shell.run("list", "--db", "none.duckdb", "--output", "json").stderr)["error"]
    assert error["code"] == "not_found" and error["exit_status"] == 3 and "setup" in error["hint"]


def test_a_beginning_of_an_id_names_a_run_when_it_is_the_only_one(shell):
    for name in ("merit-2026-a", "merit-2026-b", "cola-2026"):
        run = sample_run()
        run["metadata"]["run_id"] = name
        shell.save(run)
    assert shell.json("show", "cola-2")["metadata"]["run_id"] == "cola-2026"
    done = shell.run("show", "merit-2026")
    assert done.returncode == 2 and "merit-2026-a, merit-2026-b" in done.stderr
    assert shell.run("show", "cola").returncode == 3, "fewer than 6 characters are a whole id"
    shell.ok("delete", "cola-2026")
    shell.ok("trash", "restore", "cola-2")
    assert shell.run("lock", "cola-2", "merit-2026").returncode == 2
    assert not shell.json("list", "locked:true")["runs"], "nothing is locked when one of the names is ambiguous"


def test_odd_texts_arrive_as_they_are(shell):
    for name in ("[a,b]", "[]", "-x", "a b", "é", "[c"):
        assert shell.ok("save", f"--id={name}", "--scenario", "odd").strip() == name
        assert json.loads(shell.ok("--output", "json", "show", "--", name))["metadata"]["run_id"] == name
    shell.ok("lock", "[a,b]", "[]")
    assert shell.json("list", "locked:true")["total"] == 2
    run_id = shell.ok("save", "--scenario", "odd", "--tag", "[a,b]", "--description=", "--param", "cola_rate=0.02", "--justification=[x]").strip()
    metadata = shell.json("show", run_id)["metadata"]
    assert (metadata["tags"], metadata["description"], metadata["business_justification"]) == (["[a,b]"], "", "[x]")
    shell.ok("annotate", run_id, "--notes=x")
    shell.ok("annotate", run_id, "--notes", "")
    assert shell.json("show", run_id)["notes"] == ""
    assert shell.run("save", "--scenario", "odd", "--seed", "010").returncode == 0
    assert shell.json("list", "seed:10")["total"] == 1, "a leading zero is no octal number"


# --- completion -----------------------------------------------------------------------------------------------------


def complete(shell, *words):
    """What bash offers for the last word."""
    script = ('source <("$PLANWISE_BINARY" completion bash); planwise() { "$PLANWISE_BINARY" "$@"; }; compopt() { :; }; '
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _planwise; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", "planwise", *words], cwd=shell.folder, capture_output=True, text=True, check=True,
                          env={**shell.env, "PLANWISE_BINARY": str(BINARY)})
    return done.stdout.split()


def test_bash_completes_commands_options_values_and_runs(shell):
    run_id = shell.save(sample_run())
    (shell.folder / "seal.json").write_text("{}")
    assert {"compare", "completion"} <= set(complete(shell, "com"))
    assert complete(shell, "store", "mo") == ["move"]
    assert complete(shell, "--output", "json", "trash", "re") == ["restore"]
    assert "--relative-tolerance" in complete(shell, "compare", "--")
    assert "--db" in complete(shell, "audit", "log", "--")
    assert complete(shell, "list", "--output", "js") == ["json", "jsonl"]
    assert complete(shell, "export", "--format", "par") == ["parquet"]
    assert complete(shell, "show", run_id[:3]) == [run_id]
    assert complete(shell, "audit", "prove", "se") == ["seal.json"]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_of_each_shell_knows_every_command(shell, name):
    text = shell.ok("completion", name)
    for command in COMMANDS:
        assert re.search(rf"\b{command.split()[-1]}\b", text), command
    assert "--columns" in text or "-l columns" in text


def test_hints_name_the_whole_command(shell):
    assert "`planwise levers check --help`" in shell.run("levers", "check", "--nope").stderr
    assert "`planwise levers --help`" in shell.run("levers").stderr
    assert "did you mean check?" in shell.run("levers", "chek").stderr
