"""Writes formats.ods, formats.xls and loaded.xlsb: python3 formats.py   (openpyxl 3.1.5, LibreOffice 7.4.7.2, formulon 0.18.0)

Four rows with numbers that are shown as percentages, one that is shown with a percent sign in quotes, and numbers with a
raised footnote mark, whose texts are "12901" and "12901)"; the last row has the text "12901" without a mark. Rows above
and within the table are empty. formulon leaves the raising out, so that loaded.xlsb has no marks.
"""
import os
import subprocess

import formulon
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont


def raised(mark):
    return TextBlock(InlineFont(vertAlign="superscript"), mark)


book = Workbook()
sheet = book.active
sheet.title = "data"
rows = {
    3: ["city", "year", "rate", "share", "gdp"],
    4: ["a", 2019, 0.07, 0.125, CellRichText("1290", raised("1"))],
    5: ["b", 2019, 12.5, -0.29, 3400],
    8: ["c", 2020, 0, 0.005, CellRichText("129", raised("01)"))],
    9: ["d", 2020, 0.08, 0.08, 12901],
    10: ["e", 2020, None, None, "12901"],
}
for row, cells in rows.items():
    for column, value in enumerate(cells, 1):
        if value is not None:
            sheet.cell(row, column, value)
for place in ["C4", "C9"]:
    sheet[place].number_format = "0%"
for row in [4, 5, 8, 9]:
    sheet.cell(row, 4).number_format = "0.0%"
sheet["C5"].number_format = '0.0"%"'
book.save("formats.xlsx")
for kind in ["ods", "xls"]:
    subprocess.run(["soffice", "--headless", "--convert-to", kind, "formats.xlsx"], check=True)
with open("formats.xlsx", "rb") as source, open("loaded.xlsb", "wb") as target:
    target.write(formulon.Workbook.load(source.read()).save_as(formulon.WorkbookFormat.XLSB))
os.remove("formats.xlsx")
