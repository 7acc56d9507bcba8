"""Deploying template.yaml: read, transformed as SAM does, resolved, created one by one."""
