"""The build hook that puts `flows/` and `schemas/` of the checkout into the wheel."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = ("flows", "schemas")


class DataFolders(BuildHookInterface):
    """A wheel carries the data folders inside the package; an editable install reads them from the checkout.

    A static `force-include` would copy them into site-packages for the editable install too, where they would go stale.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Include each folder as `edigate/<folder>`, unless the install is editable."""
        if version == "standard":
            build_data["force_include"].update({folder: f"edigate/{folder}" for folder in DATA})
