"""The composition root: the only place that wires the layers together, one module for each way to start."""
