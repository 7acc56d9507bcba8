"""Runs in a Redash container: its settings as keyed fingerprints, never a value.

Arguments: the key, the container's role, the image's own variables, Redash's database.
"""

import hashlib
import json
import os
import re
import socket
import sys

try:
    from urllib.parse import unquote, urlsplit
except ImportError:
    from urllib import unquote

    from urlparse import urlsplit

key, role, image, database = sys.argv[1:5]
own = set(json.loads(image) or [])
for name in sorted(os.environ):
    value = os.environ[name]
    kind = "baked" if name + "=" + value in own else "setting"
    # What an image of one's own sets by itself; the rest of that is any image's.
    told = kind == "setting" or re.match("REDASH_|TZ$|.*_proxy$", name, re.IGNORECASE)
    if not told or not re.match("[A-Za-z][A-Za-z0-9_]*$", name):
        continue
    if not isinstance(value, bytes):
        value = value.encode("utf-8", "surrogateescape")
    text = key.encode() + b":" + value + b":" + key.encode()
    print(" ".join([kind, name, hashlib.sha256(text).hexdigest()[:16], role]))
print("@hostname " + re.sub("[^A-Za-z0-9_.:-]", "", socket.gethostname())[:100])
if role == "server":
    url = os.environ.get("REDASH_DATABASE_URL", os.environ.get("DATABASE_URL", ""))
    parts = urlsplit(url)
    named = unquote(parts.path.lstrip("/")) or unquote(parts.username or "") or "postgres"
    print("@database_is_the_secret_s " + ("yes" if named == database else "no"))
