"""Numbers that the study files beside this script should arrive at, from the results of other programs.

Run: python3 expected.py GOLDENS > expected.csv      (GOLDENS holds the programs' results)

A line names the study, the output (`table column` of a regression, or a file of results), the row, the field, the
number, the relative tolerance and where the number comes from.
"""
import csv
import json
import sys
from pathlib import Path

GOLDENS = Path(sys.argv[1])
OLS = {entry["id"]: entry for entry in json.load(open(GOLDENS / "fe/ols_fixest.json"))}
IV = {entry["id"]: entry for entry in json.load(open(GOLDENS / "fe/iv_fe.json"))}
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["study", "output", "row", "field", "value", "tolerance", "source"])


def ols(study, output, entry, covariance, names=None):
    """Coefficients and standard errors of a least-squares call; names translate the program's coefficient names."""
    golden = OLS[entry]
    source = f"{golden['program']}: {golden['call']}, vcov {covariance}"
    errors = golden["vcov"][covariance]["ssc_default"]["se"]
    for place, (name, value) in enumerate(golden["coef"].items()):
        # A single coefficient's error stands in a list.
        error = errors[name] if isinstance(errors, dict) else errors[place]
        shown = (names or {}).get(name, name)
        out.writerow([study, output, shown, "estimate", repr(value), "1e-9", source])
        out.writerow([study, output, shown, "se", repr(error), "1e-9", source])
    out.writerow([study, output, "", "n_obs", golden["n_obs_used"], "0", source])


def rows(path):
    return list(csv.DictReader(open(GOLDENS / path)))


ols("grunfeld", "investment (1)", "grunfeld_twfe", "iid")
ols("grunfeld", "investment (2)", "grunfeld_twfe", "cl1")
ols("grunfeld", "investment (3)", "grunfeld_u_twfe", "DK2", {"I(I(value^2))": "value^2"})
ols("grunfeld", "investment (4)", "grunfeld_pooled", "hetero")
ols("produc", "production (1)", "produc_twfe", "iid")
ols("produc", "production (2)", "produc_twfe", "cl1")
ols("produc", "production (3)", "produc_region_year", "cl1")
ols("empluk", "employment (1)", "empluk_twfe_unbal", "cl2")
ols("cigar", "sales (1)", "cigar_twfe", "DK1")
ols("wages", "wages (1)", "wages_id_only_u", "cl1", {"exp2": "exp^2"})
ols("trade", "gravity (1)", "trade_4fe", "cl2")
ols("trade", "gravity (2)", "trade_pairyear", "cl1")
ols("nlswork", "wages (1)", "nlswork_twfe_keepsingletons", "cl1", {"age2": "age^2", "ttl_exp2": "ttl_exp^2", "tenure2": "tenure^2"})
ols("quakes", "depth (1)", "quakes_conley", "hetero")

for study, output, entry, covariance in [
    ("crime", "deterrence (1)", "crime_1endog_overid", "ivreghdfe.2sls.cl1"),
    ("jtrain", "scrap (1)", "jtrain_scrap", "ivreghdfe.2sls.iid"),
]:
    golden, result = IV[entry], IV[entry]["ivreg2"][covariance]
    source = f"ivreg2r 8c666db with the rules of {covariance}: {golden['call']}"
    for name, value in result["coef"].items():
        out.writerow([study, output, name, "estimate", repr(value), "1e-8", source])
        out.writerow([study, output, name, "se", repr(result["se"][name]), "1e-8", source])
    out.writerow([study, output, "", "n_obs", golden["n"], "0", source])
    overid = result["diagnostics"]["overid"]
    out.writerow([study, output, "over_id", "stat", repr(overid["stat"]), "1e-8", source])

for row in rows("dea/r_sbm/Tone2001_sbm_deaR153_nonparaeff0515.csv"):
    for variant in ["no_crs", "no_vrs", "io_crs", "io_vrs", "oo_crs", "oo_vrs"]:
        name = variant.replace("_", "-")
        out.writerow(["tone2001", f"results/gtfp-{name}.csv", row["dmu"].removeprefix("DMU_"), "score_global", row[f"deaR_sbm_{variant}"], "1e-9", f"deaR 1.5.3 model_sbmeff {variant}"])
for study, path in [("tone2003", "Tone2003"), ("hua-bian", "Hua_Bian_2007")]:
    for row in rows(f"dea/r_sbm_bads/{path}_sbm_bads_deaR153.csv")[:9]:
        for variant in ["no_crs", "no_vrs"]:
            name = variant.replace("_", "-")
            out.writerow([study, f"results/gtfp-{name}.csv", row["dmu"], "score_global", row[f"deaR_sbm_{variant}"], "1e-9", f"deaR 1.5.3 model_sbmeff(ud_outputs=) {variant}"])
for row in rows("dea/ebm_tone_tsutsui_2010/hospital_ours_input_crs.csv"):
    out.writerow(["hospitals", "results/gtfp-ebm-i-c.csv", row["dmu"], "score_global", row["deapack_score"], "1e-6", "DEAPack 2.0.1 InputOrientedEpsilonBasedDEA, epsilon 0.529398023102911, w (.5, .5)"])
for row in rows("dea/stata_gtfpch/provinces_sbm_bads_crs_deaR153.csv")[:30]:
    out.writerow(["provinces", "results/gtfp-sbm.csv", row["id"], "score_global", row["score"], "1e-9", "deaR 1.5.3 model_sbmeff(ud_outputs=), CRS, 90 province-years pooled"])
for row in rows("dea/stata_gtfpch/ex3result_stata.csv")[:30]:
    key = f"{row['Province']} {row['Pdwise'].split('~')[1]}"
    out.writerow(["provinces", "results/gtfp-gml.csv", key, "gml", row["TFPCH"], "1e-6", "Stata gtfpch K L= Y: CO2, global (float)"])
for row in rows("dea/deapack/provinces_gml_KL_Y_CO2_deapack201.csv")[:30]:
    key = f"{row['dmu_id']} {row['comparison_period']}"
    for field, column in [("gml", "productivity_change"), ("ec", "efficiency_change"), ("tc", "best_practice_change")]:
        out.writerow(["provinces", "results/gtfp-gml.csv", key, field, row[column], "1e-9", "DEAPack 2.0.1 GlobalMalmquistLuenbergerDEA"])
for row in rows("dea/r_malmquist/EconomyLong_io_glob_crs_fgnz_mi_deaR153.csv"):
    for name in ["Beijing", "Tianjin", "Hebei", "Liaoning", "Jiangsu", "Guangdong"]:
        out.writerow(["economy", "results/gtfp-global.csv", f"{name} {row['period']}", "gml", row[name], "1e-9", "deaR 1.5.3 malmquist_index(orientation = io, type1 = glob, rts = crs)"])
