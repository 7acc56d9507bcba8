"""The old host: shell scripts for SSM Run Command, and what their answers mean."""
