"""What commands tell people: short, in their words, and where nothing is there too."""

from __future__ import annotations

import pytest

from .conftest import Shop

ADULTS = """batuta: 1
id: adults
name: Adults
activities:
- id: people
  kind: build-audience
  parameters:
    dimension: people
    rule: {kind: all-rows}
    columns: [{name: french, expression: "[country] = 'FR'"}]
- id: rest
  kind: wait
  label: A rest
  parameters: {duration: {amount: 3, unit: days}}
- id: keep
  kind: save-audience
  parameters: {label: Adults}
transitions:
- {from: people, to: rest}
- {from: rest, to: keep}
"""

FAILING = """batuta: 1
id: failing
name: Failing
activities:
- id: file
  kind: load-file
  parameters: {location: files, file: gone.csv, columns: [{name: mail}]}
- id: out
  kind: export-file
  parameters: {location: files, name: out.csv}
transitions:
- {from: file, to: out}
"""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "show", "last"), 1, "runs: there is no run yet\n  to do: Start one with `batuta campaign run FILE`."),
        (("run", "show", "x"), 1, "run x: there is no such run\n  to do: `batuta run list` shows all runs."),
        (("inbox", "list"), 0, "There are no notices."),
        (("inbox", "list", "--unread"), 0, "There are no unread notices."),
        (
            ("campaign", "memory", "spring"),
            1,
            (
                "campaign spring: nothing is remembered of it\n"
                "  to do: Check the names; a live run with an incremental query is remembered."
            ),
        ),
    ],
)
def test_what_is_not_there_is_told(shop: Shop, words: tuple[str, ...], code: int, told: str) -> None:
    assert shop.call(*words) == (code, told.replace("`batuta ", f"`batuta --home {shop.folder / 'home'} "))


def test_a_preview_writes_yes_and_no_as_files_do(shop: Shop) -> None:
    shop.run(ADULTS)
    shown = shop.must("run", "preview", "last", "people", "--columns", "french", "--limit", "2")
    assert "true" in shown
    assert "false" in shown
    assert "True" not in shown


def test_a_list_of_runs_tells_the_whole_time_that_one_waits_until(shop: Shop) -> None:
    shop.run(ADULTS, "--live", "--yes", "--at", "2099-03-01T09:00:00Z")
    # The words of a narrow column stand one below the other.
    assert "(UTC)" in shop.must("run", "list").replace(" ", "").replace("│\n│", "")


def test_an_activity_without_label_is_named_once(shop: Shop) -> None:
    path = shop.file("c.yaml", ADULTS.replace("label: Adults", "label: ''").replace("unit: days", "unit: day"))
    told = shop.call("campaign", "validate", path)[1].splitlines()
    assert [line for line in told if not line.startswith(" ")][:2] == ["A rest (rest)", "keep"]


def test_a_run_that_is_paused_on_an_error_tells_that_its_campaign_stays(shop: Shop) -> None:
    (shop.folder / "files").mkdir()
    shop.must("location", "set", "files", "--folder", str(shop.folder / "files"))
    told = shop.call("campaign", "run", shop.file("c.yaml", FAILING))[1]
    assert "if the file has to change, give up and run it anew" in " ".join(told.split())
