"""No value breaks out of a script: each parameter of each action, under dash and bash."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from docs_generator.host_document import ACTIONS, VARIABLES, host_document, whole_script
from redash_migration.errors import InvalidInput
from redash_migration.host.answer import answers
from redash_migration.host.commands import PARAMETERS, HostCommand
from redash_migration.host.surroundings import ADMITS
from rehearsal.old_host.ssm.document import ParametersRefused, shell_parameters

ROOT = Path(__file__).parents[4]
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)] or ["sh"]
DOCUMENT = host_document(ROOT)
SCRIPT = whole_script(ROOT)
HEAD = SCRIPT[: SCRIPT.index("canary=")]

HOSTILE = [
    "'; touch PWNED; '",
    '"; touch PWNED; "',
    "$(touch PWNED)",
    "`touch PWNED`",
    "a\n@problem forged\ntouch PWNED",
    "a\r@problem forged",
    "postgres; touch PWNED; true",
    "-c 'touch PWNED'",
    "| touch PWNED",
    "> PWNED",
    "${IFS}touch${IFS}PWNED",
    "{{ Directory }}",
    "x' || touch PWNED || '",
    "host=evil user=root",
    "日本 語",
    "\\'; touch PWNED #",
    "a/b c\td\x01e",
]
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))


def test_the_document_fits_and_names_every_variable() -> None:
    assert len(str(DOCUMENT)) < 64 * 1024
    assert set(VARIABLES) | {"TimeoutSeconds"} == set(PARAMETERS)
    assert set(re.findall(r"\{\{ (\w+) \}\}", SCRIPT)) == set(VARIABLES)
    assert SCRIPT.count("{{") == len(VARIABLES), "each in one place only"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_a_script(shell: str) -> None:
    done = subprocess.run([shell, "-n"], input=SCRIPT, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in VARIABLES if name != "Action"])
@given(value=TEXTS)
@hypothesis_settings(max_examples=60)
def test_a_parameter_is_itself_or_refused(name: str, value: str) -> None:
    """By us and by Systems Manager's patterns; what is let through is one word to the shell."""
    command = HostCommand("ping", {"Directory": "/opt/redash", name: value})
    try:
        ours = command.to_parameters(60)
    except InvalidInput:
        ours = None
    given_ = {"Action": ["ping"], "Directory": ["/opt/redash"], "TimeoutSeconds": ["60"]}
    try:
        import json

        shell_parameters(json.dumps(DOCUMENT), {**given_, name: [value]})
        theirs = True
    except ParametersRefused:
        theirs = False
    assert (ours is not None) == theirs
    if ours is not None:
        assert "'" not in value
        assert "\n" not in value


ODD = [
    "{}\n",
    "\n{}",
    "{}\n\n",
    "{}\r",
    "{}\u2028",
    "{}\x85",
    "{}'",
    "{}\0",
    "{} ",
    "\u0661{}",
    "\uff11",
]
"""What some reader of ``^...$`` may let through, digits that are none of ours among them."""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", [name for name in VARIABLES if name != "Action"])
def test_whatever_a_reader_of_the_patterns_lets_through_is_refused_by_the_script(
    name: str, shell: str
) -> None:
    """Before docker is asked for anything; a value with a quote is let through by none."""
    good = {"Directory": "/opt/redash", "Port": "5432", "Part": "1", "DrainSeconds": "30"}
    own = {"Action": "ping", "Key": "", "Database": "", "Role": "", "Containers": "", **good}
    pattern = PARAMETERS[name].pattern
    values = [one.format(own[name] or "ab") for one in ODD]
    loose = re.compile(pattern, re.MULTILINE)
    let_through = [one for one in values if re.search(pattern, one) or loose.search(one)]
    assert f"{own[name] or 'ab'}\n" in let_through
    head = SCRIPT[: SCRIPT.index("command -v docker")] + "echo reached >&3\n"
    for value in [own[name], *let_through]:
        script = head
        for each, text in {**own, name: value}.items():
            script = script.replace(f"{{{{ {each} }}}}", text)
        done = subprocess.run(
            [shell, "-s"], input=script.encode(), capture_output=True, check=False
        )
        refused = value != own[name]
        assert (b"reached" in done.stdout) != refused, (value, done)
        assert done.returncode == int(refused), (value, done.stderr)


@pytest.mark.parametrize("shell", SHELLS)
@given(text=TEXTS)
@hypothesis_settings(max_examples=30)
def test_a_text_that_may_be_anything_arrives_as_it_is(shell: str, text: str) -> None:
    text = text.replace("\0", "")
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    body = f"""set -eu
decoded() {{ printf '%s' "$1" | base64 -d; }}
database_text='{encoded}'
database=$(decoded "$database_text")
printf '%s' "$database"
"""
    done = subprocess.run([shell, "-c", body], capture_output=True, check=True)
    assert done.stdout == text.encode("utf-8", "replace").rstrip(b"\n")


SAY = re.search(r"^say\(\).*$", SCRIPT, re.MULTILINE)


@pytest.mark.parametrize("shell", SHELLS)
@given(text=TEXTS)
@hypothesis_settings(max_examples=30)
def test_an_answer_is_one_line(shell: str, text: str) -> None:
    assert SAY is not None
    text = text.replace("\0", "")
    script = f'exec 3>&1\n{SAY[0]}\nsay key "$1"'
    done = subprocess.run([shell, "-c", script, "sh", text], capture_output=True, check=True)
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    assert len(lines) == 2
    assert lines[1] == ""
    assert set(answers(done.stdout.decode("utf-8", "replace"))) == {"key"}


STUB = r"""#!/bin/sh
# docker, answering with hostile text wherever an operator's own text could stand
h=$(cat "$HOSTILE_FILE"; printf x); h=${h%x}
case $1 in
  ps) case $* in *-aq*) printf '%s\n' aaa bbb ccc ddd ;; *) : ;; esac ;;
  inspect)
    case $* in
      *Config.Cmd*)
        printf 'aaa|/server|true|p|/opt/redash|server|redash/redash:1|null ["server"]\n'
        printf 'bbb|/db|true|p|/opt/redash|postgres|postgres:1|null ["postgres"]\n'
        printf 'ccc|/%s|true|p|/opt/redash|%s|%s|null ["worker"]\n' "$h" "$h" "$h"
        printf 'ddd|/redis|true|p|/opt/redash|redis|redis:1|null ["redis-server"]\n' ;;
      *Config.Env*) printf '["REDASH_X=%s"]\n' "$h" ;;
      *) printf '%s\n' "$h" ;;
    esac ;;
  exec)
    case $* in
      *rolsuper*) echo yes ;;
      *df*) printf 'head\nx 1 2 3 4\n' ;;
      *) printf '%s\n' "$h" ;;
    esac ;;
  *) : ;;
esac
"""
KNOWN = {"container", "docker", "unseen", "version", "setting", "setting_of", "postgres_user",
         "fixed", "data_free_kilobytes", "ports", "answers", "published", "wal_level", "removed",
         "asked", "parts", "part", "data", "drained", "mount", "baked_of",
         "stays", "stopped", "started", "serving", "keeper", "proxy", "clock",
         "directory", "databases",
         "problem"}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "text", ["\n".join(HOSTILE), *HOSTILE[4:7], "'\"$(touch PWNED)`touch PWNED`"]
)
def test_nothing_hostile_is_run(shell: str, action: str, text: str, tmp_path: Path) -> None:
    """Neither a parameter nor what docker, a container or PostgreSQL answers becomes a command."""
    (tmp_path / "bin").mkdir()
    docker = tmp_path / "bin" / "docker"
    docker.write_text(STUB)
    docker.chmod(0o755)
    (tmp_path / "hostile").write_text(text)
    encoded = base64.b64encode(text.encode()).decode()
    values = {
        "Action": action,
        "Directory": str(tmp_path),
        "Key": "0" * 32,
        "Database": encoded,
        "Role": encoded,
        "Containers": encoded,
        "Port": "5432",
        "Part": "1",
        "DrainSeconds": "1",
    }
    script = SCRIPT
    for name, value in values.items():
        script = script.replace(f"{{{{ {name} }}}}", value)
    # No waiting for a database that only answers nonsense.
    script = script.replace("sleep 1", "break").replace('lt "$deadline"', "lt 0")
    done = subprocess.run(
        [shell, "-s"],
        input=script.encode(),
        capture_output=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
        env={
            "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOSTILE_FILE": str(tmp_path / "hostile"),
            "LANG": "C.UTF-8",
        },
    )
    said = done.stdout.decode("utf-8", "replace")
    assert not list(tmp_path.rglob("PWNED")), done.stderr
    assert b"syntax error" not in done.stderr.lower()
    assert not any(one.startswith("forged") for one in answers(said).get("problem", []))
    assert set(answers(said)) <= KNOWN
    assert "@problem forged" not in said.splitlines()


ROOTLESS = """#!/bin/sh
# docker, of which only the daemon at DOCKER_HOST answers
case ${DOCKER_HOST:-} in *" of a user/docker.sock") ;; *) exit 1 ;; esac
case $1 in
  ps) echo aaa ;;
  inspect) printf 'aaa|/server|true|p|/opt/redash|server|redash/redash:1|null ["server"]\\n' ;;
  exec) case $* in *python*) exit 0 ;; esac ;;
esac
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_daemon_without_root_is_found(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(ROOTLESS)
    docker.chmod(0o755)
    place = tmp_path / "1000 of a user"
    script = re.sub(r"\{\{ (\w+) \}\}", lambda f: {"Action": "answers"}.get(f[1], ""), SCRIPT)
    command = [shell, "-c", script.replace("/run/user/", f"{tmp_path}/")]
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8"}

    def said() -> dict[str, list[str]]:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=30
        )
        return answers(done.stdout)

    assert said()["problem"][0].startswith("docker does not answer to")
    place.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(place)  # a socket's path has to be short
        listening.bind("docker.sock")
        assert said() == {"serving": ["old"]}


OTHERS = SCRIPT[SCRIPT.index("of_others() {") : SCRIPT.index("their_files=")]
PROXIES = {
    "caddy as it is written first": (
        "bi.example {\n  encode gzip\n  reverse_proxy server:5000\n}",
        "",
    ),
    "caddy with headers": (
        "bi.example {\n reverse_proxy server:5000 {\n  header_up X-Forwarded-Proto https\n"
        "  header_up X-Remote-User {http.auth.user.id}\n }\n}",
        "header_up:x-remote-user",
    ),
    "caddy with passwords": (
        "bi.example {\n basic_auth {\n  u $2a$14$hash\n }\n reverse_proxy server:5000\n}",
        "basic_auth",
    ),
    "caddy for the office": (
        "bi.example {\n @out not remote_ip 10.0.0.0/8 # no respond\n abort @out\n}",
        "abort remote_ip",
    ),
    "caddy for others too": (
        "a.example {\n reverse_proxy server:5000\n}\nb.example {\n reverse_proxy wiki:80\n}",
        "sites:2",
    ),
    "caddy that redirects": (
        "http://bi.example {\n redir https://{host}{uri}\n}\nc.example {\n redir /x https://y\n}",
        "redir",
    ),
    "haproxy as it is written first": (
        "frontend f\n  bind :80\n  http-request redirect scheme https unless { ssl_fc }\n"
        "  http-request set-header X-Forwarded-Proto https\n  default_backend redash\n"
        "backend redash\n  server one server:5000 check\n",
        "",
    ),
    "haproxy for the office": (
        "frontend f\n acl office src 203.0.113.0/24\n http-request deny unless office\n",
        "acl:src http-request:deny",
    ),
    "apache as it is written first": (
        "<VirtualHost *:443>\n ProxyPass / http://server:5000/\n ProxyPassReverse / http://x/\n"
        ' RequestHeader set X-Forwarded-Proto "https"\n Require all granted\n'
        " RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [R]\n",
        "",
    ),
    "apache with sign-in": (
        "AuthType openid-connect\n<Location />\n Require valid-user\n"
        " RequestHeader set X-Forwarded-Remote-User %{REMOTE_USER}e\n</Location>",
        "authtype require:valid-user",
    ),
    "apache of old": ("Order deny,allow\nDeny from all\nAllow from 10.1\n", "allow"),
    "traefik as it is labelled first": (
        '{"traefik.enable":"true","traefik.http.routers.redash.rule":"Host(`bi.example`)",'
        '"traefik.http.middlewares.tls.redirectscheme.scheme":"https"}',
        "",
    ),
    "traefik with passwords": (
        '{"traefik.http.middlewares.auth.basicauth.users":"u:$$apr1$$hunter2",'
        '"traefik.http.middlewares.in.ipAllowList.sourcerange":"10.0.0.0/8"}',
        "basicauth ipallowlist",
    ),
    "traefik's own file": (
        "http:\n  middlewares:\n    auth:\n      forwardAuth:\n        address: http://sso\n",
        "forwardauth",
    ),
    "traefik 1": ('{"traefik.frontend.auth.basic.users":"u:hunter2"}', "frontendauth"),
    "hostile": (
        'basic_auth $(touch PWNED)\nheader_up "x;y`id` $(id)\n',
        "basic_auth header_up:xyid",
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("kind", PROXIES)
def test_what_other_proxies_do_is_told_by_their_directives(shell: str, kind: str) -> None:
    text, expected = PROXIES[kind]
    done = subprocess.run(
        [shell, "-c", f"{OTHERS}\nof_others"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected
    assert done.stderr == ""


ADMITTING = {"caddy with passwords", "caddy for the office", "haproxy for the office",
             "apache with sign-in", "apache of old", "traefik with passwords",
             "traefik's own file", "traefik 1", "hostile"}  # fmt: skip


def test_who_is_let_in_is_said_first() -> None:
    for kind, (_, words) in PROXIES.items():
        assert any(map(ADMITS.fullmatch, words.split())) == (kind in ADMITTING), kind
