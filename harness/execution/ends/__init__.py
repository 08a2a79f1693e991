"""How trials end that no worker ends: why a process died, and the record of its trial."""
