"""The shell: everything that touches the world (network, disk, sockets, time), and the loop that drives core. Nothing is decided here."""
