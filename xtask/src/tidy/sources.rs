//! Source files and leftovers.

use super::tokens::{self, Token};
use crate::members::{self, Member};
use crate::workspace;
use std::path::Path;

/// Longest source file, in lines: one idea per file.
const LONGEST: usize = 700;

/// Longest function outside of tests, in lines: one thing that it does.
const LONGEST_FUNCTION: usize = 80;

/// What a published crate leaves to its caller: files, clock and environment.
const EDGE: [&str; 5] = ["std::fs", "SystemTime", "Instant", "env::var", "std::net"];

/// Where a published crate may open files.
const READERS: &str = "crates/panel-core/src/io";

/// Where code may be unsafe: the capsules of Arrow's C interface, and HiGHS's.
const UNSAFE: [&str; 2] = ["crates/python/src/capsule.rs", "crates/gtfp-ebm/src/lp/highs/change.rs"];

/// Names of locals that say how a value came about, or nothing, and not what it is.
const NAMELESS: [&str; 5] = ["words", "said", "made", "whole", "of"];

/// Checks every source file, and that no snapshot waits for a review.
pub(super) fn check(root: &Path, members: &[Member], findings: &mut Vec<String>) -> Result<(), String> {
    let library = |path: &Path| {
        let inside = |member: &Member| path.starts_with(member.folder.join("src"));
        !path.starts_with(root.join(READERS)) && members.iter().any(|member| member.publishable() && inside(member))
    };
    for path in workspace::files(root, ".rs") {
        let text = members::read(&path)?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let lines = text.lines().count();
        if lines > LONGEST {
            findings.push(format!("{name}: {lines} lines, more than {LONGEST}; is there one idea in it?"));
        }
        let source = path.iter().any(|part| part == "src");
        if source {
            for (function, line, lines) in tokens::functions(&tokens::tokens(&text)) {
                if lines > LONGEST_FUNCTION {
                    findings
                        .push(format!("{name}:{line}: `{function}` has {lines} lines, more than {LONGEST_FUNCTION}"));
                }
            }
        }
        if source || path.iter().any(|part| part == "tests") {
            for (line, local) in nameless(&tokens::scan(&text)) {
                findings.push(format!("{name}:{line}: a local is called `{local}`; name it after what it is"));
            }
        }
        // The marks are put together here, so that this file does not find itself.
        for stub in [concat!("todo", "!("), concat!("unimpl", "emented!(")] {
            if text.contains(stub) {
                findings.push(format!("{name}: contains `{stub}`"));
            }
        }
        let allows = concat!("allow(uns", "afe_code)");
        if text.contains(allows) && !UNSAFE.contains(&name.as_str()) {
            findings.push(format!("{name}: `{allows}` belongs to {} alone", UNSAFE.join(" and ")));
        }
        // A test may be too long for every day, and says so; none is left out to get green.
        let (left_out, long) = (concat!("#[ign", "ore"), concat!("#[ign", "ore = \"long: "));
        if text.matches(left_out).count() > text.matches(long).count() {
            findings.push(format!("{name}: a test is left out without being marked `{long}…\"]`"));
        }
        if library(&path) {
            for (line, word) in edges(&text) {
                findings.push(format!("{name}:{line}: `{word}` in a published crate (see ARCHITECTURE.md)"));
            }
        }
    }
    for path in workspace::files(root, ".snap.new") {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        findings.push(format!("{name}: unreviewed snapshot; run `cargo xtask bless`"));
    }
    Ok(())
}

/// Lines of code (1-based) that reach for what is the caller's; comments and the tests at the end are left out.
fn edges(text: &str) -> Vec<(usize, &'static str)> {
    let code = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").enumerate();
    code.filter(|(_, line)| !line.trim_start().starts_with("//"))
        .flat_map(|(i, line)| EDGE.into_iter().filter(|word| has_word(line, word)).map(move |word| (i + 1, word)))
        .collect()
}

/// Lines (1-based) where a `let` binds one of the names that say nothing, alone or within a pattern.
fn nameless<'a>(all: &[Token<'a>]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (at, _) in all.iter().enumerate().filter(|(_, token)| token.text == "let") {
        let mut depth = 0_usize;
        for pair in all[at + 1..].windows(2) {
            match pair[0].text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                // The pattern ends at its value or its type.
                "=" | ";" => break,
                ":" if depth == 0 => break,
                // Within braces, what stands before a colon is the name of a field.
                local if NAMELESS.contains(&local) && pair[1].text != "::" && (depth == 0 || pair[1].text != ":") => {
                    found.push((pair[0].line, local));
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether a line has a word that is no part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    line.match_indices(word).any(|(at, _)| {
        // `env::var` and `env::var_os` are one thing.
        let after = line[at + word.len()..].chars().next();
        edge(line[..at].chars().next_back()) && (edge(after) || word == "env::var")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_leaves_files_clock_and_environment_to_its_caller() {
        let text = "// std::fs in words\nlet t = Instant::now();\nlet x = Instantaneous;\nstd::env::var_os(\"A\");\n\
                    #[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(edges(text), [(2, "Instant"), (4, "env::var")]);
        assert_eq!(edges("use std::{\n    fs,\n};\nstd::fs::read(path)\n"), [(4, "std::fs")]);
    }

    #[test]
    fn locals_are_named_after_what_they_are() {
        let text = "// let made = 1;\nlet words = \"let said = 1;\";\nlet mut of: Vec<u8> = x;\n\
                    let (whole, part) = (whole, said);\nlet Row { of: column, made } = row;\n\
                    if let Some(said) = words.of() {}\nlet words_of: of = of(whole);\n\
                    #[cfg(test)]\nmod tests { fn f() { let made; } }\n";
        let found: [(usize, &str); 6] = [(2, "words"), (3, "of"), (4, "whole"), (5, "made"), (6, "said"), (9, "made")];
        assert_eq!(nameless(&tokens::scan(text)), found);
        let text = "let reason = words;\nlet whole_panel = Panel::of(made);\nlet of::Panel { said: _ } = x;\n";
        assert!(nameless(&tokens::scan(text)).is_empty());
    }
}
