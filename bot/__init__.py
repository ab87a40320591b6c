"""What stuck does: reads both systems, judges, tells people."""
