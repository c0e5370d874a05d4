"""Builds the web parts into the package whenever Rapport is built or installed."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):
    """Runs `web/build.py`; a source distribution without `web/` carries the built assets."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        script = Path(self.root) / "web" / "build.py"
        if os.environ.get("RAPPORT_SKIP_WEB") == "1" or not script.exists():
            return
        spec = importlib.util.spec_from_file_location("rapport_web_build", script)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()
