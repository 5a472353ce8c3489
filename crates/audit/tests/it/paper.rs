//! The audit of the paper's own numbers finds what a careful reader finds by hand.

use crate::support::snapshot;
use panel_audit::{Audit, AuditSpec, Check, Status, audit};
use report::{Lang, PublishedRow, StarRule, TableFormat};

const NUMBERS: &str = include_str!("../../../../fixtures/published.csv");
const SPEC: &str = include_str!("../../../../fixtures/published.audit.toml");

fn paper() -> Audit {
    let rows = PublishedRow::read_csv(NUMBERS, "published.csv").expect("reads");
    audit(&rows, &AuditSpec::from_toml(SPEC).expect("a specification")).expect("audits")
}

fn places(audit: &Audit, check: Check, status: Status) -> Vec<&str> {
    audit.of(check).filter(|f| f.status == status).map(|f| f.place.as_str()).collect()
}

#[test]
fn stars_41_agree_9_need_rounding_2_are_impossible() {
    let audit = paper();
    assert_eq!(audit.star_counts(), (41, 9, 2));
    assert_eq!(places(&audit, Check::Stars, Status::Contradiction), ["5 (1) Iv", "5 (3) Va"]);
    let border = audit.of(Check::Stars).find(|f| f.place == "8 (1) Va").expect("there");
    assert!(border.message.get(Lang::En).contains("right under t with 229 degrees of freedom (p = 0.0507)"));
}

#[test]
fn identities_of_ind_and_mar_fail_and_mar_was_divided_by_100() {
    let audit = paper();
    assert_eq!(
        places(&audit, Check::Mediation, Status::Contradiction),
        ["7 (1) n", "7 (3) Va → Ind", "7 (3) Va_sq → Ind", "7 (5) Va → Mar", "7 (5) Va_sq → Mar"]
    );
    let mar = audit.of(Check::Mediation).find(|f| f.place == "7 (5) Va → Mar").expect("there");
    assert!(mar.implied.get(Lang::En).starts_with("-0.1440"), "{:?}", mar.implied);
    assert!(mar.message.get(Lang::En).contains("divided by 100 it is -0.0133"), "{:?}", mar.message);
    let ind = audit.of(Check::Mediation).find(|f| f.place == "7 (3) Va → Ind").expect("there");
    assert_eq!(ind.implied.get(Lang::En), "-0.0170 (-0.0176 … -0.0164)");
}

#[test]
fn sample_sizes() {
    let audit = paper();
    assert_eq!(places(&audit, Check::SampleSize, Status::Contradiction), ["7 (1)"]);
    assert_eq!(places(&audit, Check::SampleSize, Status::Deviation), ["2 (1)", "6 (4)", "8 (1)"]);
    let sums = audit.of(Check::SampleSize).filter(|f| f.place.contains('+')).all(|f| f.status == Status::Ok);
    assert!(sums, "800 + 800 + 632 and 1416 + 816 are 2232");
}

#[test]
fn the_two_stage_turning_point_lies_outside_the_sample() {
    let audit = paper();
    assert_eq!(places(&audit, Check::TurningPoint, Status::Contradiction), ["5 (3)"]);
    assert_eq!(places(&audit, Check::TurningPoint, Status::Rounding), ["6 (2) (中部)"], ".91 needs truncation");
    let east = audit.of(Check::TurningPoint).find(|f| f.place == "6 (1) (东部)").expect("there");
    assert_eq!(east.status, Status::Ok);
}

#[test]
fn instruments() {
    let audit = paper();
    let contradictions = places(&audit, Check::Instruments, Status::Contradiction);
    assert_eq!(contradictions, ["5 (1) Iv", "5 (2) Iv_sq", "5 (3) Anderson LM"]);
    let deviations = places(&audit, Check::Instruments, Status::Deviation);
    assert_eq!(deviations, ["5 (1)", "5 (2)", "5 (3) Stock-Yogo 10%"]);
}

#[test]
fn moderation_shifts_left_but_flips_at_4_83() {
    let audit = paper();
    let implied: Vec<&str> = audit.of(Check::Moderation).map(|f| f.implied.get(Lang::En)).collect();
    assert_eq!(
        implied,
        ["-0.0033 (-0.0042 … -0.0024)", "θ₂+θ₄m = 0: m = 4.83; θ₁+θ₃m = 0: m = 4.68", "Infra = 4.06, 4.59"]
    );
    let shift = audit.of(Check::Moderation).next().expect("there");
    assert!(shift.message.get(Lang::En).contains("about 0.10"), "{:?}", shift.message);
}

#[test]
fn descriptives_and_subsamples() {
    let audit = paper();
    assert_eq!(places(&audit, Check::Descriptives, Status::Contradiction), ["1 Ind min"]);
    let remarks = audit.of(Check::Subsamples).filter(|f| f.status == Status::Remark).count();
    assert_eq!(remarks, 5, "every subsample lies beyond the pooled curve, and the border cities flip");
    let border = audit.of(Check::Subsamples).last().expect("there");
    assert_eq!(border.implied.get(Lang::En), "rest ≈ -0.21");
}

#[test]
fn precision_says_where_the_variation_of_va_would_have_to_lie() {
    let audit = paper();
    let shown: Vec<(&str, &str)> = audit
        .of(Check::Precision)
        .filter(|f| f.status == Status::Remark)
        .map(|f| (f.place.as_str(), f.implied.get(Lang::En)))
        .collect();
    assert_eq!(
        shown[..2],
        [
            // .006² (1/.022² + 1/.077² + 1/.071²) = .0876; 2232/800 (.0065/.0215)² = .255.
            ("2 (2) Va / 6 (1), 6 (2), 6 (3)", "Σ se²/se_g² = 0.088 (≤ 0.26)"),
            ("2 (2) Va_sq / 6 (1), 6 (2), 6 (3)", "Σ se²/se_g² = 0.030 (≤ 0.096)"),
        ]
    );
    let border = audit.of(Check::Precision).find(|f| f.place == "2 (2) Va / 8 (2)").expect("there");
    // 1 - 2232/1840 (.0065/.0125)² = .672, of 392 in 2232 observations.
    assert_eq!((border.status, border.implied.get(Lang::En)), (Status::Remark, "rest ≥ 67% of the variation"));
    assert!(border.message.get(Lang::En).contains("9.6 times as much each"), "{:?}", border.message);
}

#[test]
fn samples_of_like_precision_are_no_remark() {
    let rows = "2,(1),Va,0.010,0.0010,***,800,\n6,(1),Va,0.011,0.0014,***,400,\n6,(2),Va,0.009,0.0014,***,400,";
    let spec = "[[partition]]\nwhole = \"2 (1)\"\nparts = [\"6 (1)\", \"6 (2)\"]\nterms = [\"Va\"]";
    let audit = audited(rows, spec);
    let finding = audit.of(Check::Precision).next().expect("a finding");
    assert_eq!(finding.status, Status::Ok);
    assert!(finding.implied.get(Lang::En).starts_with("Σ se²/se_g² = 1.0"), "{:?}", finding.implied);
}

#[test]
fn the_audit_as_a_table_and_a_csv() {
    let audit = paper();
    let markdown = |lang| {
        String::from_utf8(audit.table(false).render(TableFormat::Markdown, lang).expect("renders")).expect("UTF-8")
    };
    snapshot("audit_paper_en", "Findings on the published numbers", &markdown(Lang::En));
    snapshot("audit_paper_zh", "Findings on the published numbers", &markdown(Lang::Zh));
    snapshot("audit_paper_csv", "All statements", &audit.csv());
}

#[test]
fn an_audit_is_a_record() {
    let audit = paper();
    let json = serde_json::to_value(&audit).expect("plain data");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(audit.findings.len()));
    assert_eq!(json["findings"][0]["check"], "sample-size");
    assert_eq!(serde_json::from_value::<Audit>(json).expect("reads back"), audit);
}

#[test]
fn hand_audits_agree_where_they_are_at_hand() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(text) = std::fs::read_to_string(folder.join("audit_stars.csv")) else {
        eprintln!("skipped: no ../shared/data/audit_stars.csv");
        return;
    };
    let audit = paper();
    let ours: Vec<Status> = audit.of(Check::Stars).map(|f| f.status).collect();
    let theirs: Vec<Status> = text
        .lines()
        .skip(1)
        .map(|line| match line.rsplit(',').next() {
            Some("ok") => Status::Ok,
            Some("IMPOSSIBLE") => Status::Contradiction,
            _ => Status::Rounding,
        })
        .collect();
    assert_eq!(ours, theirs);

    let text = std::fs::read_to_string(folder.join("audit_turning_points.csv")).expect("beside the stars");
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let place = format!("{} {}", fields[0], fields[1]);
        if place == "8 (3)" {
            continue; // the moderated column has no single turning point
        }
        let finding = audit.of(Check::TurningPoint).find(|f| f.place == place).expect("a turning point");
        let value: f64 = fields[4].parse().expect("a number");
        let ours: f64 = finding.implied.get(Lang::En).split(' ').next().expect("a value").parse().expect("a number");
        assert!((value - ours).abs() < 0.000_6, "{place}: {value} against {ours}");
    }
}

/// Findings of one row `Va` of a column with these texts.
fn audited(rows: &str, spec: &str) -> Audit {
    let text = format!("table,column,row,coef,se,stars,n,other\n{rows}\n");
    let spec = format!("[stars]\nthresholds = [0.1, 0.05, 0.01]\n{spec}");
    let spec = AuditSpec::from_toml(&spec).expect("a specification");
    audit(&PublishedRow::read_csv(&text, "p.csv").expect("reads"), &spec).expect("audits")
}

#[test]
fn a_standard_error_printed_as_zero_leaves_only_the_range_of_t() {
    let stars = |row: &str| {
        let audit = audited(&format!("2,(1),Va,{row},2232,"), "[sample]\nperiods = 8");
        let finding = audit.of(Check::Stars).next().expect("a finding").clone();
        (finding.status, finding.implied.get(Lang::En).to_owned())
    };
    // 0/0: any t is possible.
    assert_eq!(stars("0.000,0.000,***"), (Status::Rounding, "|t| = – (0.00–∞), p ≤ 1.000, –".to_owned()));
    assert_eq!(stars("0.000,0.000,").0, Status::Rounding);
    // At least .4995/.0005.
    assert_eq!(stars("0.500,0.000,***").0, Status::Rounding);
    assert_eq!(stars("0.500,0.000,"), (Status::Contradiction, "|t| = – (999.00–∞), p < 0.001, ***".to_owned()));
    assert_eq!(stars("0.002,0.000,").0, Status::Contradiction);
    assert_eq!(stars("0.001,0.000,").0, Status::Rounding, "|t| may be 1");
}

#[test]
fn a_square_printed_as_zero_has_no_shape() {
    let rows = "2,(1),Va,0.010,0.001,***,,\n2,(1),Va_sq,0.000,0.001,,,";
    let curve = "[[curve]]\nlinear = \"Va\"\nsquare = \"Va_sq\"";
    let audit = audited(rows, curve);
    let finding = audit.of(Check::TurningPoint).next().expect("a finding");
    assert_eq!((finding.status, finding.implied.get(Lang::En)), (Status::Remark, "–"));
    assert!(finding.message.get(Lang::En).contains("sign is unknown"), "{:?}", finding.message);
}

#[test]
fn a_critical_value_outside_the_tables_is_not_checked() {
    let instruments = |endogenous: usize| {
        let spec = format!(
            "[[instruments]]\nsecond = \"5 (3)\"\nendogenous = {endogenous}\ninstruments = 101\ncritical_value = \"SY\""
        );
        let audit = audited("5,(3),Va,0.010,0.001,***,,SY=9.99", &spec);
        audit.of(Check::Instruments).next().expect("a finding").clone()
    };
    for endogenous in [1, 3] {
        let finding = instruments(endogenous);
        assert_eq!(finding.status, Status::Remark);
        assert!(finding.message.get(Lang::En).contains("not tabulated"), "{:?}", finding.message);
    }
}

#[test]
fn a_specification_that_names_what_is_not_there_is_refused() {
    let rows = PublishedRow::read_csv(NUMBERS, "published.csv").expect("reads");
    let mut spec = AuditSpec::new(StarRule::china());
    assert!(audit(&rows, &spec).is_ok(), "stars need no declaration");
    let text = SPEC.replace("mediator = \"Ina\"", "mediator = \"Inna\"");
    let error = audit(&rows, &AuditSpec::from_toml(&text).expect("reads")).expect_err("no such row").to_string();
    assert!(error.contains("row `Inna`") && error.contains("did you mean `Ina`"), "{error}");
    let text = SPEC.replace("periods = 8", "perids = 8");
    let error = AuditSpec::from_toml(&text).expect_err("unknown key").to_string();
    assert!(error.contains("perids"), "{error}");
    let line = SPEC.lines().position(|line| line.contains("periods = 8")).expect("there") + 1;
    assert!(error.starts_with(&format!("line {line}: ")), "{error}");
    spec.sample.periods = Some(7);
    assert!(audit(&rows, &spec).expect("audits").has_contradictions());
}
