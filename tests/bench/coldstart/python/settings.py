"""What the function is told of its surroundings."""

import json
import pathlib

GREETING = json.loads((pathlib.Path(__file__).parent / "data/settings.json").read_text(encoding="utf-8"))["greeting"]
