"""``python -m deployment.configure``: 0 all fits, 1 something is to be mended, 2 it can't ask."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deployment.configure.account import Account
from deployment.configure.course import configure
from deployment.configure.terminal import Terminal

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Ask the account that the environment's credentials open."""
    import boto3

    try:
        session = boto3.Session()
    except BotoCoreError as error:
        print(f"{error}. Set AWS_PROFILE to one of ~/.aws/config, or unset it.")
        return 2
    if not session.region_name:
        print(
            "No region is set. Set AWS_REGION (such as ap-northeast-1), or region in the profile."
        )
        return 2
    terminal = Terminal()

    @cache
    def client(service: str) -> Any:
        return session.client(service)

    try:
        who = client("sts").get_caller_identity()
        terminal.say(f"Account {who['Account']}, region {session.region_name}. Nothing is changed.")
        language = "ja" if os.environ.get("LANG", "").startswith("ja") else "en"
        found = configure(
            ROOT, Account(client), terminal, region=session.region_name, language=language
        )
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.")
        return 130
    except EOFError:
        print("\nNobody answers here, and something has to be asked. Nothing was written.")
        return 2
    except (BotoCoreError, ClientError) as error:
        print(f"AWS doesn't answer as it should: {error}")
        print("See that the credentials are those of the account (aws sts get-caller-identity).")
        return 2
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
