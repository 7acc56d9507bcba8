"""The local AWS lets in who signs with this run's key, and no page in the user's browser."""

from __future__ import annotations

import socket
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.door import ACCESS_KEY, SECRET_KEY
from rehearsal.cloud.lambdas.runtime_api import RuntimeApi

COMMAND = (
    b"Action=SendCommand&Version=2014-11-06&DocumentName=AWS-RunShellScript"
    b"&InstanceIds.member.1=i-0123456789abcdef0&Parameters=id"
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def status(url: str, headers: dict[str, str], body: bytes | None = COMMAND) -> int:
    """The HTTP status that a request of this kind gets."""
    try:
        with urlopen(Request(url, body, headers)) as answer:
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code


def signed(url: str, secret: str = SECRET_KEY) -> dict[str, str]:
    """The headers of a well signed call."""
    request = AWSRequest("POST", url, headers={**FORM, "Host": url.removeprefix("http://")[:-1]})
    request.data = COMMAND
    SigV4Auth(Credentials(ACCESS_KEY, secret), "ssm", "ap-northeast-1").add_auth(request)
    return dict(request.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=rehearsal/20260101/x/ssm/aws4_request"},
    ],
    ids=["unsigned", "another-site", "fetch", "only-a-credential"],
)
def test_who_does_not_sign_is_refused(cloud: Cloud, headers: dict[str, str]) -> None:
    assert status(f"{cloud.endpoint_url}/", {**FORM, **headers}) == 403


def test_a_signed_call_is_let_in_unless_a_browser_sends_it(cloud: Cloud) -> None:
    url = f"{cloud.endpoint_url}/"
    headers = signed(url)
    assert status(url, headers) != 403
    assert status(url, {**headers, "Origin": "null"}) == 403
    assert status(url, {**headers, "Sec-Fetch-Site": "same-origin"}) == 403


@pytest.mark.parametrize("host", ["rebound.example.com", "rebound.example.com:80", ""])
def test_another_name_for_this_address_is_not_served(cloud: Cloud, host: str) -> None:
    url = f"{cloud.endpoint_url}/"
    assert status(url, {**signed(url), "Host": host}) == 403


@pytest.mark.parametrize("path", ["moto-api/", "moto-api/data.json", "moto-api/reset"])
def test_the_insides_of_the_stand_in_are_closed(cloud: Cloud, path: str) -> None:
    body = b"" if path.endswith("reset") else None
    assert status(f"{cloud.endpoint_url}/{path}", {}, body) == 403


def test_nobody_is_told_that_another_site_may_ask(cloud: Cloud) -> None:
    request = Request(f"{cloud.endpoint_url}/", method="OPTIONS", headers={"Origin": "https://x"})
    with pytest.raises(HTTPError) as refused:
        urlopen(request)
    assert not [name for name in refused.value.headers if "access-control" in name.lower()]
    refused.value.close()


def test_another_key_is_refused(cloud: Cloud) -> None:
    url = f"{cloud.endpoint_url}/"
    assert status(url, signed(url, "somebody else's")) == 403
    client = boto3.client(
        "s3",
        endpoint_url=cloud.endpoint_url,
        region_name=cloud.region,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key="another",
    )
    with pytest.raises(ClientError):
        client.list_buckets()
    client.close()


@pytest.mark.parametrize(
    "key", ["plain", "wörter/und blanks", "a+b=c&d~e%2F", "deep//slashes", "日本"]
)
def test_what_our_clients_send_is_let_in(cloud: Cloud, key: str) -> None:
    s3: Any = cloud.client("s3")
    s3.create_bucket(Bucket="door", CreateBucketConfiguration={"LocationConstraint": cloud.region})
    s3.put_object(Bucket="door", Key=key, Body="内容".encode())
    assert s3.get_object(Bucket="door", Key=key)["Body"].read() == "内容".encode()
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="door", Prefix=key)["Contents"]]
    s3.delete_object(Bucket="door", Key=key)
    s3.delete_bucket(Bucket="door")
    ssm: Any = cloud.client("ssm")
    ssm.put_parameter(Name=f"/door/{abs(hash(key))}", Value=key, Type="String")


ODD_LENGTHS = ["-1", "abc", "1e3", "+5", "0x10", "5, 5", "99999999999999", "\xb2"]


def answered(address: str, path: str, headers: dict[str, str]) -> str:
    """The status line that such a request gets whose body never comes; empty for none."""
    host, _, port = address.partition(":")
    lines = [f"POST {path} HTTP/1.1", f"Host: {address}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall("\r\n".join([*lines, "", "x"]).encode("latin-1"))
        try:
            return connection.recv(65536).decode("latin-1").partition("\r\n")[0]
        except TimeoutError:
            return "waits for a body"


@pytest.mark.parametrize("length", ODD_LENGTHS)
def test_who_signs_badly_keeps_nobody_waiting_for_a_body(cloud: Cloud, length: str) -> None:
    url = f"{cloud.endpoint_url}/"
    address = cloud.endpoint_url.removeprefix("http://")
    headers = {**signed(url, "somebody else's"), "Content-Length": length}
    headers = {name: value for name, value in headers.items() if name != "Host"}
    assert " 403 " in answered(address, "/", headers)


@pytest.mark.parametrize("length", [*ODD_LENGTHS, "1000"])
def test_no_body_of_a_stranger_is_waited_for_by_the_runtime_api(length: str) -> None:
    api = RuntimeApi(lambda _: None)
    try:
        address, _, secret = api.address.partition("/")
        path = "/TokenFunction-1/2018-06-01/runtime/invocation/id/response"
        headers = {"Content-Length": length}
        assert " 404 " in answered(address, path, headers)
        assert " 404 " in answered(address, f"/{secret}{path}", headers)
    finally:
        api.stop()


def test_who_does_not_know_the_run_s_secret_takes_no_function_s_place() -> None:
    """An event holds a task token, and an answer is believed."""
    asked: list[str] = []

    def desk_of(instance: str) -> None:
        asked.append(instance)

    api = RuntimeApi(desk_of)
    try:
        host, _, secret = api.address.partition("/")
        path = "TokenFunction-1/2018-06-01/runtime/invocation"
        for guessed in ("", f"{'x' * len(secret)}/"):
            assert status(f"http://{host}/{guessed}{path}/next", {}, None) == 404
            assert status(f"http://{host}/{guessed}{path}/id/response", FORM, b"{}") == 404
        assert asked == []
        assert status(f"http://{host}/{secret}/{path}/next", {}, None) == 404
        assert asked == ["TokenFunction-1"]
    finally:
        api.stop()
