"""What a person sees. Surfaces read a Snapshot and send commands; none of them decides anything, and none imports the engine."""
