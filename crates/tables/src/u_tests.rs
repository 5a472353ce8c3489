//! The U tests of a table's columns as a table of their own.

use report::utest::{UTestRecord, u_test_table};
use report::{Lang, Table};
use study::{Error, Result, Study, TableSpec};

/// One column per tested column, in the order of the table; `None` where none is tested.
///
/// # Errors
/// None for records that come from estimates.
pub(super) fn table(spec: &TableSpec, study: &Study, tests: &[UTestRecord]) -> Result<Option<Table>> {
    if tests.is_empty() {
        return Ok(None);
    }
    let title = spec.title_text().map(|lang, title| match lang {
        Lang::Zh => format!("{title}：U 形检验"),
        Lang::En => format!("{title}: U tests"),
    });
    let mut table = u_test_table(&spec.u_test_id(), title, tests, &study.report.stars)
        .map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?;
    table.notes.extend(study.study.notice.clone());
    Ok(Some(table))
}
