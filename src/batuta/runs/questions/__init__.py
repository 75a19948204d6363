"""Questions that people ask about a rule while they write it: how many, who, why, and which values."""
