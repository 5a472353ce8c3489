//! The lines of a listing.

use super::names::{Home, defined, imports};
use super::print;
use super::tree::{ModulePath, Tree, attributes, documented, is_pub};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Fields, ImplItem, Item, TraitItem, Type, Visibility};

/// Lists a crate: the lines, and the public items without documentation.
pub(super) fn list(tree: &Tree) -> (Vec<String>, Vec<String>) {
    let mut listing = Listing {
        tree,
        public: public_modules(tree),
        exposed: BTreeMap::new(),
        lines: Vec::new(),
        undocumented: Vec::new(),
    };
    for module in listing.public.clone() {
        listing.module(&module);
    }
    listing.impls();
    listing.macros();
    listing.lines.sort();
    listing.lines.dedup();
    (listing.lines, listing.undocumented)
}

/// Modules that can be named from outside.
fn public_modules(tree: &Tree) -> BTreeSet<ModulePath> {
    let mut public = BTreeSet::from([Vec::new()]);
    // Parents come before their children in the order of paths.
    for (path, module) in &tree.modules {
        if !public.contains(path) {
            continue;
        }
        for item in &module.items {
            if let Item::Mod(inner) = item
                && is_pub(&inner.vis)
            {
                public.insert([path.clone(), vec![inner.ident.to_string()]].concat());
            }
        }
    }
    public
}

struct Listing<'a> {
    tree: &'a Tree,
    public: BTreeSet<ModulePath>,
    /// Path from outside of every exposed item, by where it lives.
    exposed: BTreeMap<Home, String>,
    lines: Vec<String>,
    undocumented: Vec<String>,
}

impl Listing<'_> {
    fn full(&self, module: &[String], name: &str) -> String {
        let mut path = vec![self.tree.name.as_str()];
        path.extend(module.iter().map(String::as_str));
        if !name.is_empty() {
            path.push(name);
        }
        path.join("::")
    }

    fn documented(&mut self, documented: bool, what: &str) {
        if !documented {
            self.undocumented.push(what.to_owned());
        }
    }

    fn module(&mut self, path: &ModulePath) {
        let module = &self.tree.modules[path];
        let full = self.full(path, "");
        if !path.is_empty() {
            self.lines.push(format!("mod {full}"));
        }
        self.documented(module.documented, &full);
        for item in &module.items {
            match item {
                Item::Use(import) if is_pub(&import.vis) => {
                    let marks = print::marks(&import.attrs);
                    for import in imports(&import.tree) {
                        self.re_export(path, &import.path, &import.name, &marks);
                    }
                }
                Item::Macro(_) | Item::Mod(_) | Item::Impl(_) => {}
                _ => {
                    if let Some(name) = defined(item).filter(|_| visibility(item).is_some_and(is_pub)) {
                        let full = self.full(path, &name);
                        self.item(path, item, &full);
                    }
                }
            }
        }
    }

    /// An item of a hidden module is listed where it is shown; any other under its own path, with the alias beside it.
    fn re_export(&mut self, module: &ModulePath, path: &[String], name: &str, marks: &str) {
        let outside = self.full(module, if name == "*" { "" } else { name });
        let home = self.tree.resolve(module, path);
        let Some((home_module, home_name)) = home else {
            // Of another crate, or written by a macro of this one.
            self.lines.push(format!("{marks}use {} as {outside}", path.join("::")));
            return;
        };
        let as_module = [home_module.clone(), vec![home_name.clone()]].concat();
        if name == "*" && self.tree.modules.contains_key(&as_module) && !self.public.contains(&as_module) {
            for item in &self.tree.modules[&as_module].items {
                if let Some(name) = defined(item).filter(|_| visibility(item).is_some_and(is_pub)) {
                    let full = self.full(module, &name);
                    self.item(&as_module, item, &full);
                }
            }
        } else if self.public.contains(&home_module) || self.tree.modules.contains_key(&as_module) {
            self.lines.push(format!("{marks}use {} as {outside}", self.full(&home_module, &home_name)));
        } else {
            for item in &self.tree.modules[&home_module].items {
                if defined(item).as_ref() == Some(&home_name) {
                    self.item(&home_module, item, &outside);
                }
            }
        }
    }

    fn item(&mut self, module: &ModulePath, item: &Item, full: &str) {
        let Some(name) = defined(item) else { return };
        if self.exposed.insert((module.clone(), name), full.to_owned()).is_some() {
            return;
        }
        let attrs = attributes(item);
        self.documented(documented(attrs), full);
        let marks = print::marks(attrs);
        let derives = print::derives(attrs);
        if !derives.is_empty() {
            self.lines.push(format!("{full}: {}", derives.join(" + ")));
        }
        match item {
            Item::Const(item) => self.lines.push(format!("{marks}const {full}: {}", print::ty(&item.ty))),
            Item::Static(item) => self.lines.push(format!("{marks}static {full}: {}", print::ty(&item.ty))),
            Item::Fn(item) => self.lines.push(format!("{marks}{}", print::signature(&item.sig, full))),
            Item::Type(item) => self.lines.push(format!("{marks}type {full} = {}", print::ty(&item.ty))),
            Item::Struct(item) => {
                let generics = print::generics(&item.generics);
                self.lines.push(format!("{marks}struct {full}{generics}"));
                self.fields(&item.fields, full);
            }
            Item::Enum(item) => {
                let generics = print::generics(&item.generics);
                self.lines.push(format!("{marks}enum {full}{generics}"));
                for variant in &item.variants {
                    let place = format!("{full}::{}", variant.ident);
                    self.documented(documented(&variant.attrs), &place);
                    let marks = print::marks(&variant.attrs);
                    self.lines.push(format!("{marks}variant {place}{}", print::fields(&variant.fields)));
                }
            }
            Item::Trait(item) => {
                let bounds = quote::ToTokens::to_token_stream(&item.supertraits).to_string();
                let bounds = if bounds.is_empty() { bounds } else { format!(": {bounds}") };
                self.lines.push(format!("{marks}trait {full}{}{bounds}", print::generics(&item.generics)));
                for inner in &item.items {
                    match inner {
                        TraitItem::Fn(function) => {
                            let place = format!("{full}::{}", function.sig.ident);
                            self.documented(documented(&function.attrs), &place);
                            let provided = if function.default.is_some() { "provided " } else { "" };
                            self.lines.push(format!("{provided}{}", print::signature(&function.sig, &place)));
                        }
                        other => {
                            let tokens = quote::ToTokens::to_token_stream(other);
                            self.lines.push(format!("{full}: {}", print::tokens(&tokens)));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields, full: &str) {
        for (k, field) in fields.iter().enumerate().filter(|(_, field)| is_pub(&field.vis)) {
            let name = field.ident.as_ref().map_or_else(|| k.to_string(), ToString::to_string);
            let place = format!("{full}::{name}");
            self.documented(documented(&field.attrs), &place);
            self.lines.push(format!("{}field {place}: {}", print::marks(&field.attrs), print::ty(&field.ty)));
        }
        if fields.iter().any(|field| !is_pub(&field.vis)) {
            self.lines.push(format!("field {full}::_: private"));
        }
    }

    /// Methods and traits of exposed types, wherever in the crate they are written.
    fn impls(&mut self) {
        for (path, module) in &self.tree.modules {
            for item in &module.items {
                let Item::Impl(block) = item else { continue };
                let local = type_path(&block.self_ty).and_then(|name| self.tree.resolve(path, &name));
                let full = local.as_ref().and_then(|home| self.exposed.get(home)).cloned();
                match (&block.trait_, full) {
                    (None, Some(full)) => self.methods(block, &full),
                    (Some(_), Some(full)) => {
                        let marks = print::marks(&block.attrs);
                        self.lines.push(format!("{full}: {marks}{}", print::impl_header(block)));
                    }
                    // An exposed trait for a foreign type.
                    (Some((_, name, _)), None) if local.is_none() => {
                        let segments: Vec<String> = name.segments.iter().map(|part| part.ident.to_string()).collect();
                        let home = self.tree.resolve(path, &segments);
                        if let Some(full) = home.as_ref().and_then(|home| self.exposed.get(home)) {
                            self.lines.push(format!("{full}: {}", print::impl_header(block)));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn methods(&mut self, block: &syn::ItemImpl, full: &str) {
        let outer = print::marks(&block.attrs);
        for item in &block.items {
            match item {
                ImplItem::Fn(function) if is_pub(&function.vis) => {
                    let place = format!("{full}::{}", function.sig.ident);
                    self.documented(documented(&function.attrs), &place);
                    let marks = format!("{outer}{}", print::marks(&function.attrs));
                    self.lines.push(format!("{marks}{}", print::signature(&function.sig, &place)));
                }
                ImplItem::Const(constant) if is_pub(&constant.vis) => {
                    let place = format!("{full}::{}", constant.ident);
                    self.documented(documented(&constant.attrs), &place);
                    self.lines.push(format!("{outer}const {place}: {}", print::ty(&constant.ty)));
                }
                _ => {}
            }
        }
    }

    /// Calls of the crate's own macros write items that no source line shows.
    fn macros(&mut self) {
        for (path, module) in &self.tree.modules {
            for item in &module.items {
                let Item::Macro(call) = item else { continue };
                let name = call.mac.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
                let exported = call.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"));
                if let Some(ident) = call.ident.as_ref().filter(|_| exported) {
                    // Exported macros belong to the root, wherever they are written.
                    let full = self.full(&[], &ident.to_string());
                    self.documented(documented(&call.attrs), &full);
                    self.lines.push(format!("macro {full}!"));
                } else if name != "macro_rules" && name != "thread_local" {
                    let body = print::tokens(&call.mac.tokens);
                    self.lines.push(format!("{name}! in {}: {body}", self.full(path, "")));
                }
            }
        }
    }
}

/// Segments of a plain type path, generics left out.
fn type_path(ty: &Type) -> Option<Vec<String>> {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            Some(path.path.segments.iter().map(|segment| segment.ident.to_string()).collect())
        }
        _ => None,
    }
}

fn visibility(item: &Item) -> Option<&Visibility> {
    Some(match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Union(item) => &item.vis,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &str) -> Vec<String> {
        list(&Tree::of("c", source)).0
    }

    #[test]
    fn what_can_be_named_is_listed() {
        let source = "
            mod hidden { pub struct Shown { pub a: f64, b: f64 } pub struct Unseen; impl Shown { pub fn new(a: f64) -> Self { Self { a, b: a } } fn own(&self) {} } }
            pub use hidden::Shown;
            pub mod open { #[derive(Debug, Clone)] #[non_exhaustive] pub enum E { A, B { km: f64 } } pub(crate) fn no() {} }
            pub use open::E;
            impl std::fmt::Display for Shown { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) } }
            #[cfg(test)] pub mod tests { pub fn no() {} }
        ";
        assert_eq!(
            lines(source),
            [
                "#[non_exhaustive] enum c::open::E",
                "c::Shown: impl std::fmt::Display for Shown",
                "c::open::E: Clone + Debug",
                "field c::Shown::_: private",
                "field c::Shown::a: f64",
                "fn c::Shown::new(a: f64) -> Self",
                "mod c::open",
                "struct c::Shown",
                "use c::open::E as c::E",
                "variant c::open::E::A",
                "variant c::open::E::B { km: f64 }",
            ]
        );
    }

    #[test]
    fn long_signatures_stay_on_one_line() {
        let source = "pub fn contributions<'a>(first: &'a [f64], second: &'a [f64], third: Option<&'a [u32]>, name: impl Fn(usize) -> String) -> Result<Vec<f64>, E> { body() }";
        assert_eq!(
            lines(source),
            [
                "fn c::contributions<'a>(first: &'a [f64], second: &'a [f64], third: Option<&'a [u32]>, name: impl Fn(usize) -> String) -> Result<Vec<f64>, E>"
            ]
        );
    }

    #[test]
    fn items_of_macros_and_of_other_crates() {
        let source = "words! { /// doc\n Model { /// doc\n Ebm = \"ebm\" } } pub use faer::Mat; pub use self::inner::*; mod inner { pub const K: usize = 1; }";
        assert_eq!(
            lines(source),
            ["const c::K: usize", "use faer::Mat as c::Mat", "words! in c: Model { Ebm = \"ebm\" }"]
        );
    }

    #[test]
    fn undocumented_items_are_named() {
        let (_, undocumented) = list(&Tree::of("c", "/// Yes.\npub struct A { pub x: f64 }\npub fn f() {}"));
        assert_eq!(undocumented, ["c::A::x", "c::f"]);
    }
}
