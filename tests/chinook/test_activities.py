"""Every activity over the real Chinook shop, transition by transition against SQL written separately."""

from __future__ import annotations

from tests.chinook.shop import Chinook


def test_dimensions_are_changed_there_and_back(shop: Chinook) -> None:
    """Customers, invoices, tracks, artists, albums, playlists and employees, 1-N and N-1."""
    shop.prove("wanderers")


def test_populations_that_carry_invoices_are_combined_deduplicated_and_split(shop: Chinook) -> None:
    """Row keys have two parts; some populations carry customers alone."""
    shop.prove("rows")
