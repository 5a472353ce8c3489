//! No circle among the modules of a crate: what a file uses must not use the file.
//!
//! An edge goes from a file to the file that defines what one of its paths names. Re-exports are followed to the
//! definition and are no use of their own, so a parent may collect what its children define. What the files of a folder
//! share may stand in the folder's own file: an edge to a module above is none.

use super::tokens::{Token, tokens};
use crate::members::{self, Member};
use crate::workspace;
use std::collections::{BTreeMap, BTreeSet};

type Path = Vec<String>;

/// What one file says.
#[derive(Debug, Clone, Default)]
struct Module {
    /// Names that its `use` lines bring in, with the paths behind them.
    imports: Vec<(String, Path)>,
    /// Modules whose every name it brings in.
    globs: Vec<Path>,
    /// Names that it defines.
    defined: BTreeSet<String>,
    /// Paths that it uses.
    used: Vec<Path>,
}

/// The modules of a crate by their paths; the root is the empty one.
#[derive(Debug, Clone, Default)]
struct Tree(BTreeMap<Path, Module>);

/// Circles of a crate: the modules of each, by name.
pub(super) fn circles(member: &Member) -> Result<Vec<Vec<String>>, String> {
    let source = member.folder.join("src");
    let library = source.join("lib.rs").is_file();
    let mut sources = Vec::new();
    for path in workspace::files(&source, ".rs") {
        let inside = path.strip_prefix(&source).unwrap_or(&path).with_extension("");
        let mut parts: Path = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        match parts.first().map(String::as_str) {
            // Programs of their own.
            Some("bin") => continue,
            Some("main") if parts.len() == 1 && library => continue,
            _ => {}
        }
        if parts
            .last()
            .is_some_and(|last| last == "mod" || (parts.len() == 1 && ["lib", "main"].contains(&last.as_str())))
        {
            parts.pop();
        }
        sources.push((parts, members::read(&path)?));
    }
    Ok(Tree::new(&sources).circles())
}

impl Tree {
    fn new(sources: &[(Path, String)]) -> Self {
        let paths: BTreeSet<&Path> = sources.iter().map(|(path, _)| path).collect();
        let module = |path: &Path, source: &str| {
            let child = |name: &str| paths.contains(&[path.as_slice(), &[name.to_owned()]].concat());
            Module::read(path, &tokens(source), &child)
        };
        Self(sources.iter().map(|(path, source)| (path.clone(), module(path, source))).collect())
    }

    /// The module that defines what a path from the root names.
    fn home(&self, path: &[String], depth: usize) -> Option<Path> {
        let mut at = Path::new();
        for (i, name) in path.iter().enumerate() {
            let next = [at.as_slice(), std::slice::from_ref(name)].concat();
            if self.0.contains_key(&next) {
                at = next;
                continue;
            }
            let module = self.0.get(&at)?;
            if module.defined.contains(name) || depth == 0 {
                return Some(at);
            }
            let behind = |target: &Path| self.home(&[target.as_slice(), &path[i + 1..]].concat(), depth - 1);
            if let Some((_, target)) = module.imports.iter().find(|(known, _)| known == name) {
                return if target.is_empty() { None } else { behind(target) };
            }
            let named = |glob: &Path| {
                let full = [glob.as_slice(), std::slice::from_ref(name)].concat();
                self.home(&full, depth - 1).filter(|home| self.0[home].defined.contains(name))
            };
            return module.globs.iter().find_map(named).or(Some(at));
        }
        Some(at)
    }

    fn circles(&self) -> Vec<Vec<String>> {
        let targets = |(path, module): (&Path, &Module)| {
            let homes = module.used.iter().filter_map(|used| self.home(used, 8)).filter(|home| !path.starts_with(home));
            (path.clone(), homes.collect::<BTreeSet<Path>>())
        };
        let edges: BTreeMap<Path, BTreeSet<Path>> = self.0.iter().map(targets).collect();
        let reached = |start: &Path| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(path) = open.pop() {
                open.extend(edges[path].iter().filter(|next| seen.insert((*next).clone())));
            }
            seen
        };
        let reach: BTreeMap<&Path, BTreeSet<Path>> = edges.keys().map(|path| (path, reached(path))).collect();
        let mut circles: Vec<Vec<String>> = Vec::new();
        let mut placed = BTreeSet::new();
        for (path, seen) in &reach {
            if seen.contains(*path) && !placed.contains(*path) {
                let circle: Vec<&Path> =
                    seen.iter().filter(|other| reach.get(other).is_some_and(|back| back.contains(*path))).collect();
                placed.extend(circle.iter().copied().cloned());
                circles.push(circle.into_iter().map(|path| shown(path)).collect());
            }
        }
        circles
    }
}

fn shown(path: &Path) -> String {
    if path.is_empty() { "the root".to_owned() } else { path.join("::") }
}

impl Module {
    fn read(path: &Path, all: &[Token<'_>], child: &dyn Fn(&str) -> bool) -> Self {
        let mut module = Self::default();
        let mut at = 0;
        while at < all.len() {
            match all[at].text {
                "use" if all.get(at + 1).is_some_and(|next| next.text != "<") => {
                    let public =
                        at > 0 && (all[at - 1].text == "pub" || (all[at - 1].text == ")" && restricted(all, at)));
                    let mut leaves = Vec::new();
                    at = tree(all, at + 1, &[], &mut leaves);
                    for (leaf, alias) in leaves {
                        module.import(path, &leaf, &alias, public, child);
                    }
                }
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union" if at + 1 < all.len() => {
                    let name = if all[at + 1].text == "mut" { at + 2 } else { at + 1 };
                    module.defined.extend(all.get(name).map(|token| token.text.to_owned()));
                    at += 1;
                }
                "macro_rules" if at + 2 < all.len() => {
                    module.defined.insert(all[at + 2].text.to_owned());
                    at += 3;
                }
                head if (at == 0 || all[at - 1].text != "::")
                    && all.get(at + 1).is_some_and(|next| next.text == "::") =>
                {
                    let mut parts = vec![head.to_owned()];
                    while all.get(at + 1).is_some_and(|next| next.text == "::")
                        && all
                            .get(at + 2)
                            .is_some_and(|next| next.text.starts_with(|c: char| c == '_' || c.is_alphabetic()))
                    {
                        parts.push(all[at + 2].text.to_owned());
                        at += 2;
                    }
                    module.used.extend(absolute(path, &parts, child));
                    at += 1;
                }
                _ => at += 1,
            }
        }
        module
    }

    fn import(&mut self, path: &Path, leaf: &[String], alias: &str, public: bool, child: &dyn Fn(&str) -> bool) {
        let Some(target) = absolute(path, leaf, child) else {
            // An empty path: it comes from another crate, so nobody shall look for it here.
            self.imports.push((alias.to_owned(), Path::new()));
            return;
        };
        if alias == "*" {
            self.globs.push(target.clone());
        } else {
            self.imports.push((alias.to_owned(), target.clone()));
        }
        if !public {
            self.used.push(target);
        }
    }
}

/// Whether the `use` at `at` comes after `pub(…)`.
fn restricted(all: &[Token<'_>], at: usize) -> bool {
    all[..at].iter().rposition(|token| token.text == "(").is_some_and(|open| open > 0 && all[open - 1].text == "pub")
}

/// A path from the root of the crate; nothing for a path that begins in another crate.
fn absolute(module: &Path, path: &[String], child: &dyn Fn(&str) -> bool) -> Option<Path> {
    let (mut base, mut rest) = match path.first()?.as_str() {
        "crate" => (Path::new(), &path[1..]),
        "self" => (module.clone(), &path[1..]),
        "super" => (module.clone(), path),
        head if child(head) => (module.clone(), path),
        _ => return None,
    };
    while rest.first().is_some_and(|part| part == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

/// Reads a tree of `use` from `at` to behind its end: paths with the names that they bring in.
fn tree(all: &[Token<'_>], mut at: usize, prefix: &[String], leaves: &mut Vec<(Path, String)>) -> usize {
    let mut path = prefix.to_vec();
    while let Some(token) = all.get(at) {
        match token.text {
            "::" => at += 1,
            "{" => {
                at += 1;
                while all.get(at).is_some_and(|token| token.text != "}") {
                    at = tree(all, at, &path, leaves);
                    at += usize::from(all.get(at).is_some_and(|token| token.text == ","));
                }
                return at + 1;
            }
            "," | "}" | ";" => break,
            "as" => {
                let alias = all.get(at + 1).map_or("_", |token| token.text).to_owned();
                leaves.push((path, alias));
                return at + 2;
            }
            "*" => {
                leaves.push((path, "*".to_owned()));
                return at + 1;
            }
            // `{self, …}` names the module itself.
            "self" if !path.is_empty() => at += 1,
            name => {
                path.push(name.to_owned());
                at += 1;
            }
        }
    }
    if let Some(last) = path.last().cloned() {
        leaves.push((path, last));
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(sources: &[(&str, &str)]) -> Vec<Vec<String>> {
        let path = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let sources: Vec<(Path, String)> =
            sources.iter().map(|(name, text)| (path(name), (*text).to_owned())).collect();
        Tree::new(&sources).circles()
    }

    #[test]
    fn two_files_that_use_each_other() {
        let found = circles(&[
            ("", "mod a; mod b;"),
            ("a", "use crate::b::{self, B}; pub struct A;"),
            ("b", "pub struct B(super::a::A);"),
        ]);
        assert_eq!(found, [["a", "b"]]);
    }

    #[test]
    fn a_path_in_code_counts_and_one_in_a_comment_or_a_test_does_not() {
        let b = "/// [`crate::a`]\npub fn b() {}\n#[cfg(test)]\nmod tests { use crate::a::a; }";
        assert!(circles(&[("a", "pub fn a() { crate::b::b() }"), ("b", b)]).is_empty());
        assert_eq!(
            circles(&[("a", "pub fn a() { crate::b::b() }"), ("b", "pub fn b() { crate::a::a() }")]),
            [["a", "b"]]
        );
    }

    #[test]
    fn re_exports_are_followed_to_the_definition() {
        // The root and a folder collect what their children define; children ask them for it.
        let root = "mod error; mod f; pub use error::Error; pub use f::*;";
        let folder = "mod x; mod y; pub(crate) use x::X; pub use y::y;";
        let fine = [
            ("", root),
            ("error", "pub enum Error {}"),
            ("f", folder),
            ("f::x", "use crate::Error; pub(crate) struct X(Error);"),
            ("f::y", "use super::X; pub fn y(x: X) {}"),
        ];
        assert!(circles(&fine).is_empty(), "{:?}", circles(&fine));
        let knot = [fine[0], fine[1], fine[2], ("f::x", "pub(crate) struct X; fn z() { super::y(X) }"), fine[4]];
        assert_eq!(circles(&knot), [["f::x", "f::y"]]);
    }

    #[test]
    fn a_folder_shares_what_stands_in_its_own_file() {
        let child = "use super::Shape; pub fn draw(s: Shape) { super::super::g::g() }";
        let f = "mod c; pub struct Shape; fn f() { c::draw(Shape) }";
        assert!(circles(&[("f", f), ("f::c", child), ("g", "pub fn g() {}")]).is_empty());
        let g = "pub fn g() { crate::f::f() }";
        assert_eq!(circles(&[("f", f), ("f::c", child), ("g", g)]), [["f", "f::c", "g"]]);
    }
}
