//! Changing one key of a study by its path.

use toml::{Table, Value};

/// Sets the key at a dotted path. Elements of an array of tables are named by `id`, `name` or `file`, or counted from 1:
/// `va.form`, `gtfp.main.rts`, `table.t2.column.(2).vcov`, `variables.Fina`. A name with dots stands in quotes:
/// `source."yearbook.csv".lag`.
///
/// # Errors
/// A sentence when a step of the path is not there; the last step may be new.
pub fn set(document: &mut Table, path: &str, value: Value) -> Result<(), String> {
    let steps = steps(path)?;
    let (last, front) = steps.split_last().ok_or("empty path")?;
    let mut here: &mut Table = document;
    let mut steps = front.iter();
    while let Some(step) = steps.next() {
        let next = here.get_mut(*step).ok_or_else(|| format!("path `{path}`: there is no `{step}`"))?;
        here = match next {
            Value::Table(table) => table,
            Value::Array(array) => {
                let name = steps.next().ok_or_else(|| format!("path `{path}`: which `{step}`? name one"))?;
                let index =
                    find(array, name).ok_or_else(|| format!("path `{path}`: no `{step}` is called `{name}`"))?;
                array[index].as_table_mut().ok_or_else(|| format!("path `{path}`: `{step}` holds no tables"))?
            }
            _ => return Err(format!("path `{path}`: `{step}` has no keys")),
        };
    }
    here.insert((*last).to_owned(), value);
    Ok(())
}

/// The steps of a path: parts between dots, or texts in quotes.
fn steps(path: &str) -> Result<Vec<&str>, String> {
    let mut steps = Vec::new();
    let mut rest = path;
    loop {
        let (step, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| format!("path `{path}`: a quote is never closed"))?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        steps.push(step);
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(steps),
            None => return Err(format!("path `{path}`: expected a dot after `{step}`")),
        }
    }
}

fn find(array: &[Value], name: &str) -> Option<usize> {
    let called = |element: &Value| {
        ["id", "name", "file"].iter().any(|key| element.get(key).and_then(Value::as_str) == Some(name))
    };
    array.iter().position(called).or_else(|| {
        let index = name.trim_matches(['(', ')']).parse::<usize>().ok()?.checked_sub(1)?;
        (index < array.len()).then_some(index)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Table {
        "rows = 1\n[va]\nform = \"raw\"\n[[source]]\nfile = \"year.book.csv\"\n[[table]]\nid = \"t2\"\n\
         [[table.column]]\nformula = \"y ~ x\"\n[[table.column]]\nname = \"iv\"\n"
            .parse()
            .expect("valid")
    }

    fn changed(path: &str) -> Result<String, String> {
        let mut document = document();
        set(&mut document, path, Value::Integer(7))?;
        toml::to_string(&document).map_err(|error| error.to_string())
    }

    #[test]
    fn elements_go_by_id_name_file_or_place() {
        assert!(changed("va.form").unwrap().contains("form = 7"));
        assert!(changed("va.new").unwrap().contains("new = 7"), "the last step may be new");
        assert!(changed("source.\"year.book.csv\".lag").unwrap().contains("file = \"year.book.csv\"\nlag = 7"));
        assert!(changed("source.(1).lag").unwrap().contains("lag = 7"));
        assert!(changed("table.t2.column.(1).vcov").unwrap().contains("formula = \"y ~ x\"\nvcov = 7"));
        assert!(changed("table.t2.column.iv.vcov").unwrap().contains("name = \"iv\"\nvcov = 7"));
    }

    #[test]
    fn a_step_that_is_not_there_is_named() {
        for (path, words) in [
            ("vb.form", "there is no `vb`"),
            ("table.t3.id", "no `table` is called `t3`"),
            ("table.(2).id", "no `table` is called `(2)`"),
            ("table.t2", "which `table`? name one"),
            ("rows.a", "`rows` has no keys"),
            ("source.\"year.lag", "a quote is never closed"),
            ("source.\"year.book.csv\"x", "expected a dot"),
        ] {
            let said = changed(path).unwrap_err();
            assert!(said.contains(words), "{path}: {said}");
        }
    }
}
