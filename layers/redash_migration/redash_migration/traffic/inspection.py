"""InspectNewHome's one call: everything about the new home that AWS can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash_migration.errors import NotFoundInRecord
from redash_migration.host.judging import host_checks
from redash_migration.record import Record
from redash_migration.traffic.new_home.container_checks import inspect_containers
from redash_migration.traffic.new_home.listener import inspect_traffic, old_targets
from redash_migration.traffic.new_home.replication import inspect_replication
from redash_migration.traffic.new_home.same_door import note_door
from redash_migration.traffic.new_home.secrets import compare_secrets, new_fingerprints, respelt
from redash_migration.traffic.new_home.services import inspect_services, inspect_versions
from redash_migration.traffic.proof.containers import new_containers
from redash_migration.traffic.proof.essentials import essentials
from redash_migration.traffic.proof.redash_settings import by_role, compare_settings, with_baked

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.adapters.secrets import Secrets
    from redash_migration.function_settings import InspectNewHomeSettings


def inspect_new_home(
    record: Record,
    *,
    dms: Dms,
    balancing: LoadBalancing,
    ecs: Ecs,
    secrets: Secrets,
    settings: InspectNewHomeSettings,
) -> None:
    """Write every answer into the record; Preflight reads them with its own."""
    host, key = record.fact("host"), record.fact("fingerprint_key")
    if host is None or key is None:
        raise NotFoundInRecord("host: InspectHost has not run for this migration")
    fingerprints = new_fingerprints(key["key"], secrets.text, settings.redash_secrets)
    others = respelt(key["key"], secrets.text, settings.redash_secrets)
    containers = new_containers(ecs, settings)
    images = sorted({str(container["image"]) for container in containers})
    server = with_baked(host["settings_of"], host["baked_of"]).get("server", {})
    instance = dms.instance(settings.replication_instance_arn) or {}
    record.put_fact(
        "new_home",
        {
            "fingerprints": fingerprints,
            "images": images,
            "replication_engine": str(instance.get("EngineVersion", "")),
            "old_targets": old_targets(balancing, settings),
        },
    )
    note_door(record, balancing, settings)
    record.checks.put(
        *inspect_replication(dms, settings),
        *inspect_traffic(balancing, settings),
        *inspect_services(ecs, settings),
        *inspect_containers(
            ecs, settings, {str(one["role"]) for one in host["containers"] if one["running"]}
        ),
        *host_checks(host),
        *inspect_versions(host["versions"], images),
        *compare_secrets(server, fingerprints, others),
        essentials(containers, settings.redash_secrets, server, key["key"]),
        *compare_settings(
            host["settings_of"],
            by_role(containers, key["key"]),
            known=settings.settings_known_to_differ,
        ),
    )
