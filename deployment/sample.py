"""Values for the templates' parameters, as somebody would answer `sam deploy --guided`."""

from __future__ import annotations

from rehearsal.cloud.backends import ACCOUNT, arn
from rehearsal.cloud.backends import DEFAULT_REGION as REGION

__all__ = ["ACCOUNT", "EVERYTHING", "HOME", "MIGRATION", "REGION", "WHOLE_HOME", "arn"]


_BALANCER = "app/redash/50dc6c495c0c9188"

MIGRATION = {
    "SourceInstanceId": "i-0123456789abcdef0",
    "SourceDatabaseSecretArn": arn("secretsmanager", "secret:redash/source-AbCdEf"),
    "TargetDatabaseSecretArn": arn("secretsmanager", "secret:redash/target-AbCdEf"),
    "EcsCluster": "redash",
    "RedashSecretKeyArn": arn("secretsmanager", "secret:redash/secret-key-AbCdEf"),
    "RedashCookieSecretArn": arn("ssm", "parameter/redash/cookie-secret"),
    "ListenerArn": arn("elasticloadbalancing", f"listener/{_BALANCER}/f2f7dc8efc522ab2"),
    "TargetGroupArn": arn("elasticloadbalancing", "targetgroup/redash/73e2d6bc24d8a067"),
    "VpcId": "vpc-0123456789abcdef0",
    "SubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    "FunctionSecurityGroupIds": "sg-0123456789abcdef0",
    "ReplicationSecurityGroupIds": "sg-0123456789abcdef1",
    "Approvers": "first@example.com,second@example.com",
}
"""The migration application; what is not here has a default."""

EVERYTHING = {
    **MIGRATION,
    "ListenerRuleArn": arn(
        "elasticloadbalancing", f"listener-rule/{_BALANCER}/f2f7dc8efc522ab2/9683b2d02a6cabee"
    ),
    "CognitoUserPoolArn": arn("cognito-idp", "userpool/ap-northeast-1_AbCdEfGhI"),
    "EcsLogGroup": "/ecs/redash",
    "EcsTaskRoleArns": ",".join(
        f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("execution", "task")
    ),
    "RedashApiKeySecretArn": arn("secretsmanager", "secret:redash/api-key-AbCdEf"),
    "SlackWebhookSecretArn": arn("secretsmanager", "secret:redash/slack-webhook-AbCdEf"),
    "SlackSigningSecretArn": arn("secretsmanager", "secret:redash/slack-signing-AbCdEf"),
    "SlackApprovers": "U012AB3CD",
    "AlarmEmail": "alarms@example.com",
    "SecretsKeyArn": arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    "RouteTableIds": "rtb-0123456789abcdef0",
    "CreateDmsRoles": "yes",
}
"""The same with everything switched on that can be asked for."""

HOME = {
    "VpcId": MIGRATION["VpcId"],
    "VpcCidr": "10.0.0.0/16",
    "SubnetIds": MIGRATION["SubnetIds"],
    "ListenerArn": MIGRATION["ListenerArn"],
    "LoadBalancerSecurityGroupId": "sg-0123456789abcdef2",
    "RedashSecretKeyArn": MIGRATION["RedashSecretKeyArn"],
    "RedashCookieSecretArn": MIGRATION["RedashCookieSecretArn"],
}
"""The new home; what is not here has a default."""

WHOLE_HOME = {
    **HOME,
    "SourceSecurityGroupId": "sg-0123456789abcdef3",
    "Migrated": "yes",
    "RedashImage": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/docker-hub/redash/redash:25.8.0",
    "RepositoryArn": arn("ecr", "repository/docker-hub/redash/redash"),
    "SecretsKeyArn": EVERYTHING["SecretsKeyArn"],
    "RedashHost": "https://redash.example.com",
    "EnvironmentFileArn": "arn:aws:s3:::redash-settings/redash.env",
    "MailPasswordSecretArn": arn("secretsmanager", "secret:redash/mail-AbCdEf"),
    "GoogleClientSecretArn": arn("ssm", "parameter/redash/google"),
    "LdapPasswordSecretArn": arn("secretsmanager", "secret:redash/ldap-AbCdEf"),
    "PostgresVersion": "13",
    "DatabaseLifecycleSupport": "open-source-rds-extended-support",
}
"""The same with everything that can be asked for."""
