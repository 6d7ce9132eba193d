"""Every `$ ` line of the documentation runs, in order, in a fresh folder."""

import os
import re
import subprocess

import pytest
from conftest import BINARY, ROOT

PAGES = sorted(page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if "```console" in page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page, shell):
    path = f"{BINARY.parent}{os.pathsep}{shell.env['PATH']}"
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                done = subprocess.run(line[2:], shell=True, cwd=shell.folder, env={**shell.env, "PATH": path}, capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
