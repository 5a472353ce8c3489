//! The modules of a crate with their items, tests left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use syn::{Attribute, Item, Visibility};

/// A module path from the crate's root, without the crate's name.
pub(super) type ModulePath = Vec<String>;

/// One module.
pub(super) struct Module {
    /// Items in source order.
    pub(super) items: Vec<Item>,
    /// Whether it has documentation of its own.
    pub(super) documented: bool,
}

/// A crate.
pub(super) struct Tree {
    /// Its name in paths.
    pub(super) name: String,
    /// Modules by path; the root has an empty path.
    pub(super) modules: BTreeMap<ModulePath, Module>,
}

impl Tree {
    /// Reads a crate from its root file.
    pub(super) fn read(name: &str, lib: &Path) -> Result<Self, String> {
        let mut tree = Self { name: name.to_owned(), modules: BTreeMap::new() };
        let folder = lib.parent().unwrap_or(lib).to_path_buf();
        tree.file(Vec::new(), lib, &folder)?;
        Ok(tree)
    }

    /// The tree of one source text, for tests.
    #[cfg(test)]
    pub(super) fn of(name: &str, source: &str) -> Self {
        let mut tree = Self { name: name.to_owned(), modules: BTreeMap::new() };
        let file = syn::parse_file(source).expect("valid source");
        tree.module(Vec::new(), file.items, true, Path::new("")).expect("no files");
        tree
    }

    fn file(&mut self, path: ModulePath, file: &Path, folder: &Path) -> Result<(), String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let parsed = syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        self.module(path, parsed.items, documented(&parsed.attrs), folder)
    }

    /// `folder` holds the files of submodules.
    fn module(&mut self, path: ModulePath, items: Vec<Item>, documented: bool, folder: &Path) -> Result<(), String> {
        let items: Vec<Item> = items.into_iter().filter(|item| !test_only(attributes(item))).collect();
        for item in &items {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let mut inner = path.clone();
            inner.push(name.clone());
            let folder = folder.join(&name);
            if let Some((_, items)) = &module.content {
                self.module(inner, items.clone(), self::documented(&module.attrs), &folder)?;
            } else {
                let candidates: [PathBuf; 2] = [folder.with_extension("rs"), folder.join("mod.rs")];
                let file = candidates.iter().find(|file| file.is_file());
                let file = file.ok_or_else(|| format!("module `{}` has no file", inner.join("::")))?;
                self.file(inner.clone(), file, &folder)?;
                if let Some(read) = self.modules.get_mut(&inner) {
                    read.documented |= self::documented(&module.attrs);
                }
            }
        }
        self.modules.insert(path, Module { items, documented });
        Ok(())
    }
}

/// Whether anything says `pub`.
pub(super) fn is_pub(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether there is a documentation comment.
pub(super) fn documented(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("doc"))
}

/// Attributes of an item.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[cfg(test)]` and `#[cfg(doctest)]`.
fn test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test") || path.is_ident("doctest"))
    })
}
