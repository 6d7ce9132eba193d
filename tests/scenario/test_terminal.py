"""What a person sees on a terminal, and what a pipe gets instead."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

from conftest import BINARY, sample_run


def on_terminal(shell, *args, columns=80, env=None):
    """Standard output of a call whose stdout and stderr are a terminal of so many columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([str(BINARY), *args], cwd=shell.folder, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower,
                               env={**shell.env, "TERM": "xterm", **(env or {})})
    os.close(follower)
    output = b""
    while True:
        try:
            block = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        output += block
    os.close(leader)
    assert process.wait(timeout=60) == 0, output
    return output.decode().replace("\r\n", "\n")


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def test_colour_only_where_it_is_wanted(shell):
    shell.save(sample_run())
    assert "\x1b[" in on_terminal(shell, "list")
    assert "\x1b[" not in on_terminal(shell, "list", "--no-color")
    assert "\x1b[" not in on_terminal(shell, "list", env={"NO_COLOR": "1"})
    assert "\x1b[" not in on_terminal(shell, "list", env={"TERM": "dumb"})
    assert "\x1b[" not in shell.ok("list")


def test_a_table_fits_the_terminal_and_is_whole_in_a_pipe(shell):
    scenario = "給与シナリオ計画 " * 6
    run_id = shell.save(sample_run(scenario))
    for columns in (70, 100):
        lines = on_terminal(shell, "list", "--no-color", columns=columns).splitlines()
        assert all(width(line) <= columns for line in lines), lines
        assert "…" in lines[2] and run_id[:8] in lines[2], "an id is cut to what still names the run"
    assert scenario.strip() in shell.ok("list")


def test_columns_stand_below_each_other_whatever_the_script(shell):
    for scenario in ("plain", "計画", "éèê", "e\u0301e\u0301", "한국어"):
        shell.save(sample_run(scenario))
    lines = shell.ok("list", "--columns", "scenario_id,status", "-q").splitlines()
    ends = {width(line[: line.index("completed")]) for line in lines[2:]}
    assert len(ends) == 1, lines


def test_text_from_a_run_does_nothing_to_the_terminal(shell):
    run = sample_run("name\x1b]0;title\x07\u202eevil\x9b31m\nsecond line")
    run["metadata"]["description"] = "\x1b[2J\x1b[31mred"
    run_id = shell.save(run)
    for args in (("list",), ("show", run_id), ("compare", run_id, run_id), ("history", run_id), ("audit", "log")):
        text = shell.run(*args).stdout
        assert not set(text) & set("\x1b\x07\u202e\x9b"), args
    assert shell.json("show", run_id)["metadata"]["description"] == run["metadata"]["description"]


def test_a_progress_bar_shows_on_a_terminal_only(shell):
    runs = [{**sample_run()["results"], "scenario_id": f"s{i}", "parameter_history": [{"cola_rate": 0.01}] * 300} for i in range(200)]
    (shell.folder / "runs.json").write_text(json.dumps(runs))
    shell.ok("import", "runs.json", "-q")
    assert "\x1b" not in shell.run("export", "--all", "--format", "excel", "--to", "a.xlsx").stderr
    assert "[" not in on_terminal(shell, "export", "--all", "--to", "b.json", "-q")


def interrupt(shell, *args, after, stdin=subprocess.DEVNULL):
    process = subprocess.Popen([str(BINARY), *args], cwd=shell.folder, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=shell.env)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out.decode(), err.decode()


def test_ctrl_c_while_waiting_for_input_saves_nothing(shell):
    shell.save(sample_run())
    read, write = os.pipe()
    os.write(write, json.dumps(sample_run("half")).encode())
    status, out, _ = interrupt(shell, "save", "-", after=1, stdin=read)
    os.close(write)
    os.close(read)
    assert (status, out) == (130, "")
    assert shell.json("list")["total"] == 1


def test_ctrl_c_ends_waiting_for_a_file_at_once(shell):
    shell.save(sample_run())
    holder = subprocess.Popen([sys.executable, "-c", "import duckdb, sys; c = duckdb.connect('planwise.duckdb'); print('held', flush=True); sys.stdin.read()"],
                              cwd=shell.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    begin = time.monotonic()
    status, _, _ = interrupt(shell, "list", "--wait", "60", after=1)
    assert status == 130 and time.monotonic() - begin < 10
    busy = shell.run("list", "--wait", "0.2")
    assert busy.returncode == 7 and str(holder.pid) in busy.stderr and "--wait" in busy.stderr
    queued = shell.run("save", "-", "--wait", "0.2", input=json.dumps(sample_run("later")))
    assert queued.returncode == 0 and "queued" in queued.stderr
    run_id = queued.stdout.strip()
    assert shell.json("show", run_id, "--wait", "0.2")["metadata"]["scenario_id"] == "later"
    holder.communicate(b"", timeout=30)
    shell.ok("store", "spool", "--drain")
    assert shell.json("list")["total"] == 2


def test_ctrl_c_ends_a_watch(shell):
    shell.save(sample_run())
    status, out, _ = interrupt(shell, "list", "--watch", "0.2", after=1.5)
    assert status in (0, 130) and "merit_2026" in out


def test_a_full_disk_behind_standard_output_is_told(shell):
    shell.save(sample_run())
    for output in ("table", "json", "jsonl", "csv"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([str(BINARY), "list", "--output", output], cwd=shell.folder, env=shell.env, stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 12, output
