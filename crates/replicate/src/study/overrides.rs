//! Changing one key of a study by its path.

use toml::{Table, Value};

/// Sets the key at a dotted path. Elements of an array of tables are named by `id`, `name` or `file`, or counted from 1:
/// `va.form`, `gtfp.main.rts`, `table.t2.column.(2).vcov`, `variables.Fina`.
///
/// # Errors
/// A sentence when a step of the path is not there; the last step may be new.
pub fn set(document: &mut Table, path: &str, value: Value) -> Result<(), String> {
    let steps: Vec<&str> = path.split('.').collect();
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

fn find(array: &[Value], name: &str) -> Option<usize> {
    let called = |element: &Value| {
        ["id", "name", "file"].iter().any(|key| element.get(key).and_then(Value::as_str) == Some(name))
    };
    array.iter().position(called).or_else(|| {
        let index = name.trim_matches(['(', ')']).parse::<usize>().ok()?.checked_sub(1)?;
        (index < array.len()).then_some(index)
    })
}
