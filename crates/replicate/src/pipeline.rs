//! A run from the study file to the files it leaves.

use crate::log::Log;
use crate::published::{Printed, Published};
use crate::results::Results;
use crate::show::{figures, files, pages};
use crate::warned::warnings;
use crate::{check, engines};
use panel_core::interrupt::{self, Interrupt};
use panel_core::quality::QualityReport;
use panel_core::{Diagnostic, Severity};
use report::Lang;
use report::codebook::Codebook;
use stages::compute::{Cache, Computed, Scope, compute};
use stages::plan::Plan;
use stages::progress::Progress;
use stages::quality;
use stages::store::{FileRecord, MANIFEST, Manifest, StageTime, Staging, file_name, file_record, previous_outputs};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use study::indices::Index;
use study::number::pretty;
use study::{Error, Loaded, Result, Study};
use tables::multiverse::{self, Multiverse};
use tables::{self, Tables};
use tracing::dispatcher;

/// Files that every run writes about itself; the manifest does not list them.
const ABOUT_THE_RUN: [&str; 4] = ["log/run.jsonl", "log/diagnostics.md", "checksums.sha256", MANIFEST];

/// What to run and where to.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Study file.
    pub study: PathBuf,
    /// Output folder.
    pub out: PathBuf,
    /// Stages asked for; all where it is empty.
    pub only: Vec<String>,
    /// Threads; all where it is not given.
    pub threads: Option<usize>,
    /// No progress.
    pub quiet: bool,
    /// Language instead of the study's.
    pub lang: Option<Lang>,
}

/// What a run says at its end.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// Text for standard output.
    pub summary: String,
    /// Published numbers that differ in sign or stars.
    pub differing: usize,
}

/// What follows the computed panel.
#[derive(Debug, Default)]
struct Estimated {
    tables: Option<Tables>,
    multiverses: Vec<Multiverse>,
    published: Option<Published>,
    quality: Option<QualityReport>,
    codebook: Option<Codebook>,
}

/// Remarks by stage.
type Remarks = Vec<(String, Diagnostic)>;

/// Runs a study and writes its results. Its threads obey the [`Interrupt`] of the calling one.
///
/// # Errors
/// [`Error`]; the output folder is then as it was.
pub fn run(options: &RunOptions) -> Result<RunReport> {
    let mut loaded = Loaded::read(&options.study)?;
    if let Some(lang) = options.lang {
        loaded.study.study.lang = lang;
    }
    engines::suffice(&loaded.study)?;
    let plan = Plan::new(&loaded.study, &options.only)?;
    let threads = options.threads.unwrap_or(0);
    let log = Log::default();
    let dispatch = log.dispatch();
    let _logged = dispatcher::set_default(&dispatch);
    let interrupt = Interrupt::obeyed();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        // For as long as the thread lives, that is, as the pool does.
        .start_handler(move |_| {
            std::mem::forget(dispatcher::set_default(&dispatch));
            interrupt.iter().for_each(Interrupt::obey);
        })
        .build()
        .map_err(|error| Error::Environment(format!("cannot start threads: {error}")))?;
    // The writer of workbooks takes no time before 1970 either.
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let started = since.map_err(|_| Error::Environment("the clock stands before 1970; set it".into()))?.as_secs();
    let mut staging = Staging::beside(&options.out)?;
    let journals = multiverse::journals(&staging, &loaded.study);
    let stages = || run_stages(&mut staging, &loaded, &plan, &journals, options.quiet);
    let (results, left_out, times) = pool.install(stages).map_err(|error| loaded.placed(error))?;

    let mut progress = Progress::continued(times, plan.run.len(), options.quiet);
    let mut remarks = remarks_of(&results);
    remarks.extend(left_out);
    let mut write = || -> Result<_> {
        let written = pool.install(|| write_all(&mut staging, &loaded, &plan, &results, &mut remarks))?;
        let sentence = format!("{} files", staging.names().count());
        Ok((written, sentence))
    };
    let (summary, differing) = if plan.runs("report") { progress.stage("report", write)? } else { write()?.0 };
    let stages = progress.finish();
    let previous = previous_outputs(&options.out);
    let new: BTreeSet<String> = staging.names().chain(ABOUT_THE_RUN).map(str::to_owned).collect();
    let left: Vec<FileRecord> = previous.into_iter().filter(|file| !new.contains(&file.path)).collect();
    let (kept, stale) = if plan.is_whole() { (Vec::new(), left) } else { (left, Vec::new()) };
    let mut outputs: Vec<FileRecord> = staging.records();
    let [jsonl, page, sums, manifest_name] = ABOUT_THE_RUN;
    staging.write(jsonl, &log.bytes())?;
    staging.write(page, diagnostics_page(&remarks).as_bytes())?;
    outputs.extend(kept.into_iter().map(|file| FileRecord { stale: true, ..file }));
    outputs.sort_by(|a, b| a.path.cmp(&b.path));
    staging.write(sums, checksums(&outputs).as_bytes())?;
    let manifest = Manifest {
        title: loaded.study.study.title.get(Lang::En).to_owned(),
        inputs: inputs(&loaded, &results),
        outputs,
        versions: engines::compiled().into_iter().collect(),
        seeds: seeds(&loaded.study),
        stages,
        threads: pool.current_num_threads(),
        started,
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    };
    staging.write(manifest_name, pretty(&manifest).as_bytes())?;
    let stale: Vec<String> = stale.into_iter().map(|file| file.path).collect();
    interrupt::check()?;
    staging.commit(&stale)?;
    // What a stopped run would go on from is of no use after a whole one; one that cannot be removed does no harm.
    for path in &journals {
        let _ = std::fs::remove_file(path);
    }
    let summary = format!("{summary}{}Results: {}\n", warnings(&remarks), options.out.display());
    Ok(RunReport { summary, differing })
}

/// Runs the stages of a plan; the panel is written on the way. Gives the results, remarks about formats that were left
/// out, and times.
fn run_stages(
    staging: &mut Staging,
    loaded: &Loaded,
    plan: &Plan,
    journals: &[PathBuf],
    quiet: bool,
) -> Result<(Results, Remarks, Vec<StageTime>)> {
    let mut progress = Progress::new(plan.run.len(), quiet);
    let mut cache = Cache::default();
    let mut printed = None;
    if plan.runs("tables") {
        // What is wrong in the words of a table or in the published numbers is said before anything is computed.
        check::words(loaded).into_iter().next().map_or(Ok(()), Err)?;
        printed = Printed::read(loaded)?;
    }
    if plan.runs("multiverse") {
        multiverse::register(staging, &loaded.study)?;
    }
    let mut computed = compute(loaded, Scope::Plan(plan), &mut cache, &mut progress)?;
    if let Some(error) = computed.refusal() {
        return Err(after_warnings(error, &computed.diagnostics));
    }
    if plan.runs("report") {
        loaded.study.report.check_columns(&computed.panel).map_err(|error| Error::stage("report", error))?;
    }
    // One thread writes the panel while the others estimate.
    let (estimated, left_out) = rayon::join(
        || estimate(loaded, plan, (&computed, &cache, journals), printed, &mut progress),
        || {
            if !plan.runs("report") {
                return Ok(Vec::new());
            }
            files::data::write_panel(staging, &loaded.study, &computed.panel)
        },
    );
    let estimated = estimated.map_err(|error| after_warnings(error, &computed.diagnostics))?;
    let Estimated { tables, multiverses, published, quality, codebook } = estimated;
    let results = Results { computed, tables, multiverses, published, quality, codebook };
    Ok((results, left_out?, progress.finish()))
}

/// Tables, comparison, data quality and codebook, as far as the plan has them.
fn estimate(
    loaded: &Loaded,
    plan: &Plan,
    (computed, cache, journals): (&Computed, &Cache, &[PathBuf]),
    printed: Option<Printed>,
    progress: &mut Progress,
) -> Result<Estimated> {
    let mut estimated = Estimated::default();
    if plan.runs("tables") {
        let tables = progress.stage("tables", || -> Result<_> {
            let mut tables = tables::build(loaded, computed)?;
            multiverse::curve(loaded, computed, cache, &mut tables)?;
            let sentence = format!("{} tables, {} regressions", tables.tables.len(), tables.estimates.len());
            Ok((tables, sentence))
        })?;
        estimated.published = match printed {
            Some(printed) => Published::compare(loaded, printed, &tables)?,
            None => None,
        };
        estimated.tables = Some(tables);
    }
    if plan.runs("multiverse") {
        let tables = estimated.tables.get_or_insert_default();
        estimated.multiverses = multiverse::stage(loaded, computed, cache, journals, tables, progress)?;
    }
    if plan.runs("quality") {
        let (report, book) = progress.stage("quality", || -> Result<_> {
            let panel = &computed.panel;
            let (report, book) =
                rayon::join(|| quality::assess(&loaded.study, panel), || files::data::codebook(panel, &loaded.study));
            let report = report?;
            let sentence = format!("{} variables", report.variables.len());
            Ok(((report, book?), sentence))
        })?;
        (estimated.quality, estimated.codebook) = (Some(report), Some(book));
    }
    Ok(estimated)
}

/// Writes everything but manifest and log; gives the summary and the number of differing cells.
fn write_all(
    staging: &mut Staging,
    loaded: &Loaded,
    plan: &Plan,
    results: &Results,
    remarks: &mut Remarks,
) -> Result<(String, usize)> {
    let study = &loaded.study;
    let lang = study.lang();
    files::indices::write(staging, &results.computed, study)?;
    staging.write("config.resolved.toml", resolved(loaded)?.as_bytes())?;
    let mut summary = format!("{}\n", study.study.title.get(lang));
    if let Some(notice) = &study.study.notice {
        summary += &format!("{}\n", notice.get(lang));
    }
    let mut differing = 0;
    if let Some(tables) = &results.tables {
        files::tables::write(staging, tables, study)?;
        if let Some(published) = &results.published {
            files::published::write(staging, published, study)?;
            summary += &format!("{}\n", published.summary(study));
            differing = published.differing();
        } else {
            summary += &format!("{} tables, {} regressions\n", tables.tables.len(), tables.estimates.len());
        }
    }
    multiverse::write(staging, &results.multiverses, study)?;
    if let Some(report) = &results.quality {
        quality::write(staging, study, report)?;
        summary += &format!("{}\n", quality::summary(report));
    }
    if plan.runs("report") {
        let (written, (figures, left_out)) =
            rayon::join(|| files::data::write(staging, study, results), || figures::draw(loaded, results));
        written?;
        remarks.extend(left_out);
        remarks.extend(figures::write(staging, study, &figures)?);
        // The path of a study is the reader's own.
        let (command, versions) = (format!("panelstudy run {}", file_name(&loaded.file)), engines::used(study));
        let around = pages::Surroundings { figures: &figures, remarks, command: &command, versions: &versions };
        pages::write(staging, loaded, results, &around)?;
    }
    Ok((summary, differing))
}

/// Every default spelled out.
fn resolved(loaded: &Loaded) -> Result<String> {
    loaded
        .study
        .resolved()
        .map(|text| format!("# Every default of `{}` spelled out.\n{text}", file_name(&loaded.file)))
        .map_err(|error| Error::Environment(format!("cannot write the resolved study: {error}")))
}

/// Seeds of everything random: bootstraps and permutations.
fn seeds(study: &Study) -> BTreeMap<String, u64> {
    let seed = |index: &dyn Index| Some((format!("{}-bootstrap", index.stage()), index.replications()?.1));
    study.indices.iter().into_iter().filter_map(seed).chain(study::spatial::seeds(study)).collect()
}

fn inputs(loaded: &Loaded, results: &Results) -> Vec<FileRecord> {
    let mut files = vec![file_record(&file_name(&loaded.file), loaded.text.as_bytes())];
    files.extend(results.computed.data.inputs.iter().cloned());
    files.extend(results.tables.iter().flat_map(|tables| tables.space.inputs.iter().cloned()));
    files.extend(results.published.iter().map(|published| published.file.clone()));
    files
}

fn checksums(outputs: &[FileRecord]) -> String {
    outputs.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect()
}

fn remarks_of(results: &Results) -> Remarks {
    let tables = results.tables.iter().flat_map(|tables| &tables.diagnostics);
    results.computed.diagnostics.iter().chain(tables).cloned().collect()
}

/// How codes of warnings begin that often say why a later stage has nothing to work with.
const CAUSES: [&str; 7] =
    ["join-", "formulas-without-results", "error-cells", "word-missing", "one-sheet", "hidden-sheet", "read-as-"];

/// An error with the warnings about the data before it, which a run that ends with it would not print.
fn after_warnings(error: Error, remarks: &[(String, Diagnostic)]) -> Error {
    /// More would hide the error itself.
    const MOST: usize = 2;
    let causes = remarks.iter().map(|(_, remark)| remark).filter(|remark| {
        remark.severity == Severity::Warning && CAUSES.iter().any(|start| remark.code.starts_with(start))
    });
    let warnings: String =
        causes.take(MOST).map(|remark| format!("; a warning before it: {}", remark.message)).collect();
    match error {
        Error::Stage { stage, message } => Error::Stage { stage, message: message + &warnings },
        other => other,
    }
}

fn diagnostics_page(remarks: &[(String, Diagnostic)]) -> String {
    let mut page = String::from("# Diagnostics\n\n");
    if remarks.is_empty() {
        page += "Nothing to remark.\n";
    }
    for (stage, remark) in remarks {
        page += &format!("- `{stage}` {remark}\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_ends_with_the_warnings_that_explain_it() {
        let remark =
            |code: &str, severity: fn(&str, &str) -> Diagnostic| ("data".to_owned(), severity(code, "few match"));
        let warning = |code: &str, message: &str| Diagnostic::warning(code, message);
        let note = |code: &str, message: &str| Diagnostic::note(code, message);
        let remarks =
            vec![remark("few-clusters", warning), remark("join-without-match", warning), remark("join-filled", note)];
        let error = after_warnings(Error::stage("tables/t", "no observations are left"), &remarks);
        let expected = "stage `tables/t`: no observations are left; a warning before it: few match";
        assert_eq!(error.to_string(), expected);
        let other = after_warnings(Error::Usage("wrong".into()), &remarks);
        assert_eq!(other.to_string(), "wrong");
    }
}
