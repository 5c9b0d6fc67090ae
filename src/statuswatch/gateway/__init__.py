"""The gateway: an opt-in proxy on this machine that passes calls on unchanged, says in failing answers whose fault it is, and observes."""
