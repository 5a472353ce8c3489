//! What a path means: from a module and a path to the item behind it, through imports.

use super::tree::{ModulePath, Tree};
use syn::{Item, UseTree};

/// One name that a `use` brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    /// The path as written.
    pub(super) path: Vec<String>,
    /// The name it gets here; `*` for a glob.
    pub(super) name: String,
}

/// The names of a `use` tree.
pub(super) fn imports(tree: &UseTree) -> Vec<Import> {
    fn walk(tree: &UseTree, path: &mut Vec<String>, found: &mut Vec<Import>) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                walk(&part.tree, path, found);
                path.pop();
            }
            UseTree::Name(leaf) if leaf.ident == "self" => {
                found.push(Import { path: path.clone(), name: path.last().cloned().unwrap_or_default() });
            }
            UseTree::Name(leaf) => {
                let name = leaf.ident.to_string();
                found.push(Import { path: [path.clone(), vec![name.clone()]].concat(), name });
            }
            UseTree::Rename(leaf) => {
                let path = [path.clone(), vec![leaf.ident.to_string()]].concat();
                found.push(Import { path, name: leaf.rename.to_string() });
            }
            UseTree::Glob(_) => found.push(Import { path: path.clone(), name: "*".into() }),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, path, found)),
        }
    }
    let mut found = Vec::new();
    walk(tree, &mut Vec::new(), &mut found);
    found
}

/// Where an item lives: its module and its name; for a module, the module above and its own name.
pub(super) type Home = (ModulePath, String);

impl Tree {
    /// The item behind a path used in a module; `None` for what lies outside the crate.
    pub(super) fn resolve(&self, from: &[String], path: &[String]) -> Option<Home> {
        self.resolve_within(from, path, 12)
    }

    fn resolve_within(&self, from: &[String], path: &[String], depth: usize) -> Option<Home> {
        let (first, rest) = path.split_first()?;
        let depth = depth.checked_sub(1)?;
        let start: ModulePath = match first.as_str() {
            "crate" => return self.below(Vec::new(), rest, depth),
            "self" => return self.below(from.to_vec(), rest, depth),
            "super" => {
                let above = from[..from.len().checked_sub(1)?].to_vec();
                if rest.first().is_some_and(|next| next == "super") {
                    return self.resolve_within(&above, rest, depth);
                }
                return self.below(above, rest, depth);
            }
            _ => from.to_vec(),
        };
        self.below(start, path, depth)
    }

    /// Walks down from a module.
    fn below(&self, module: ModulePath, path: &[String], depth: usize) -> Option<Home> {
        let (first, rest) = path.split_first()?;
        let inner = [module.clone(), vec![first.clone()]].concat();
        if self.modules.contains_key(&inner) {
            return if rest.is_empty() { Some((module, first.clone())) } else { self.below(inner, rest, depth) };
        }
        let items = &self.modules.get(&module)?.items;
        if rest.is_empty() && items.iter().any(|item| defined(item).is_some_and(|name| name == *first)) {
            return Some((module, first.clone()));
        }
        for item in items {
            let Item::Use(import) = item else { continue };
            for import in imports(&import.tree) {
                let target = match import.name.as_str() {
                    "*" => [import.path, path.to_vec()].concat(),
                    name if name == first => [import.path, rest.to_vec()].concat(),
                    _ => continue,
                };
                if let Some(home) = self.resolve_within(&module, &target, depth) {
                    return Some(home);
                }
            }
        }
        None
    }
}

/// The name that an item defines.
pub(super) fn defined(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}
