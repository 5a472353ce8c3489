//! A table of malformed inputs: each ends with one clear message and its exit code, nothing panics, earlier results stay.
//!
//! The messages are a snapshot, so that a change of one is seen and read by somebody.

use crate::small::{DATA, GTFP, HEAD, contents, folder, no_partial, study, table};
use crate::support::{run_study, snapshot, workspace};
use panelstudy::check::check_file;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A malformed study: what is wrong, files beside the data, the study, the exit code.
struct Case {
    name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    study: String,
    code: u8,
}

fn case(name: &'static str, study: String) -> Case {
    Case { name, files: Vec::new(), study, code: 2 }
}

/// A case whose data are a file of that name and content.
fn data(name: &'static str, file: &'static str, bytes: impl Into<Vec<u8>>, more: &str) -> Case {
    let study = HEAD.replace("data.csv", file) + more;
    Case { files: vec![(file, bytes.into())], ..case(name, study) }
}

/// The data with one piece of text changed.
fn changed(from: &str, to: &str) -> String {
    assert!(DATA.contains(from), "{from}");
    DATA.replacen(from, to, 1)
}

fn golden(name: &str) -> Vec<u8> {
    std::fs::read(workspace().join("crates/panel-core/tests/golden").join(name)).unwrap()
}

fn cut(bytes: &[u8], share: f64) -> Vec<u8> {
    bytes[..(bytes.len() as f64 * share) as usize].to_vec()
}

/// A Parquet file of the small panel.
fn parquet(x: Vec<f64>) -> Vec<u8> {
    let keys = |cell: usize| DATA.lines().skip(1).map(move |line| line.split(',').nth(cell).unwrap().to_owned());
    let panel = panel_core::Panel::builder("city", "year").keys(keys(0), keys(1)).column("x", x).build().unwrap();
    panel_core::io::write::to_parquet(&panel).unwrap()
}

/// A Stata file that promises four thousand million rows.
fn boundless_stata() -> Vec<u8> {
    let mut bytes = golden("legacy.dta");
    // Release 114: order of bytes at 1, number of variables at 4, number of rows at 6.
    bytes[6..10].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes
}

fn files() -> Vec<Case> {
    let any = table("y ~ x | city + year", "");
    let chinese = "city,year,y,x\n安阳,2013,1,2\n本溪,2013,3,4\n";
    let gb = [&b"city,year,y,x\n\xb0\xb2\xd1\xf4,2013,1,2\n"[..], &b"\xb1\xbe\xcf\xaa,2013,3,4\n"[..]].concat();
    vec![
        data("an empty file", "d.csv", "", &any),
        data("a header without data", "d.csv", "city,year,y,x\n", &any),
        data("a row that is cut", "d.csv", &DATA[..DATA.len() - 20], &any),
        data("a file cut inside a character", "d.csv", &chinese.as_bytes()[..chinese.len() - 11], &any),
        data("GB18030 named as UTF-8", "d.csv", gb, &format!("encoding = \"utf-8\"\n{any}")),
        data("an unknown encoding", "d.csv", DATA, &format!("encoding = \"gb1803\"\n{any}")),
        data("broken UTF-8", "d.csv", [chinese.as_bytes(), b"\xe5\xff,2014,1,2\n"].concat(), &any),
        data("a workbook called csv", "d.csv", golden("merged.xlsx"), &any),
        data("a truncated workbook", "d.xlsx", cut(&golden("merged.xlsx"), 0.6), &any),
        data("an unknown sheet", "d.xlsx", golden("merged.xlsx"), &format!("sheet = \"数居\"\n{any}")),
        data("a truncated Parquet file", "d.parquet", cut(&parquet(vec![1.0; 9]), 0.7), &any),
        data("a truncated Stata file", "d.dta", cut(&golden("legacy.dta"), 0.3), &any),
        data("a Stata file that promises too much", "d.dta", boundless_stata(), &any),
        data("a text called dta", "d.dta", DATA, &any),
        data("an unknown extension", "d.dat", DATA, &any),
        data("a Git LFS pointer", "d.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", &any),
        data("a name twice in the header", "d.csv", changed("so2,x", "x,x"), &any),
        data("a row that is too long", "d.csv", changed("Anyang,2014,11", "Anyang,2014,1,1"), &any),
        data("an open quote", "d.csv", changed("Benxi,2014", "\"Benxi,2014"), &any),
        case("no such file", HEAD.replace("data.csv", "dota.csv") + &any),
        case("a folder instead of a file", HEAD.replace("data.csv", "folder.csv") + &any),
    ]
}

fn keys() -> Vec<Case> {
    let any = table("y ~ x | city + year", "");
    let names = "names = { file = \"list.csv\", name = \"name\", others = [\"code\"] }\n";
    let list = ("list.csv", b"name,code\nAnyang,1\nBenxi,2\nChuzhou,3\n".to_vec());
    let mut twice =
        data("one city under two names", "d.csv", changed("Chuzhou,2013", "1,2013"), &format!("{names}{any}"));
    twice.files.push(list);
    let second = "[[source]]\nfile = \"second.csv\"\n";
    let mut differ = case("two sources that disagree", format!("{HEAD}{second}{any}"));
    differ.files.push(("second.csv", b"city,year,x\nBenxi,2014,99\n".to_vec()));
    let mut stranger = case("a source without keys", format!("{HEAD}{second}{any}"));
    stranger.files.push(("second.csv", b"town,when,w\nBenxi,2014,99\n".to_vec()));
    vec![
        data("a key twice", "d.csv", format!("{DATA}{}\n", DATA.lines().nth(5).unwrap()), &any),
        data(
            "a key twice with other values",
            "d.csv",
            format!("{DATA}{}\n", DATA.lines().nth(5).unwrap().replace(",3,3,2,", ",3,4,2,")),
            &any,
        ),
        data("a key that is written in another way", "d.csv", DATA.replace("city,year", "City,Jahr"), &any)
            .with(|study| study.replace("time = \"year\"", "time = \"when\"")),
        data("keys that one column per year hides", "d.csv", "City,1982,1983,1984,1985\na,1,2,3,4\n", &any),
        data(
            "a key that is lost before a reshape",
            "d.csv",
            "City,1982,1983\na,1,2\nb,3,4\n",
            &format!("reshape = {{ kind = \"wide-to-long\", variables = {{ y = \"\" }} }}\n{any}"),
        ),
        data(
            "years alone that have no stub",
            "d.csv",
            "city,1982,1983\na,1,2\n",
            &format!("reshape = {{ kind = \"wide-to-long\", variables = {{ y = \"Deaths\" }} }}\n{any}"),
        ),
        data(
            "too many rows passed over",
            "d.csv",
            DATA.replace(",y,", ",yy,"),
            &format!("skip_rows = 1\nrename = {{ y = \"yy\" }}\n{any}"),
        ),
        data("a key column that stands elsewhere", "d.csv", DATA, &format!("entity = \"city\"\nskip_rows = 1\n{any}")),
        data("a sheet without keys", "d.xlsx", golden("merged.xlsx"), &format!("sheet = \"数据\"\n{any}")),
        data("a row without a city", "d.csv", changed("Benxi,2014", ",2014"), &any),
        data("a row without a year", "d.csv", changed("Benxi,2014", "Benxi,"), &any),
        twice,
        differ,
        stranger,
        data("no source with both keys", "d.csv", "city,w\nBenxi,1\n", &any),
        data(
            "a lag of a year that is no number",
            "d.csv",
            changed("Benxi,2014", "Benxi,MMXIV"),
            &format!("lag = 1\n{any}"),
        ),
        data(
            "months without dates",
            "d.csv",
            changed("Benxi,2014", "Benxi,spring"),
            &format!("aggregate = {{ to = \"year\", with = \"mean\" }}\n{any}"),
        ),
        data(
            "a month twice",
            "d.csv",
            "city,year,y,x\na,2013-01,1,2\na,2013-02,2,3\na,2013-01,3,4\n",
            &format!("aggregate = {{ to = \"year\", with = \"mean\" }}\n{any}"),
        ),
        data(
            "a good twice",
            "d.csv",
            "city,year,good,x\na,2013,rice,2\na,2013,rice,3\n",
            &format!("reshape = {{ kind = \"long-to-wide\", name = \"good\", value = \"x\" }}\n{any}"),
        ),
        data("a filter that keeps nothing", "d.csv", DATA, &format!("filter = \"year > 2050\"\n{any}")),
        data("a column that is not there", "d.csv", DATA, &format!("columns = [\"y\", \"xx\"]\n{any}")),
        data("a rename of nothing", "d.csv", DATA, &format!("rename = {{ y = \"yy\" }}\n{any}")),
        data(
            "wide columns that are not there",
            "d.csv",
            "city,gdp2013\na,1\n",
            &format!("reshape = {{ kind = \"wide-to-long\", variables = {{ y = \"gpd\" }} }}\n{any}"),
        ),
        data(
            "a list of names without its column",
            "d.csv",
            DATA,
            &format!("names = {{ file = \"d.csv\", name = \"citty\" }}\n{any}"),
        ),
        data("rows that are no choice", "d.csv", DATA, &any)
            .with(|study| study.replace("[study]", "[study]\nrows = \"frist\"")),
    ]
}

impl Case {
    fn with(mut self, change: impl Fn(&str) -> String) -> Self {
        self.study = change(&self.study);
        self
    }
}

fn values() -> Vec<Case> {
    let any = table("y ~ x | city + year", "");
    let va = "[va]\nsector = \"l\"\ntotal = \"k\"\n";
    let labelled = format!("[variables]\neast = 'region == \"东部\"'\n{}", table("gdp ~ east", ""));
    let market = "[market]\nprices = [\"price_a\", \"price_b\"]\n";
    vec![
        data("words in a number column", "d.csv", DATA.replace(",North,", ",7,"), &table("y ~ region | city", "")),
        data("a text where the file has codes", "d.dta", golden("legacy.dta"), &labelled),
        data("text in a number column", "d.csv", changed("Benxi,2014,8,16,22,3,3", "Benxi,2014,8,16,22,3,3 ?"), &any),
        data(
            "an infinite value",
            "d.parquet",
            parquet(vec![1.0, 2.0, 3.0, f64::INFINITY, 5.0, 6.0, 7.0, 8.0, 9.0]),
            &table("x ~ 1 | city", ""),
        ),
        data(
            "a value beyond all numbers",
            "d.csv",
            changed("Benxi,2014,8,16,22,3,3", "Benxi,2014,8,16,22,3,1e999"),
            &any,
        ),
        data("a zero in EBM", "d.csv", changed("Chuzhou,2015,7,31,29,5", "Chuzhou,2015,7,31,29,0"), GTFP),
        data("a negative input in EBM", "d.csv", changed("Chuzhou,2015,7", "Chuzhou,2015,-7"), GTFP),
        data(
            "an input without any value",
            "d.csv",
            DATA.replace(",k,", ",kk,").replacen("kk,l", "kk,l,k", 1).replace("kk,l,k,y", "kk,k,y"),
            &GTFP.replace("\"k\", \"l\"", "\"gone\""),
        )
        .with(|study| study.replace("[[gtfp]]", "[variables]\ngone = \"lag(y, 9)\"\n[[gtfp]]")),
        data(
            "a regressor without any value",
            "d.csv",
            DATA,
            &format!("[variables]\ngone = \"lag(y, 9)\"\n{}", table("y ~ gone | city", "")),
        ),
        data("negative employment", "d.csv", changed("Chuzhou,2015,7,31", "Chuzhou,2015,7,-31"), va),
        data("a latitude beyond the pole", "d.csv", DATA.replace(",36.1", ",136.1"), va),
        data("a city that moves", "d.csv", changed("114.3,36.1,102", "115.3,36.1,102"), va),
        data("a price of zero", "d.csv", changed("36.1,102,101", "36.1,0,101"), market),
        data("a single good", "d.csv", DATA, &market.replace(", \"price_b\"", "")),
        data(
            "negative weights",
            "d.csv",
            changed("Benxi,2014,8,16", "Benxi,2014,8,-16"),
            &table("y ~ x | city", "weights = \"l\""),
        ),
        data("a single year with two-way effects", "d.csv", single_year(), &any),
        data("a single year with an index", "d.csv", single_year(), &format!("{GTFP}malmquist = \"gml\"\n")),
        data(
            "a constant outcome",
            "d.csv",
            DATA,
            &format!("[variables]\none = \"0 * y + 1\"\n{}", table("one ~ x | city", "")),
        ),
        data(
            "collinear regressors only",
            "d.csv",
            DATA,
            &format!("[variables]\nsame = \"if(region == \\\"North\\\", 1, 0)\"\n{}", table("y ~ same | city", "")),
        ),
        data("as many parameters as rows", "d.csv", DATA, &table("y ~ x + z + k + l + so2 | city + year", "")),
        data(
            "an entropy index of constants",
            "d.csv",
            DATA,
            &format!("[variables]\none = \"0 * y + 1\"\ne = \"entropy(one)\"\n{}", table("e ~ x | city", "")),
        ),
        data(
            "a capital stock without its base year",
            "d.csv",
            DATA,
            &format!("[variables]\nc = \"pim(y, base = 1999)\"\n{}", table("c ~ x | city", "")),
        ),
    ]
}

fn single_year() -> String {
    DATA.lines().filter(|line| !line.contains(",2014,") && !line.contains(",2015,")).collect::<Vec<_>>().join("\n")
        + "\n"
}

fn words() -> Vec<Case> {
    let any = table("y ~ x | city + year", "");
    let variables = |text: &str| format!("{HEAD}[variables]\n{text}\n{any}");
    vec![
        case("no TOML", format!("{HEAD}[[table]\n")),
        case("an unknown key", format!("{HEAD}encodng = \"utf-8\"\n{any}")),
        case("a value of the wrong type", format!("{HEAD}lag = \"one\"\n{any}")),
        case("no data", "[study]\ntitle = \"T\"\nentity = \"city\"\n".into()),
        case("an id twice", format!("{HEAD}{any}{any}")),
        case("an id that is a path", format!("{HEAD}{}", any.replace("\"t\"", "\"../t\""))),
        case("a variable that is no text", variables("v = 3")),
        case("variables defined by each other", variables("a = \"b + 1\"\nb = \"ln(c)\"\nc = \"a * 2\"")),
        case("a variable defined by itself", variables("a = \"a + 1\"")),
        case("an expression that ends early", variables("a = \"y +\"")),
        case("an unknown function", variables("a = \"lnn(y)\"")),
        case("an unknown name in an expression", variables("a = \"ln(yy)\"")),
        case("a variable that the data have", variables("x = \"ln(y)\"")),
        case("a number where a text is", variables("a = \"region + 1\"")),
        case("a sample that is no condition", format!("{HEAD}{}", table("y ~ x", "sample = \"x\""))),
        case("a sample that keeps nothing", format!("{HEAD}{}", table("y ~ x", "sample = \"x > 100\""))),
        case("a formula that ends early", format!("{HEAD}{}", table("y ~ x + | city", ""))),
        case("an unknown column in a formula", format!("{HEAD}{}", table("y ~ xx | city", ""))),
        case("an unknown fixed effect", format!("{HEAD}{}", table("y ~ x | citty", ""))),
        case("an unknown cluster", format!("{HEAD}{}", table("y ~ x | city", "vcov = \"cluster:provnce\""))),
        case("an unknown covariance", format!("{HEAD}{}", table("y ~ x | city", "vcov = \"hc9\""))),
        case("an unknown rule", format!("{HEAD}{}", table("y ~ x | city", "like = \"stata\""))),
        case(
            "hc1 by the rule of xtreg",
            format!("{HEAD}{}", table("y ~ x | city", "vcov = \"hc1\"\nlike = \"xtreg\"")),
        ),
        case("a U test without the square", format!("{HEAD}{}", table("y ~ x | city", "utest = \"x\""))),
        case("instruments that are missing", format!("{HEAD}{}", table("y ~ z | city | x", ""))),
        case("fewer instruments than endogenous", format!("{HEAD}{}", table("y ~ 1 | city | x + x^2 ~ z", ""))),
        case("an instrument without variation", format!("{HEAD}{}", table("y ~ 1 | city | x ~ lon", ""))),
        case("an unknown input", format!("{HEAD}{}", GTFP.replace("\"l\"", "\"labor\""))),
        case("a quantity twice", format!("{HEAD}{}", GTFP.replace("\"l\"", "\"k\""))),
        case("an unknown model", format!("{HEAD}{GTFP}model = \"ebn\"\n")),
        case("returns to scale that are none", format!("{HEAD}{GTFP}rts = \"constant\"\n")),
        case("an unbounded model with variable returns", format!("{HEAD}{GTFP}rts = \"vrs\"\nbounded = false\n")),
        case("an unknown decay", format!("{HEAD}[va]\nsector = \"k\"\ntotal = \"l\"\ndecay = \"invers\"\n")),
        case(
            "a threshold without its radius",
            format!("{HEAD}[va]\nsector = \"k\"\ntotal = \"l\"\ndecay = \"threshold\"\n"),
        ),
        case("unknown pairs", format!("{HEAD}[market]\nprices = [\"price_a\", \"price_b\"]\npairs = \"neighbors\"\n")),
        case(
            "a descriptive table of nothing known",
            format!("{HEAD}[[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"gpd\"]\n"),
        ),
        case("quality of an unknown variable", format!("{HEAD}[quality]\nvariables = [\"soo2\"]\n{any}")),
        case(
            "a curve of an unknown table",
            format!("{HEAD}{any}[curve]\nid = \"c\"\ntable = \"tt\"\ncolumn = \"(1)\"\nx = \"x\"\n"),
        ),
        case("an unknown key of an index", format!("{HEAD}{}", GTFP.replace("bads = ", "badss = "))),
        case("a misspelt bad output", format!("{HEAD}{}", GTFP.replace("so2", "sO3"))),
        case("a U test of another variable", format!("{HEAD}{}", table("y ~ x + x^2 | city", "utest = \"xx\""))),
        case(
            "a moderation without its term",
            format!("{HEAD}{}", table("y ~ x + x^2 + z", "moderation = { x = \"x\", moderator = \"z\" }")),
        ),
        case(
            "names for more first stages than there are",
            format!("{HEAD}{}", table("y ~ 1 | city | x ~ z", "first_stages = [\"a\", \"b\"]")),
        ),
        case(
            "a coefficient to show that is in no column",
            format!("{HEAD}{}", table("y ~ x | city", "").replace("id = \"t\"", "id = \"t\"\nshow = [\"xx\"]")),
        ),
        case(
            "switches of a column that is not there",
            format!("{HEAD}{}", table("y ~ x | city", "").replace("id = \"t\"", "id = \"t\"\nswitches = [\"dummy\"]")),
        ),
        case("a range of an unknown variable", format!("{HEAD}[quality.ranges]\nGovv = [0.0, 1.0]\n{any}")),
        case("a range upside down", format!("{HEAD}[quality.ranges]\ny = [1.0, 0.0]\n{any}")),
        case("a language that is none", HEAD.replace("[study]", "[study]\nlang = \"cn\"") + &any),
        case(
            "an index of what a later stage makes",
            format!(
                "{HEAD}[variables]\nkk = \"k * Mar\"\n[market]\nprices = [\"price_a\", \"price_b\"]\n{}",
                GTFP.replace("\"k\"", "\"kk\"")
            ),
        ),
        case(
            "neighbours without their column",
            format!("{HEAD}[market]\nprices = [\"price_a\", \"price_b\"]\npairs = \"neighbours\"\n"),
        ),
        case(
            "groups that are not there",
            format!(
                "{HEAD}[market]\nprices = [\"price_a\", \"price_b\"]\npairs = \"within-group\"\ngroup = \"regoin\"\n"
            ),
        ),
        case("a bootstrap of one replication", format!("{HEAD}{GTFP}bootstrap = {{ replications = 1 }}\n")),
        case("an unknown metafrontier group", format!("{HEAD}{GTFP}group = \"regoin\"\n")),
        case("a figure's group that is not there", format!("{HEAD}{any}[report]\ngroup = \"regoin\"\n")),
        case(
            "a headline that is not there",
            format!("{HEAD}{any}[report]\nheadline = {{ table = \"tt\", column = \"(1)\" }}\n"),
        ),
        case("a word below coefficients that is none", format!("{HEAD}{any}[report]\nbelow = \"tstat\"\n")),
        case(
            "two tables of one name",
            format!("{HEAD}{}{}", table("y ~ x + x^2", "utest = \"x\""), any.replace("\"t\"", "\"t-u-test\"")),
        ),
        case(
            "a curve of a variable that its column lacks",
            format!("{HEAD}{any}[curve]\nid = \"c\"\ntable = \"t\"\ncolumn = \"(1)\"\nx = \"x\"\n"),
        ),
        case("published numbers that are not there", format!("{HEAD}[published]\nfile = \"printed.csv\"\n{any}")),
    ]
}

/// Runs the good study, then each bad one into the same folder; what ends a run is what a check finds.
#[test]
fn every_malformed_input_ends_with_one_message() {
    let cases: Vec<Case> = [files(), keys(), values(), words()].into_iter().flatten().collect();
    assert!(cases.len() >= 40, "{}", cases.len());
    let folder = folder("malformed");
    let out = folder.join("out");
    std::fs::create_dir_all(folder.join("folder.csv")).unwrap();
    std::fs::write(folder.join("good.toml"), format!("{HEAD}{GTFP}{}", table("y ~ x | city + year", ""))).unwrap();
    run_study(&folder.join("good.toml"), &out, Some(1)).unwrap();
    let mut before = contents(&out);
    let (mut page, mut wrong) = (String::from("| what is wrong | exit | message |\n|---|---|---|\n"), Vec::new());
    for case in &cases {
        for (name, bytes) in &case.files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let study = study(&folder, &case.study);
        let result = catch_unwind(AssertUnwindSafe(|| run_study(&study, &out, Some(1))));
        let (code, message) = match result {
            Err(_) => (255, "PANIC".to_owned()),
            Ok(Ok(_)) => (0, "ran".to_owned()),
            Ok(Err(error)) => (error.exit_code(), error.to_string()),
        };
        let message = message.replace(&format!("{}/", folder.display()), "");
        if code != case.code {
            wrong.push(format!("{}: exit {code}, expected {}: {message}", case.name, case.code));
        }
        // A check finds what a run refuses, or the study file itself is refused.
        let checked = catch_unwind(AssertUnwindSafe(|| check_file(&study).problems));
        match checked {
            Err(_) => wrong.push(format!("{}: the check panics", case.name)),
            Ok(problems) if problems.is_empty() && code == 2 => {
                wrong.push(format!("{}: the check finds nothing, the run says: {message}", case.name));
            }
            Ok(_) => {}
        }
        if message.contains('\n') || message.len() > 600 {
            wrong.push(format!("{}: one short line was expected: {message}", case.name));
        }
        if code == 0 {
            run_study(&folder.join("good.toml"), &out, Some(1)).unwrap();
            before = contents(&out);
        } else if contents(&out) != before {
            wrong.push(format!("{}: earlier results have changed", case.name));
        }
        writeln!(page, "| {} | {code} | {} |", case.name, message.replace('|', "\\|")).unwrap();
    }
    assert!(no_partial(&folder), "a temporary folder was left");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    snapshot("malformed", "malformed inputs and what is said about them", &page);
}

/// What is odd but can be computed runs, and says so in the log.
#[test]
fn odd_inputs_run_with_a_remark() {
    let folder = folder("odd");
    let run = |text: String| {
        run_study(&study(&folder, &text), &folder.join("out"), Some(1)).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.join("out").join(name)).unwrap();
        (
            read("log/diagnostics.md"),
            serde_json::from_str::<serde_json::Value>(&read("results/estimates.json")).unwrap(),
        )
    };
    let (log, estimates) = run(format!("{HEAD}[variables]\ntwice = \"2 * x\"\n{}", table("y ~ x + twice | city", "")));
    assert_eq!(estimates[0]["dropped"]["collinear"], serde_json::json!(["twice"]));
    assert!(log.contains("twice"), "{log}");
    let (log, _) = run(format!("{HEAD}[va]\nsector = \"l\"\ntotal = \"k\"\n{}", table("y ~ x | city", "")));
    assert!(log.contains("`l` is larger than `k`") && log.contains("Anyang"), "{log}");
    assert_eq!(log.matches("sector-exceeds-total").count(), 1, "said once: {log}");
    let (log, estimates) = run(format!("{HEAD}{}", table("y ~ 1 | city | x ~ z", "")));
    let weak = estimates[0]["weak_id"]["stat"].as_f64().unwrap();
    assert!(weak < 10.0, "{weak}");
    assert!(log.to_lowercase().contains("weak"), "{log}");
}

/// Codes with labels are codes, and somebody should know.
#[test]
fn codes_with_labels_are_remarked_where_they_are_used() {
    let folder = folder("value-labels");
    std::fs::write(folder.join("d.dta"), golden("legacy.dta")).unwrap();
    let log = |more: &str, formula: &str| {
        let text = format!("{}{more}{}", HEAD.replace("data.csv", "d.dta"), table(formula, ""));
        run_study(&study(&folder, &text), &folder.join("out"), Some(1)).unwrap();
        std::fs::read_to_string(folder.join("out/log/diagnostics.md")).unwrap()
    };
    let used = log("", "region ~ year");
    assert!(used.contains("`region` of `d.dta` has value labels (0 = ") && used.contains("= 东部"), "{used}");
    assert!(used.contains("its codes are used, `value_labels = true` takes the texts"), "{used}");
    assert!(!log("", "gdp ~ 1").contains("value labels"));
    assert!(!log("value_labels = true\n", "gdp ~ 1").contains("value labels"));
}

#[test]
fn a_row_with_a_missing_value_is_dropped_from_its_column_and_stays_in_gtfp() {
    let folder = folder("missing-value");
    std::fs::write(folder.join("data.csv"), changed("Benxi,2014,8,16,22,3,3", "Benxi,2014,8,,22,3,")).unwrap();
    let (study, out) =
        (study(&folder, &format!("{HEAD}{GTFP}{}", table("y ~ x | city + year", ""))), folder.join("out"));
    run_study(&study, &out, Some(1)).unwrap();
    let estimates: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("results/estimates.json")).unwrap()).unwrap();
    assert_eq!(estimates[0]["n_obs"], 8);
    assert_eq!(estimates[0]["dropped"]["missing_rows"], 1);
    let gtfp = std::fs::read_to_string(out.join("results/gtfp-main.csv")).unwrap();
    assert!(gtfp.lines().any(|line| line.starts_with("Benxi,2014,,,,,,,missing")), "{gtfp}");
}

/// What is said about filters and about columns that nobody uses.
#[test]
fn filters_that_keep_too_much_are_remarked_and_unused_columns_may_differ() {
    let folder = folder("remarks");
    std::fs::write(folder.join("second.csv"), "city,year,w,z\nAnyang,2013,1,9\nBenxi,2014,2,9\n").unwrap();
    let second = "[[source]]\nfile = \"second.csv\"\nfilter = \"city != \\\"Chuzou\\\"\"\n";
    let text = format!("{HEAD}{second}{}", table("y ~ x", "sample = \"region != \\\"Nord\\\"\""));
    let out = folder.join("out");
    run_study(&study(&folder, &text), &out, Some(1)).unwrap();
    let log = std::fs::read_to_string(out.join("log/diagnostics.md")).unwrap();
    assert!(log.contains("sample `region != \"Nord\"`") && log.contains("filter `city != \"Chuzou\"`"), "{log}");
    // `z` differs between the files, and no part of the study uses it; once one does, they must agree.
    let used = study(&folder, &text.replace("y ~ x", "y ~ x + z"));
    let error = run_study(&used, &out, Some(1)).unwrap_err().to_string();
    assert!(error.contains("`z`") && error.contains("differs"), "{error}");
}

/// An index may be made from another one, through a derived variable, and a change of the curve knows it.
#[test]
fn an_index_may_be_derived_from_an_earlier_one() {
    let folder = folder("between");
    let curve = "[curve]\nid = \"c\"\ntable = \"t\"\ncolumn = \"(1)\"\nx = \"x\"\n\
        [[curve.variant]]\nchoice = \"D1\"\nlabel = { en = \"spillover\" }\nset = { \"va.form\" = \"spillover\" }\n";
    let gtfp = GTFP.replace("\"k\"", "\"kk\"");
    let text = format!(
        "{HEAD}[variables]\nkk = \"k * Va\"\n[va]\nsector = \"k\"\ntotal = \"l\"\n{gtfp}{}{curve}",
        table("Gtfp ~ x + x^2", "")
    );
    let (study, out) = (study(&folder, &text), folder.join("out"));
    let checked = check_file(&study);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    run_study(&study, &out, Some(1)).unwrap();
    let curve = std::fs::read_to_string(out.join("results/curve.json")).unwrap();
    let points: Vec<serde_json::Value> = serde_json::from_str(&curve).unwrap();
    assert!(points.len() == 2 && points.iter().all(|point| point.get("reason").is_none()), "{curve}");
    assert_ne!(points[0]["linear"], points[1]["linear"], "another form of Va is another Gtfp");
}
