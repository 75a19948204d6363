"""Functions of days and moments in the campaign's time zone."""

from __future__ import annotations

from batuta.rules.functions.dates_adding import ADDING, AGO
from batuta.rules.functions.dates_between import DIFFERENCES, ORDER
from batuta.rules.functions.dates_parts import CUTS, PARTS
from batuta.rules.functions.dates_zones import READING, ZONES
from batuta.rules.functions.model import Function
from batuta.rules.functions.moments import each, moment
from batuta.rules.functions.results import always
from batuta.schema.types import DATETIME

_NOW = Function(
    "GetDate",
    (),
    always(DATETIME),
    lambda moment: moment.local,
    "Gives the present date and time in the campaign's time zone, the same for the whole stretch of a run.",
    "GetDate()",
    each(lambda engine: moment(engine, "{now}")),
)

DATES = (_NOW, *ADDING, *AGO, *DIFFERENCES, *ORDER, *PARTS, *CUTS, *ZONES, *READING)
