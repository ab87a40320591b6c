"""The judgement: which differences are gaps, since when, why, and what to do. Pure: no I/O and no clock."""
