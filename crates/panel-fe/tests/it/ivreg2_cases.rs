//! The configurations behind the `ivreg2` fixtures: which file belongs to which command.

use panel_fe::iv::Estimator;
use panel_fe::vcov::Kernel;

#[derive(Debug, Clone, Copy)]
pub enum VcovKind {
    Iid,
    Robust,
    Cluster(&'static [&'static str]),
    /// Kernel and bandwidth; bandwidth 0 stands for `bw(auto)`.
    Hac(Kernel, f64),
    Ac(Kernel, f64),
    Kiefer,
    DriscollKraay(Kernel, f64),
    UnitAndTime(Kernel, f64),
}

#[derive(Debug, Clone, Copy)]
pub enum WeightKind {
    None,
    /// `aweight` and `pweight`.
    Analytic(&'static str),
    Frequency(&'static str),
}

#[derive(Debug, Clone)]
pub struct Case {
    pub prefix: &'static str,
    pub suffix: String,
    pub data: &'static str,
    pub y: &'static str,
    pub exog: &'static [&'static str],
    pub constant: bool,
    pub endog: &'static [&'static str],
    pub instruments: &'static [&'static str],
    pub vcov: VcovKind,
    pub cluster_is_binary: bool,
    pub small: bool,
    pub estimator: Estimator,
    pub coviv: bool,
    pub weights: WeightKind,
    pub dofminus: f64,
    pub sdofminus: f64,
    pub orthog: &'static [&'static str],
    pub unit: &'static str,
    pub time: &'static str,
    /// Kinds of files that belong to this command; empty for all.
    pub kinds: &'static [&'static str],
    /// Relative tolerance of statistics.
    pub tolerance: f64,
}

impl Case {
    pub fn name(&self) -> String {
        format!("{} {}", self.prefix, self.suffix)
    }
}

fn base(prefix: &'static str) -> Case {
    Case {
        prefix,
        suffix: String::new(),
        data: "",
        y: "y",
        exog: &[],
        constant: true,
        endog: &[],
        instruments: &[],
        vcov: VcovKind::Iid,
        cluster_is_binary: false,
        small: false,
        estimator: Estimator::TwoStage,
        coviv: false,
        weights: WeightKind::None,
        dofminus: 0.0,
        sdofminus: 0.0,
        orthog: &[],
        unit: "",
        time: "",
        kinds: &[],
        tolerance: 1e-8,
    }
}

const CARD_X: &[&str] = &["exper", "expersq", "black", "south"];

/// `ivreg2 lwage exper expersq black south (educ = nearc4)`, Card (1995).
fn card_just(prefix: &'static str) -> Case {
    Case { data: "card_data.csv", y: "lwage", exog: CARD_X, endog: &["educ"], instruments: &["nearc4"], ..base(prefix) }
}

/// `(educ = nearc2 nearc4)`.
fn card_over(prefix: &'static str) -> Case {
    Case { instruments: &["nearc2", "nearc4"], ..card_just(prefix) }
}

/// `ivreg2 y x1 x2 (endo1 endo2 = z1 z2 z3 z4)`.
fn multi(prefix: &'static str) -> Case {
    let data = "sim_multi_endo_data.csv";
    Case {
        data,
        exog: &["x1", "x2"],
        endog: &["endo1", "endo2"],
        instruments: &["z1", "z2", "z3", "z4"],
        ..base(prefix)
    }
}

/// `ivreg2 y x1 (endo1 = z1 z2)`.
fn sim(prefix: &'static str, data: &'static str) -> Case {
    Case { data, exog: &["x1"], endog: &["endo1"], instruments: &["z1", "z2"], ..base(prefix) }
}

/// `ivreg2 y w (x = z1 z2)` on 200 periods.
fn series(prefix: &'static str, data: &'static str) -> Case {
    Case { data, exog: &["w"], endog: &["x"], instruments: &["z1", "z2"], time: "t", ..base(prefix) }
}

/// `ivreg2 lwage exper expersq married union (hours = educ black)`, panel nr × year.
fn wagepan(prefix: &'static str) -> Case {
    Case {
        data: "wp_ck_data.csv",
        y: "lwage",
        exog: &["exper", "expersq", "married", "union"],
        endog: &["hours"],
        instruments: &["educ", "black"],
        unit: "nr",
        time: "year",
        ..base(prefix)
    }
}

const SMSA: VcovKind = VcovKind::Cluster(&["smsa"]);
const SMSA66: VcovKind = VcovKind::Cluster(&["smsa66"]);
const ID: VcovKind = VcovKind::Cluster(&["cluster_id"]);

/// The same model under several covariances, each with and without `small`.
fn each(into: &mut Vec<Case>, case: &Case, covariances: &[(&str, VcovKind)]) {
    for (suffix, vcov) in covariances {
        for small in [false, true] {
            let suffix = format!("{suffix}{}", if small { "_small" } else { "" });
            into.push(Case { suffix, vcov: *vcov, small, ..case.clone() });
        }
    }
}

fn one(into: &mut Vec<Case>, case: Case, suffix: &str, vcov: VcovKind) {
    into.push(Case { suffix: suffix.to_owned(), vcov, ..case });
}

pub fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    card(&mut all);
    simulated(&mut all);
    kernels(&mut all);
    gmm(&mut all);
    all
}

fn card(all: &mut Vec<Case>) {
    let iid = ("iid", VcovKind::Iid);
    let hc1 = ("hc1", VcovKind::Robust);
    let binary = |case: Case| Case { cluster_is_binary: true, ..case };
    // The reduced-form files of card_just_id and card_overid were also made with cluster(smsa).
    each(all, &binary(card_just("card_just_id")), &[iid, hc1, ("cl", SMSA)]);
    each(all, &binary(card_over("card_overid")), &[iid, hc1, ("cl", SMSA)]);
    let weighted = Case { weights: WeightKind::Analytic("weight"), ..card_just("card_just_id_weighted") };
    each(all, &weighted, &[iid, hc1]);
    // The reduced forms were made by another command than the rest, with another cluster variable.
    let estimates = &["coef", "vcov", "diagnostics", "firststage"];
    each(all, &binary(Case { kinds: estimates, ..weighted.clone() }), &[("cl", SMSA66)]);
    each(all, &binary(Case { kinds: &["rf", "system"], ..weighted }), &[("cl", SMSA)]);
    let over = &["nearc4", "nearc2"];
    let frequency = WeightKind::Frequency("weight");
    let analytic = WeightKind::Analytic("weight");
    each(all, &binary(Case { weights: frequency, ..card_just("card_fweight_just_id") }), &[iid, hc1, ("cl", SMSA)]);
    each(
        all,
        &binary(Case { weights: frequency, instruments: over, ..card_just("card_fweight_overid") }),
        &[iid, hc1, ("cl", SMSA)],
    );
    let hc0 = ("hc0", VcovKind::Robust);
    each(all, &binary(Case { weights: analytic, ..card_just("card_pweight_just_id") }), &[hc0, ("cl", SMSA)]);
    each(
        all,
        &binary(Case { weights: analytic, instruments: over, ..card_just("card_pweight_overid") }),
        &[hc0, ("cl", SMSA)],
    );
    each(
        all,
        &binary(Case { weights: analytic, instruments: over, ..card_just("card_aweight_overid") }),
        &[iid, hc1, ("cl", SMSA)],
    );
    let dof = |case: Case| Case { dofminus: 1.0, sdofminus: 1.0, cluster_is_binary: true, ..case };
    each(all, &dof(card_just("card_just_id_dofminus")), &[iid, hc1, ("cl", SMSA66)]);
    each(all, &dof(card_over("card_overid_dofminus")), &[iid, hc1, ("cl", SMSA66)]);
    let k = |case: Case, estimator: Estimator| Case { estimator, cluster_is_binary: true, ..case };
    let cl = ("cl", SMSA66);
    each(all, &k(card_over("card_liml_overid"), Estimator::Liml), &[iid, hc1, cl]);
    each(all, &Case { coviv: true, ..k(card_over("card_liml_overid_coviv"), Estimator::Liml) }, &[iid, hc1, cl]);
    each(all, &k(card_just("card_liml_justid"), Estimator::Liml), &[iid, hc1, cl]);
    each(all, &k(card_over("card_fuller1_overid"), Estimator::Fuller(1.0)), &[iid, hc1, cl]);
    each(all, &k(card_over("card_fuller4_overid"), Estimator::Fuller(4.0)), &[iid]);
    each(all, &k(card_over("card_kclass_half"), Estimator::KClass(0.5)), &[iid, hc1]);
    each(all, &k(card_over("card_kclass_1"), Estimator::KClass(1.0)), &[iid]);
    each(all, &Case { weights: analytic, ..k(card_over("card_liml_weighted"), Estimator::Liml) }, &[iid, hc1]);
    // ivreg2 lwage exper expersq (educ = nearc2 nearc4), orthog(nearc2)
    let orthog = Case { exog: &["exper", "expersq"], orthog: &["nearc2"], ..card_over("card_orthog1") };
    each(all, &orthog, &[iid, hc1]);
    each(all, &Case { prefix: "card_orthog1_dof", dofminus: 1.0, ..orthog.clone() }, &[iid, hc1]);
    one(all, Case { prefix: "card_orthog2", orthog: &["nearc2", "nearc4"], ..orthog }, "iid", VcovKind::Iid);
}

fn simulated(all: &mut Vec<Case>) {
    let iid = ("iid", VcovKind::Iid);
    let hc1 = ("hc1", VcovKind::Robust);
    each(all, &multi("sim_multi_endo"), &[iid, hc1]);
    each(all, &Case { estimator: Estimator::Liml, ..multi("sim_multi_endo_liml") }, &[iid, hc1]);
    each(all, &Case { estimator: Estimator::Fuller(1.0), ..multi("sim_multi_endo_fuller1") }, &[iid]);
    // J is .083, and 43 of the 3500 exported values stand for two neighbouring floats: the last digits are not determined.
    let no_constant = Case { constant: false, tolerance: 2e-8, ..sim("sim_no_constant", "sim_no_constant_data.csv") };
    each(all, &no_constant, &[iid, hc1]);
    each(all, &Case { exog: &[], ..sim("sim_intercept_only", "sim_intercept_only_data.csv") }, &[iid, hc1]);
    let cluster = sim("sim_cluster", "sim_cluster_data.csv");
    each(all, &cluster, &[iid, hc1, ("cl", ID)]);
    each(
        all,
        &Case { prefix: "sim_cluster_dofminus", dofminus: 1.0, sdofminus: 1.0, ..cluster.clone() },
        &[iid, hc1, ("cl", ID)],
    );
    each(all, &Case { prefix: "sim_cluster_orthog1", orthog: &["z1"], ..cluster }, &[("cl", ID)]);
    let two = VcovKind::Cluster(&["firm_id", "year_id"]);
    let twoway = sim("sim_twoway", "sim_twoway_data.csv");
    each(all, &twoway, &[("cl2", two)]);
    each(all, &Case { prefix: "sim_twoway_orthog1", orthog: &["z1"], ..twoway.clone() }, &[("cl2", two)]);
    for (suffix, case) in [
        ("cl2_dof", Case { dofminus: 1.0, sdofminus: 1.0, ..twoway.clone() }),
        ("cl2_wt", Case { weights: WeightKind::Analytic("wt"), ..twoway.clone() }),
        ("cl2_ols", Case { exog: &["x1", "endo1"], endog: &[], instruments: &[], ..twoway.clone() }),
    ] {
        each(all, &case, &[(suffix, two)]);
    }
}

fn kernels(all: &mut Vec<Case>) {
    use Kernel::{Bartlett, Daniell, Parzen, QuadraticSpectral, Tent, Truncated, TukeyHamming, TukeyHanning};
    let hac = series("ts_hac", "ts_hac_data.csv");
    for (suffix, kernel, bandwidth) in [
        ("bartlett_bw3", Bartlett, 3.0),
        ("bartlett_bw5", Bartlett, 5.0),
        ("parzen_bw4", Parzen, 4.0),
        ("truncated_bw3", Truncated, 3.0),
        ("thanning_bw3", TukeyHanning, 3.0),
        ("thamming_bw3", TukeyHamming, 3.0),
        ("daniell_bw4", Daniell, 4.0),
        ("tent_bw4", Tent, 4.0),
        ("qs_bw3", QuadraticSpectral, 3.0),
        ("auto_bartlett", Bartlett, 0.0),
        ("auto_parzen", Parzen, 0.0),
        ("auto_qs", QuadraticSpectral, 0.0),
    ] {
        one(all, hac.clone(), suffix, VcovKind::Hac(kernel, bandwidth));
    }
    let just = Case { instruments: &["z1"], ..hac };
    one(all, just.clone(), "qs_bw3_justid", VcovKind::Hac(QuadraticSpectral, 3.0));
    one(all, just.clone(), "auto_bartlett_justid", VcovKind::Hac(Bartlett, 0.0));
    let ac = series("ts_ac", "ts_hac_data.csv");
    one(all, ac.clone(), "bartlett_bw3", VcovKind::Ac(Bartlett, 3.0));
    one(all, ac.clone(), "parzen_bw4", VcovKind::Ac(Parzen, 4.0));
    one(all, ac.clone(), "auto_bartlett", VcovKind::Ac(Bartlett, 0.0));
    one(all, Case { prefix: "ts_ac", ..just }, "bartlett_bw5_justid", VcovKind::Ac(Bartlett, 5.0));
    let gap = series("ts_gap_hac", "ts_gap_hac_data.csv");
    one(all, gap.clone(), "bartlett_bw3", VcovKind::Hac(Bartlett, 3.0));
    one(all, gap, "auto_bartlett", VcovKind::Hac(Bartlett, 0.0));
    let justid = |case: Case| Case { instruments: &["educ"], ..case };
    for small in [false, true] {
        let tag = if small { "_small" } else { "" };
        let case = |prefix| Case { small, ..wagepan(prefix) };
        one(all, case("wp_kiefer"), &format!("overid{tag}"), VcovKind::Kiefer);
        one(all, case("wp_dk"), &format!("bar3_overid{tag}"), VcovKind::DriscollKraay(Bartlett, 3.0));
        one(all, case("wp_ck"), &format!("bar3_overid{tag}"), VcovKind::UnitAndTime(Bartlett, 3.0));
    }
    one(all, justid(wagepan("wp_kiefer")), "justid", VcovKind::Kiefer);
    one(all, justid(wagepan("wp_dk")), "bar3_justid", VcovKind::DriscollKraay(Bartlett, 3.0));
    one(all, wagepan("wp_dk"), "par4_overid", VcovKind::DriscollKraay(Parzen, 4.0));
    one(all, wagepan("wp_dk"), "tru2_overid", VcovKind::DriscollKraay(Truncated, 2.0));
    one(all, wagepan("wp_ck"), "par4_overid", VcovKind::UnitAndTime(Parzen, 4.0));
    one(all, justid(wagepan("wp_ck")), "bar3_justid", VcovKind::UnitAndTime(Bartlett, 3.0));
}

fn gmm(all: &mut Vec<Case>) {
    let age = VcovKind::Cluster(&["age"]);
    let two = |case: Case| Case { estimator: Estimator::Gmm2s, ..case };
    each(
        all,
        &two(card_over("card_overid_gmm2s")),
        &[("iid", VcovKind::Iid), ("robust", VcovKind::Robust), ("cluster", age)],
    );
    each(all, &two(card_just("card_justid_gmm2s")), &[("robust", VcovKind::Robust)]);
    for (suffix, weight, vcov) in
        [("aw_robust", "age", VcovKind::Robust), ("aw_cluster", "weight", age), ("pw_robust", "age", VcovKind::Robust)]
    {
        let weights = WeightKind::Analytic(weight);
        one(all, Case { weights, ..two(card_over("card_overid_gmm2s_weighted")) }, suffix, vcov);
    }
    one(all, Case { dofminus: 2.0, ..two(card_over("card_overid_gmm2s_dofminus")) }, "robust", VcovKind::Robust);
    one(all, two(card_over("card_overid_gmm2s_endog")), "robust", VcovKind::Robust);
    one(all, Case { orthog: &["nearc2"], ..two(card_over("card_overid_gmm2s_orthog")) }, "robust", VcovKind::Robust);
    let hac = VcovKind::Hac(Kernel::Bartlett, 3.0);
    one(all, two(series("ts_gmm2s", "ts_gmm_data.csv")), "hac_bartlett_bw3", hac);
}
