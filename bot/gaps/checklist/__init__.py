"""The operator's checklist for both directions, ticked by what can be seen of one order or of one store."""
