from __future__ import annotations

import re

import pytest

from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Role
from batuta.rules.functions.offered import ABSENT, engines_of, is_offered, lacking
from batuta.rules.functions.sql import ENGINES

NAMES = set(
    re.findall(
        r"\w+",
        """
Avg Count CountAll CountDistinct Max Min StdDev StringAgg Sum
AddDays AddHours AddMinutes AddMonths AddSeconds AddYears SubDays SubHours SubMinutes SubMonths SubSeconds SubYears
ConvertNTZ DateCmp DateOnly Day DayOfYear DaysAgo DaysAgoInt DaysDiff DaysOld GetDate Hour HoursDiff Minute MinutesDiff
Month MonthsAgo MonthsDiff MonthsOld Oldest Second SecondsDiff ToDate ToDateTime ToTimestamp ToTimeZone TruncDate
TruncDateTZ TruncMonth TruncQuarter TruncTime TruncWeek TruncYear WeekDay Year YearAndMonth YearsAgo YearsDiff YearsOld
Distance
Abs Ceil Floor Greatest Least Mod Percent Random Round Sign ToDouble ToInt64 ToInteger Trunc
AESEncrypt Case ClearBit Coalesce Decode GetEmailDomain GetMirrorURL Iif IsBitSet IsEmptyString NewUUID NoNull RowId
SetBit ToBoolean
AllNonNull2 AllNonNull3 Ascii Char Charindex DataLength GetLine IfEquals IsMemoNull JuxtWords JuxtWords3 Left Length
Line Lower LPad Ltrim Md5Digest MemoContains NodeValue Replace Right RPad Rtrim Sha256Digest Sha512Digest Smart
Substring ToString Upper VirtualLink VirtualLinkStr
Over PartitionBy OrderBy Desc RowNum
""",
    )
)
"""The functions that people know from such products, and the words of conditions and windows."""


def test_every_name_is_a_function_or_declared_as_not_offered_with_the_reason() -> None:
    nowhere = {name for name in ABSENT if not engines_of(name)}
    assert {name for name in FUNCTIONS if name.isalnum() and name[0].isupper()} | nowhere == NAMES
    assert nowhere.isdisjoint(FUNCTIONS)
    assert all(absence.engines <= set(ENGINES) and absence.reason for absence in ABSENT.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_every_function_has_a_template_on_every_engine_but_those_declared(engine: str) -> None:
    computed = (function for function in FUNCTIONS.values() if function.role in (Role.ROW, Role.AGGREGATE))
    without = {function.name for function in computed if engine not in function.templates}
    assert without == {name for name in lacking(engine) if name in FUNCTIONS}


def test_an_unknown_engine_offers_what_some_engine_offers() -> None:
    assert is_offered("Sha512Digest", "")
    assert not is_offered("Sha512Digest", "duckdb")
    assert not is_offered("NodeValue", "")
    assert is_offered("Lower", "duckdb")
