"""campaign validate and campaign schema: what they print, word for word."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from batuta.cli.campaigns import app
from batuta.cli.context import Services
from batuta.store.catalogue import CatalogueStore
from batuta.store.home import Home
from batuta.testing import SHOP, TEXTS

Run = Callable[..., tuple[int, str]]

VIPS = """\
batuta: 1
id: vips
name: VIPs
activities:
- id: buyers
  kind: build-audience
  label: Buyers
  parameters:
    dimension: recipients
    rule: {kind: attribute, expression: '[points]', operator: greater, value: 100}
- id: keep
  kind: save-audience
  parameters:
    label: VIPs
transitions:
- {from: buyers, to: keep}
"""


def _unneeded(*_: object) -> NoReturn:
    raise AssertionError("validation needs no engine and no sending")


def services_of(home: Path) -> Services:
    return Services(Home(home), lambda: TEXTS, _unneeded, _unneeded, _unneeded)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.chdir(tmp_path)
    services = services_of(tmp_path / "home")
    CatalogueStore(services.database).change(lambda _: SHOP, datetime(2026, 3, 1, tzinfo=UTC))

    def invoke(text: str, *options: str) -> tuple[int, str]:
        Path("vips.yaml").write_text(text, "utf-8")
        result = CliRunner().invoke(app, ["validate", "vips.yaml", *options], obj=services)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    yield invoke
    services.close()


def test_a_sound_campaign(run: Run) -> None:
    assert run(VIPS) == (0, "vips.yaml: nothing is wrong\n")
    assert run(VIPS, "--language", "fr") == (0, "vips.yaml: tout est en ordre\n")


def test_warnings_do_not_block(run: Run) -> None:
    text = VIPS.replace("- {from: buyers, to: keep}", "- {from: buyers, to: more}\n- {from: buyers, to: keep}").replace(
        "transitions:",
        "- id: more\n  kind: build-audience\n  parameters: {dimension: orders, rule: {kind: all-rows}}\ntransitions:",
    )
    assert run(text) == (
        0,
        """\
more
  warning  The people who arrive from Buyers are not used here, only the moment they arrive. To narrow them down, \
put a Combine (intersection) after this activity.
    at vips.yaml:17:15
  warning  Nothing is done with this population. Draw a transition from here, or remove the activity.
    at vips.yaml:17:15
vips.yaml: 2 warnings
""",
    )


def test_a_cycle(run: Run) -> None:
    code, said = run(
        VIPS.replace("- {from: buyers, to: keep}", "- {from: buyers, to: keep}\n- {from: keep, to: buyers}")
    )
    assert code == 1
    assert (
        said
        == """\
Buyers (buyers)
  error  These activities lead back to themselves: Buyers → keep → Buyers. Remove one of the transitions between them.
    at vips.yaml:9:5
vips.yaml: 1 error
"""
    )


def test_an_unknown_attribute_and_an_unknown_kind_at_once(run: Run) -> None:
    code, said = run(VIPS.replace("[points]", "[pionts]").replace("save-audience", "save-audeince"))
    assert code == 1
    assert (
        said
        == """\
Buyers (buyers)
  error  rule.expression: recipient has no attribute pionts (position 1). Did you mean points?
    at vips.yaml:10:41
keep
  error  There is no activity of the kind save-audeince. Did you mean save-audience?
    at vips.yaml:14:5
vips.yaml: 2 errors
"""
    )


def test_two_dimensions_united(run: Run) -> None:
    more = """\
- id: leads
  kind: build-audience
  parameters: {dimension: prospects, rule: {kind: all-rows}}
- id: all
  kind: combine
  parameters: {operation: union}
transitions:
- {from: buyers, to: all}
- {from: leads, to: all}
- {from: all, to: keep}
"""
    code, said = run(VIPS[: VIPS.index("transitions:")] + more)
    assert code == 1
    assert (
        said
        == """\
all
  error  leads brings prospects, but the first population is of recipients: they cannot be compared by key. \
Choose values under 'reconcile', or use populations of one dimension.
    at vips.yaml:20:15
vips.yaml: 1 error
"""
    )


def test_an_expression_with_a_type_error(run: Run) -> None:
    rule = "{kind: expression, expression: 'Lower([points]) = 1'}"
    code, said = run(VIPS.replace("{kind: attribute, expression: '[points]', operator: greater, value: 100}", rule))
    assert code == 1
    assert (
        said
        == """\
Buyers (buyers)
  error  rule.expression: Lower needs a text at position 7, but gets a whole number. Change or convert the value.
    at vips.yaml:10:42
vips.yaml: 1 error
"""
    )


def test_an_unknown_field_in_an_activity_and_in_the_file(run: Run) -> None:
    code, said = run(VIPS.replace("    label: VIPs", "    label: VIPs\n    overwrite: true"))
    assert (code, said) == (
        1,
        """\
keep
  error  overwrite: There is no field overwrite here. Remove it, or use one of: label, mode, allow_empty, attributes, \
dimension, key.
    at vips.yaml:15:16
vips.yaml: 1 error
""",
    )
    code, said = run(VIPS.replace("name: VIPs", "nmae: VIPs"))
    assert (code, said) == (
        1,
        """\
vips.yaml
  error  name: The field name is missing. Add it here.
    at vips.yaml:1:1
  error  nmae: There is no field nmae here. Did you mean name?
    at vips.yaml:3:7
vips.yaml: 2 errors
""",
    )


def test_a_syntax_error(run: Run) -> None:
    code, said = run(VIPS.replace("value: 100}", "value: 100"), "--language", "fr")
    assert (code, said) == (
        1,
        """\
vips.yaml
  erreur  Ce n'est pas du YAML valable (did not find expected ',' or '}' while parsing a flow mapping). \
Vérifiez ici le retrait, les deux-points, les guillemets et les crochets.
    à vips.yaml:11:5
vips.yaml: 1 erreur
""",
    )


def test_json_for_programs(run: Run) -> None:
    code, said = run(VIPS.replace("recipients", "recipient"), "--json", "--language", "fr")
    assert code == 1
    assert json.loads(said) == {
        "campaign": "vips",
        "blocked": True,
        "problems": [
            {
                "activity": "buyers",
                "label": "Buyers",
                "field": "dimension",
                "code": "unknown-dimension-near",
                "text": "Il n'y a pas de dimension de ciblage recipient. Vouliez-vous dire recipients ?",
                "blocking": True,
                "place": "vips.yaml:9:16",
            }
        ],
    }


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    result = CliRunner().invoke(app, ["validate", "nothing.yaml"], obj=services_of(tmp_path / "h"))
    assert (result.exit_code, result.output.splitlines()[1:]) == (
        1,
        ["  error  There is no such file. Check the path.", "    at nothing.yaml", "nothing.yaml: 1 error"],
    )


def test_the_schema_is_printed_as_json() -> None:
    result = CliRunner().invoke(app, ["schema"], obj=services_of(Path("unused")))
    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == "Batuta campaign"
