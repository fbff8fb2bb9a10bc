"""What made a result: its configuration, code, packages, resources and inputs."""
