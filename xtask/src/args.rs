//! Flags and names of a verb. What a verb does not know is an error, never ignored.

use std::ops::RangeInclusive;

/// What was given to a verb.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given {
    flags: Vec<String>,
    /// Arguments that are no flags, in order.
    pub(crate) names: Vec<String>,
}

impl Given {
    /// Whether a flag was given.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }
}

/// Reads the arguments of a verb; nothing (and a line on standard error, for exit code 2) where they do not fit.
pub(crate) fn read(verb: &str, args: &[String], flags: &[&str], names: RangeInclusive<usize>) -> Option<Given> {
    match parse(verb, args, flags, names) {
        Ok(given) => Some(given),
        Err(message) => {
            eprintln!("{message}");
            None
        }
    }
}

fn parse(verb: &str, args: &[String], flags: &[&str], names: RangeInclusive<usize>) -> Result<Given, String> {
    let mut given = Given::default();
    for arg in args {
        if flags.contains(&arg.as_str()) {
            given.flags.push(arg.clone());
        } else if arg.starts_with('-') || given.names.len() == *names.end() {
            let expected = match flags {
                [] => "no flag".to_owned(),
                flags => flags.join(", "),
            };
            let more = match *names.end() {
                0 => String::new(),
                1 => " and one name".to_owned(),
                usize::MAX => " and names".to_owned(),
                n => format!(" and {n} names"),
            };
            return Err(format!("`cargo xtask {verb}` does not know `{arg}`; it takes {expected}{more}"));
        } else {
            given.names.push(arg.clone());
        }
    }
    if given.names.len() < *names.start() {
        return Err(format!("`cargo xtask {verb}` needs {} names; see `cargo xtask help`", names.start()));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_a_verb_knows() {
        let given = parse("diff", &words("main --all"), &["--all"], 0..=1).expect("known");
        assert!(given.has("--all") && !given.has("--write"));
        assert_eq!(given.names, ["main"]);
    }

    #[test]
    fn what_it_does_not() {
        let refused =
            |text: &str, flags: &[&str], names| parse("verb", &words(text), flags, names).expect_err("refused");
        assert_eq!(
            refused("--wirte", &["--write"], 0..=0),
            "`cargo xtask verb` does not know `--wirte`; it takes --write"
        );
        assert_eq!(refused("x", &[], 0..=0), "`cargo xtask verb` does not know `x`; it takes no flag");
        assert!(refused("a b c", &[], 2..=2).contains("`c`; it takes no flag and 2 names"));
        assert!(refused("a", &[], 2..=3).contains("needs 2 names"));
        assert!(refused("-p x", &["--no-replication"], 0..=0).contains("`-p`"));
    }
}
