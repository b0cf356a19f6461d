#!/usr/bin/env python3
"""manual.py EXECUTABLE: prints portico(8), of portico.8.in and of what the executable tells of its own command line."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import time


def escaped(text: str) -> str:
    """The text for roff: one line for each sentence, nothing that begins like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    lines = re.sub(r"(?<=[.;:]) (?=[A-Z])", "\n", " ".join(text.split())).split("\n")
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in lines)


def name(argument: dict) -> str:
    preferred = argument["preferredName"]
    return ("-" if preferred["kind"] == "long" else "") + preferred["name"]


def usage(argument: dict) -> str:
    value = argument["valueName"]
    if argument["kind"] == "positional":
        text = f"Ar {value}"
    elif argument["kind"] == "option":
        text = f"Fl {name(argument)} Ar {value}"
    else:
        text = f"Fl {name(argument)}"
    return f"Op {text}" if argument["isOptional"] else text


def own(command: dict) -> list[dict]:
    """Its arguments but those that every command has."""
    return [a for a in command.get("arguments", [])
            if a["shouldDisplay"] and not (a["kind"] == "flag" and name(a) in ("h", "-help", "-version"))]


def synopsis(command: dict) -> str:
    return "\n".join([".Nm", f".Cm {command['commandName']}", *("." + usage(a) for a in own(command))])


def described(command: dict) -> str:
    lines = [f".It Cm {command['commandName']}", escaped(command["abstract"])]
    if "discussion" in command:
        lines.append(escaped(command["discussion"]))
    if own(command):
        lines.append(".Bl -tag -width Ds")
        for argument in own(command):
            lines.append(".It " + usage(dict(argument, isOptional=False)))
            lines += [escaped(argument[key]) for key in ("abstract", "discussion") if key in argument]
        lines.append(".El")
    return "\n".join(lines)


def commands(root: dict) -> list[dict]:
    return [c for c in root["subcommands"] if c["shouldDisplay"] and c["commandName"] != "help"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("executable", type=pathlib.Path)
    parser.add_argument("--datadir", default="/usr/local/share/portico")
    parser.add_argument("--docdir", default="/usr/local/share/doc/portico")
    options = parser.parse_args()
    told = subprocess.run([options.executable.resolve(), "--experimental-dump-help"], check=True,
                          capture_output=True, text=True)
    root = json.loads(told.stdout)["command"]
    # Of the sources where they are known, so that the same sources make the same page.
    date = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    values = {
        "DATE": time.strftime("%B %-d, %Y", date),
        "SYNOPSIS": "\n".join(synopsis(command) for command in commands(root)),
        "COMMANDS": "\n".join([".Bl -tag -width Ds", *map(described, commands(root)), ".El"]),
        "DATADIR": options.datadir,
        "DOCDIR": options.docdir,
    }
    template = pathlib.Path(__file__).resolve().parent / "portico.8.in"
    print(re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], template.read_text()), end="")


if __name__ == "__main__":
    main()
