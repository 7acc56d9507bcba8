"""What a deployed function finds in its environment, for tests that call its code here."""

from __future__ import annotations

ENVIRONMENT = {
    "MIGRATION_TABLE": "record",
    "ARTIFACT_BUCKET": "artifacts",
    "STATE_MACHINE_ARN": "arn:aws:states:ap-northeast-1:123456789012:stateMachine:redash",
    "SOURCE_INSTANCE_ID": "i-0123456789abcdef0",
    "COMPOSE_DIRECTORY": "/opt/redash",
    "HOST_DOCUMENT": "redash-host",
    "SOURCE_DATABASE_SECRET_ARN": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:s",
    "TARGET_DATABASE_SECRET_ARN": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:t",
    "LISTENER_ARN": "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/l/1/2",
    "TARGET_GROUP_ARN": "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/n/3",
    "ECS_CLUSTER": "redash",
    "WRITE_PAUSE_BUDGET_SECONDS": "300",
    "LANGUAGE": "en",
}
"""What every function is told and must not be empty; template.yaml, Globals."""

OWN = {
    "APPROVAL_SETTINGS": "/redash/approval",
    "LINK_SIGNING_SECRET_ARN": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:l",
    "UNDO_SEALING_SECRET_ARN": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:u",
    "REPLICATION_TASK_PREFIX": "redash",
    "REPLICATION_INSTANCE_ARN": "arn:aws:dms:ap-northeast-1:123456789012:rep:I",
    "SOURCE_ENDPOINT_ARN": "arn:aws:dms:ap-northeast-1:123456789012:endpoint:S",
    "TARGET_ENDPOINT_ARN": "arn:aws:dms:ap-northeast-1:123456789012:endpoint:T",
    "ECS_SERVER_SERVICE": "server:2",
    "ECS_WORKER_SERVICES": "scheduler:1,worker:1",
    "REDASH_SECRET_KEY_ARN": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:k",
    "REDASH_COOKIE_SECRET_ARN": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:c",
    "APPROVAL_TIMEOUT_HOURS": "24",
    "FULL_LOAD_TIMEOUT_HOURS": "12",
    "WAL_BUDGET_GIBIBYTES": "10",
    "SYNC_TIMEOUT_HOURS": "6",
    "VALIDATION_GRACE_SECONDS": "900",
    "TARGET_TIMEOUT_SECONDS": "600",
}
"""What only some are told."""
