"""The methods by name; importing this is cheap, for torch comes with the first one loaded."""

from typing import TYPE_CHECKING

from harness.plugins import Plugins
from models.registry import METHOD_PATHS, check_method

if TYPE_CHECKING:
    from models.method import Method

METHODS: "Plugins[type[Method]]" = Plugins(
    "method", "unbraid.methods", METHOD_PATHS, check_method, "my_package.MyMethod"
)
"""Every method: ours, those of other distributions, and any by its dotted path."""
