"""From hooks.yaml to the records that it wants.

expansion = load_config(Path("hooks.yaml"), resolve=True)
desired = seal_all(expansion.desired, store.fingerprint, expansion.specs)
"""

from reconciler.config.clashes import seal_all
from reconciler.config.expansion import Expansion, expand, load_config, state_location
from reconciler.config.load import Config, load

__all__ = ["Config", "Expansion", "expand", "load", "load_config", "seal_all", "state_location"]
