"""Writes the small files of this folder: python3 small_files.py   (pandas, openpyxl)

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
