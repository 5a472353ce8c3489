"""Statistics of the city panel by pandas and numpy: python3 statistics.py CSV > statistics.tsv"""
import sys

import numpy as np
import pandas as pd

frame = pd.read_csv(sys.argv[1])
print(f"# pandas {pd.__version__}, numpy {np.__version__}: describe(percentiles=[.05,.5,.95]); winsorised mean: clip at np.nanpercentile 1, 99")
print("# what\tname\tnumbers")
for name in ["it_emp_1e4_raw", "deposits_1e4", "ind_dust_t", "hf_pop_1e4", "wage_cur"]:
    x = frame[name]
    d = x.describe(percentiles=[0.05, 0.5, 0.95])
    numbers = [d["count"], x.isna().sum(), d["mean"], d["std"], d["min"], d["5%"], d["50%"], d["95%"], d["max"]]
    print("describe", name, *[repr(float(v)) for v in numbers], sep="\t")
    w = x.clip(np.nanpercentile(x, 1), np.nanpercentile(x, 99))
    print("winsorised", name, repr(float(w.mean())), repr(float(w.std())), sep="\t")
    print("lagged", name, repr(float(frame.sort_values(["name_zh", "year"]).groupby("name_zh")[name].diff().sum())), sep="\t")
columns = [("wage_cur", 1), ("ind_dust_t", -1), ("sh3", 1), ("pm25", -1)]
x = frame[[name for name, _ in columns]].dropna().to_numpy()
signs = np.array([sign for _, sign in columns])
low, high = x.min(0), x.max(0)
z = np.where(signs > 0, (x - low) / (high - low), (high - x) / (high - low)) + 1e-4
p = z / z.sum(0)
e = -(p * np.log(p)).sum(0) / np.log(len(x))
w = (1 - e) / (1 - e).sum()
print("entropy", "wage_cur,-ind_dust_t,sh3,-pm25", len(x), *[repr(float(v)) for v in w], repr(float((z @ w).mean())), sep="\t")
