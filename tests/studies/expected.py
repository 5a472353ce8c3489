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
        out.writerow(["economy", "results/gtfp-global.csv", f"{name} {row['period']}", "index", row[name], "1e-9", "deaR 1.5.3 malmquist_index(orientation = io, type1 = glob, rts = crs)"])

# What columns ask for: estimators and tests of instruments (Stata's ivreg2 on Card's data), tests on Grunfeld's firms.
IVREG2 = "Stata ivreg2 (restatr/ivreg2r 8c666db): ivreg2 lwage exper expersq black south (educ=nearc2 nearc4), robust small"
STATISTICS = {"j": "over_id", "idstat": "under_id", "widstat": "weak_id_robust", "cdf": "weak_id", "arf": "anderson_rubin",
              "sstat": "stock_wright", "estat": "endogeneity", "arubin": "liml_over_id"}
CARD = [("overid", "hc1", ""), ("liml_overid", "hc1", " liml"), ("overid_gmm2s", "robust", " gmm2s"),
        ("fuller1_overid", "hc1", " fuller(1)"), ("kclass_half", "hc1", " kclass(.5)")]
for place, (stem, vcov, more) in enumerate(CARD, 1):
    output, source = f"wage ({place})", IVREG2 + more
    coefficients = {row["term"]: row for row in rows(f"fe/stata_ivreg2r/card_{stem}_coef_{vcov}_small.csv")}
    tests = rows(f"fe/stata_ivreg2r/card_{stem}_diagnostics_{vcov}_small.csv")[0]
    for name in ["educ", "exper", "south"]:
        out.writerow(["card", output, name, "estimate", repr(float(coefficients[name]["estimate"])), "1e-8", source])
        out.writerow(["card", output, name, "se", repr(float(coefficients[name]["std_error"])), "1e-7", source])
    for printed, name in STATISTICS.items():
        if tests.get(printed):
            out.writerow(["card", output, name, "stat", repr(float(tests[printed])), "1e-6", source])
orthogonal = rows("fe/stata_ivreg2r/card_orthog1_orthog_hc1_small.csv")[0]
out.writerow(["card", "wage (1)", "nearc2 are exogenous", "stat", repr(float(orthogonal["cstat"])), "1e-6",
              IVREG2 + " orthog(nearc2)"])
R = json.load(open(Path(__file__).parent / "../../crates/panel-fe/tests/golden/r.json"))
for output, name, field, value, tolerance, source in [
    *[(f"tests ({column})", null, "stat", R[key][0], "1e-9",
       'R 4.2.2: car 3.1.1 linearHypothesis(lm(inv ~ value + capital + factor(firm) + factor(year)), …, test = "F")')
      for column in (1, 2) for null, key in [("value = capital = 0", "wald_iid"), ("value = 0.5*capital", "restriction")]],
    ("diagnostics (1)", "hausman", "stat", R["phtest"][0], "1e-9", "R 4.2.2: plm 2.6.2 phtest(fe, re)"),
    ("diagnostics (1)", "pesaran_cd", "stat", R["pcdtest"][0], "1e-9",
     'R 4.2.2: plm 2.6.2 pcdtest(…, model = "within", test = "cd")'),
    ("diagnostics (1)", "mundlak", "stat", 1.0656831127038064, "1e-9",
     "Python linearmodels 7.1: PooledOLS on quasi-demeaned columns with entity means, debiased; Wald test of the means"),
    ("diagnostics (2)", "mundlak", "stat", 3.6598525785195846, "1e-9",
     "Python linearmodels 7.1: the same, clustered by firm, group_debias"),
    ("diagnostics (3)", "vif", "mean", R["vif"][0], "1e-9", "R 4.2.2: car 3.1.1 vif(lm(inv ~ value + capital))"),
    ("instruments (1)", "wu_hausman", "stat", R["iv"]["wu_hausman"][2], "1e-8",
     "R 4.2.2: AER 1.2.10 summary(ivreg(…), diagnostics = TRUE)"),
    ("instruments (1)", "over_id", "stat", R["iv"]["sargan"][1], "1e-8",
     "R 4.2.2: AER 1.2.10 summary(ivreg(…), diagnostics = TRUE)"),
]:
    out.writerow(["asked", output, name, field, repr(value), tolerance, source])
