"""Writes the small files of this folder: python3 small_files.py   (pandas, openpyxl, pyarrow)

legacy.dta: release 114 with GB18030 texts, `.` and `.a`, value labels and a date. merged.xlsx: two header rows with
merged cells, a city merged over its years, numbers stored as text, a date, an error cell, a title above the table.
"""
import struct

import openpyxl
import pandas as pd


def disguise(text):
    """Latin-1 letters whose bytes are the GB18030 bytes of the text: what old Stata wrote on a Chinese machine."""
    return text.encode("gb18030").decode("latin-1")


frame = pd.DataFrame(
    {
        "city": [disguise(name) for name in ["北京市", "北京市", "上海市", "上海市"]],
        "year": pd.array([2013, 2014, 2013, 2014], dtype="int16"),
        "gdp": [1.5, float("nan"), 7777.25, -2.0],
        "region": pd.Categorical([disguise(name) for name in ["东部", "东部", "中部", "东部"]]),
        "day": pd.to_datetime(["2013-01-31", "2014-02-28", "1959-12-31", "2014-12-31"]),
    }
)
frame.to_stata("legacy.dta", version=114, write_index=False, convert_dates={"day": "td"}, variable_labels={"gdp": disguise("生产总值")})
data = open("legacy.dta", "rb").read()
present, extended = struct.pack("<d", 7777.25), bytes.fromhex("00000000000ae07f")[:5] + bytes.fromhex("01e07f")
assert data.count(present) == 1
open("legacy.dta", "wb").write(data.replace(present, struct.pack("<Q", 0x7FE0010000000000)))

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "说明"
table = book.create_sheet("数据")
table["A1"] = "表1 各市数据"
for row in [
    ["城市", "日期", "工业", None, "备注"],
    [None, None, "产值", "用电", None],
    ["甲市", pd.Timestamp("2013-01-31"), "1,234.5", 10, "a"],
    [None, pd.Timestamp("2014-01-31"), "１２", "#DIV/0!", None],
    ["乙市", pd.Timestamp("2013-01-31"), "--", 30.25, 7],
]:
    table.append(row)
for area in ["A2:A3", "B2:B3", "C2:D2", "E2:E3", "A4:A5"]:
    table.merge_cells(area)
table["D5"].data_type = "e"
book.save("merged.xlsx")

# dates.parquet: dates, timestamps in three units, decimals as whole numbers and as bytes, ids beyond 2^53, categories, a
# column of nothing, and types that are left out. dates1904.xlsx: a workbook that counts days from 1904, a note merged
# across the columns below the table.
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

days = [datetime.fromisoformat("2013-12-31"), None, datetime.fromisoformat("1960-02-29 13:30:59")]
money = [Decimal("1234.50"), Decimal("-0.01"), None]
pq.write_table(
    pa.table(
        {
            "city": pa.array(["甲", "乙", "丙"]).dictionary_encode(),
            "day": pa.array(days, pa.timestamp("s")).cast(pa.date32(), safe=False),
            "milli": pa.array(days, pa.timestamp("ms")),
            "micro": pa.array(days, pa.timestamp("us", tz="UTC")),
            "nano": pa.array(days, pa.timestamp("ns")),
            "money": pa.array(money, pa.decimal128(30, 2)),
            "id": pa.array([9007199254740993, 9007199254740992, None], pa.int64()),
            "small": pa.array([1, 2, 3], pa.int8()),
            "nothing": pa.nulls(3),
            "list": pa.array([[1], [2], []]),
            "pair": pa.array([{"a": 1}, {"a": 2}, None]),
            "wait": pa.array([1, 2, 3], pa.duration("s")),
        }
    ),
    "dates.parquet",
)

book = openpyxl.Workbook()
book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
sheet = book.active
for row in [
    ["city", "day", "x", "y"],
    ["a", datetime.fromisoformat("2013-01-31"), 1, 2],
    ["b", datetime.fromisoformat("2014-01-31 23:59:59.9"), 3, 4],
    ["资料来源：统计局", None, None, None],
]:
    sheet.append(row)
sheet.merge_cells("A4:D4")
book.save("dates1904.xlsx")
