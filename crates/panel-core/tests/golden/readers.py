"""Facts about public data files as pandas reads them; the test compares the crate's readers with these.

Run: python3 readers.py DATA > readers.tsv      (pandas, openpyxl; DATA is the folder of the original files)
"""
import sys
from pathlib import Path

import pandas as pd

DATA = Path(sys.argv[1])
FILES = [
    ("WD/data_prefecture.dta", ""),
    ("WD/data_province.dta", ""),
    ("gtfpch/example.dta", ""),
    ("gtfpch/example_ddf.dta", ""),
    ("G-P/金融发展水平（2003-2023）236缺失.xlsx", "Sheet1"),
    ("G-P/2000-2023地级市产业结构 .xlsx", "面板数据2000-2023"),
    ("G-P/2000-2023地级市产业结构 .xlsx", "2023"),
    ("cn_city_panel_real_2006_2020.csv", ""),
    ("malaysia_cpi/cpi_2d_state.csv", ""),
    ("us_cbp/cbsa_naics51_2018.csv", ""),
    ("eurostat_nuts2/nuts2_nace_J.csv", ""),
]

print(f"# pandas {pd.__version__}: read_stata(convert_categoricals=False), read_excel(sheet_name), read_csv")
print("# file\tsheet\tcolumn\tkind\trows\tpresent\tsum or first text\tlast value")
for name, sheet in FILES:
    path = DATA / name
    if name.endswith(".dta"):
        frame = pd.read_stata(path, convert_categoricals=False)
    elif name.endswith(".xlsx"):
        # The crate passes over blank rows.
        frame = pd.read_excel(path, sheet_name=sheet).dropna(how="all")
    else:
        frame = pd.read_csv(path)
    for column in frame.columns:
        values = frame[column]
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        present = values.notna() & (values.astype(str).str.strip() != "")
        # A column is numbers if every present value is one; booleans are texts in the crate.
        if values.dtype != bool and bool(numbers[present].notna().all()) and present.any():
            last = numbers[present].iloc[-1]
            print(name, sheet, column, "number", len(values), int(present.sum()), repr(float(numbers.sum())), repr(float(last)), sep="\t")
        else:
            texts = values[present].astype(str).str.strip()
            texts = texts if len(texts) else pd.Series([""])
            print(name, sheet, column, "text", len(values), int(present.sum()), texts.iloc[0], texts.iloc[-1], sep="\t")
