"""The tables of offsets, against zoneinfo and the transitions that the pinned files list."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

from batuta.kit.zones import from_utc, to_utc, zone_named, zone_names

SOME = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Boa_Vista", "UTC")
HEAD = struct.Struct(">4sc15x6l")


def listed(name: str) -> list[tuple[int, int]]:
    """Return the changes of offset that a zone's file lists: seconds from 1970, and the offset from then on."""
    data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    *_, utc, standard, leaps, times, kinds, letters = HEAD.unpack_from(data)
    start = HEAD.size + times * 5 + kinds * 6 + letters + leaps * 8 + standard + utc
    *_, times, kinds, _ = HEAD.unpack_from(data, start)
    at = start + HEAD.size
    moments = struct.unpack_from(f">{times}q", data, at)
    places = data[at + 8 * times : at + 9 * times]
    offsets = [struct.unpack_from(">lbb", data, at + 9 * times + 6 * place)[0] for place in range(kinds)]
    found, current = [], offsets[0]
    for moment, place in zip(moments, places, strict=True):
        if offsets[place] != current:
            current = offsets[place]
            found.append((moment, current))
    return found


def made(name: str) -> list[tuple[int, int]]:
    table = from_utc(name)
    moments = (int(start.replace(tzinfo=UTC).timestamp()) for start in table.starts)
    return list(zip(moments, table.offsets[1:], strict=True))


@pytest.mark.parametrize("name", SOME)
def test_a_table_has_each_change_that_the_file_lists(name: str) -> None:
    assert made(name)[: len(listed(name))] == listed(name)


@pytest.mark.slow
def test_every_table_has_each_change_that_the_file_lists() -> None:
    assert all(made(name)[: len(listed(name))] == listed(name) for name in zone_names())


@pytest.mark.parametrize("name", SOME)
def test_a_table_agrees_with_zoneinfo_until_2100(name: str) -> None:
    zone, moment = zone_named(name), datetime(1850, 1, 1, 0, 30, tzinfo=UTC)
    while moment.year <= 2100:
        plain = moment.replace(tzinfo=None)
        assert from_utc(name).added(plain) == moment.astimezone(zone).replace(tzinfo=None)
        assert to_utc(name).added(plain) == plain.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        moment += timedelta(days=9, hours=1)


def test_clocks_are_changed_no_more_after_2100() -> None:
    assert from_utc("Europe/Paris").added(datetime(2101, 7, 1, 12)) == datetime(2101, 7, 1, 13)


def test_what_leaves_the_years_1_to_9999_is_none() -> None:
    assert from_utc("Europe/Paris").added(datetime(9999, 12, 31, 23)) is None
    assert to_utc("Europe/Paris").added(datetime(1, 1, 1)) is None
    assert from_utc("America/New_York").added(datetime(1, 1, 1)) is None


def test_zones_come_from_the_package_only() -> None:
    with pytest.raises(LookupError, match="no time zone Europe/Atlantis"):
        zone_named("Europe/Atlantis")
    assert {"Europe/Paris", "UTC"} <= zone_names()
