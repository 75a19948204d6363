"""Questions about the past: pure functions from what was counted to figures that add up."""
