"""An object store of the tests' own that speaks S3 (moto): started when the first test needs it, ended with them.

It is a process of its own (`tests.store_process`). It keeps what is in it while it does not listen, as one does that is
started again.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import uuid
from functools import cache
from typing import Any

import boto3

KEY, SECRET = "a-key-of-the-tests", "s3cr3t-of-the-tests"
NEVER = "1000000"  # requests, after which keys are looked at


class Store:
    """The store, as tests see it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.store_process"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self._ask("start 0")
        self._clients: dict[str, Any] = {}
        atexit.register(self._end)

    @property
    def environment(self) -> dict[str, str]:
        """What commands must find in their environment to use it."""
        return self.environment_of(KEY, SECRET)

    def environment_of(self, key: str, secret: str, port: int = 0) -> dict[str, str]:
        """The same for another key, or another port."""
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "no_proxy": "127.0.0.1",
        }

    def client(self, service: str = "s3") -> Any:
        """A client that is not ours; one is used again, since to make one takes a tenth of a second."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=f"http://127.0.0.1:{self.port}",
                region_name="us-east-1",
                aws_access_key_id=KEY,
                aws_secret_access_key=SECRET,
            )
        return self._clients[service]

    def bucket(self) -> str:
        """The address of a place in a new bucket."""
        name = f"archive-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return f"s3://{name}/news/share"

    def objects(self, address: str) -> dict[str, bytes]:
        """What is at an address, by the keys below it."""
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        client = self.client()
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return {
            key.removeprefix(f"{prefix}/"): client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys
        }

    def put(self, address: str, key: str, content: bytes) -> None:
        """Write an object, as somebody else does."""
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self.client().put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=content)

    def delete(self, address: str, key: str) -> None:
        """Delete an object, as somebody else does."""
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self.client().delete_object(Bucket=bucket, Key=f"{prefix}/{key}")

    def requests(self) -> list[str]:
        """The requests since this was asked last: method, path and range."""
        return list(self._ask("requests"))

    def stop(self) -> None:
        """Have nobody listen any more."""
        self._ask("stop")

    def start(self) -> None:
        """Listen again, at the same port."""
        self._ask(f"start {self.port}")

    def lose(self, method: str, count: int = 1) -> None:
        """Do what the next requests of a method ask for, and cut the connection in place of an answer."""
        self._ask(f"lose {method} {count}")

    def refuse(self, count: int) -> None:
        """Answer the next requests that there are too many, and do nothing."""
        self._ask(f"refuse {count}")

    def restart_at(self, method: str, number: int) -> None:
        """Do what the request of that number from now on of a method asks for, and end before it is answered: whoever
        is connected is cut off. Then listen again."""
        self._ask(f"restart {method} {number}")

    def awaits_restart(self) -> bool:
        """Whether the request at which it is to restart has not come yet."""
        return bool(self._ask("awaits"))

    def ignore_conditions(self, *, on: bool) -> None:
        """Write whatever is there, as stores did that knew no conditions."""
        self._ask(f"ignore {int(on)}")

    def reader(self) -> tuple[str, str]:
        """A key that may read all, and write nothing."""
        client, name = self.client("iam"), f"reader-{uuid.uuid4().hex[:8]}"
        client.create_user(UserName=name)
        rights = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Head*"], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [rights]})
        client.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=policy)
        made = client.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def look_at_keys(self, *, on: bool) -> None:
        """Have keys and rights looked at, or not."""
        self._ask(f"keys {'0' if on else NEVER}")

    def _ask(self, line: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def _end(self) -> None:
        self._process.communicate()


@cache
def store() -> Store:
    """The store of this process."""
    return Store()
