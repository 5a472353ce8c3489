//! Pieces of syntax on one line.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Fields, Item, ItemFn, ItemImpl, Signature, Type, Visibility};

/// A type.
pub(super) fn ty(ty: &Type) -> String {
    let text = item(Item::Verbatim(quote::quote!(type T = #ty;)));
    text.trim_start_matches("type T = ").trim_end_matches(';').to_owned()
}

/// A signature with the function's name in full.
pub(super) fn signature(signature: &Signature, path: &str) -> String {
    let block = syn::parse_quote!({});
    let function = ItemFn { attrs: Vec::new(), vis: Visibility::Inherited, sig: signature.clone(), block };
    let text = item(Item::Fn(function));
    let name = format!("fn {}", signature.ident);
    text.trim_end_matches("{}").trim_end().replacen(&name, &format!("fn {path}"), 1)
}

/// `impl … Trait for Type`, without its body.
pub(super) fn impl_header(block: &ItemImpl) -> String {
    let header = ItemImpl { attrs: Vec::new(), items: Vec::new(), ..block.clone() };
    item(Item::Impl(header)).trim_end_matches("{}").trim_end().to_owned()
}

/// Any item on one line, attributes included.
pub(super) fn item(item: Item) -> String {
    let item = match item {
        Item::Verbatim(tokens) => syn::parse2(tokens).unwrap_or(Item::Verbatim(TokenStream::new())),
        other => other,
    };
    let text = prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items: vec![item] });
    one_line(&text)
}

/// Tokens on one line, documentation left out.
pub(super) fn tokens(tokens: &TokenStream) -> String {
    use proc_macro2::{Delimiter, TokenTree};
    let mut kept = TokenStream::new();
    let mut stream = tokens.clone().into_iter().peekable();
    while let Some(token) = stream.next() {
        match (&token, stream.peek()) {
            (TokenTree::Punct(mark), Some(TokenTree::Group(group)))
                if mark.as_char() == '#' && group.stream().to_string().starts_with("doc") =>
            {
                stream.next();
            }
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Brace => {
                let inner: TokenStream = self::tokens(&group.stream()).parse().unwrap_or_default();
                kept.extend([TokenTree::Group(proc_macro2::Group::new(Delimiter::Brace, inner))]);
            }
            _ => kept.extend([token]),
        }
    }
    one_line(&kept.to_string())
}

/// `#[non_exhaustive]`, `#[cfg(…)]` and `#[deprecated]` in front of what they belong to.
pub(super) fn marks(attributes: &[Attribute]) -> String {
    let telling = ["non_exhaustive", "cfg", "deprecated"];
    let mut marks = String::new();
    for attribute in attributes.iter().filter(|a| telling.iter().any(|name| a.path().is_ident(name))) {
        marks += &one_line(&attribute.to_token_stream().to_string()).replace("# [", "#[").replace(" (", "(");
        marks.push(' ');
    }
    marks
}

/// Derived traits in alphabetical order.
pub(super) fn derives(attributes: &[Attribute]) -> Vec<String> {
    let mut names = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            names.extend(meta.path.segments.last().map(|segment| segment.ident.to_string()));
            Ok(())
        });
    }
    names.sort();
    names
}

/// Parameters and bounds of a type.
pub(super) fn generics(generics: &syn::Generics) -> String {
    let item = syn::ItemStruct {
        attrs: Vec::new(),
        vis: Visibility::Inherited,
        struct_token: Default::default(),
        ident: quote::format_ident!("T"),
        generics: generics.clone(),
        fields: Fields::Unit,
        semi_token: Some(Default::default()),
    };
    self::item(Item::Struct(item)).trim_start_matches("struct T").trim_end_matches(';').to_owned()
}

/// The fields of a variant: `(f64)` or `{ km: f64 }`.
pub(super) fn fields(fields: &Fields) -> String {
    match fields {
        Fields::Unit => String::new(),
        Fields::Unnamed(list) => {
            let types: Vec<String> = list.unnamed.iter().map(|field| ty(&field.ty)).collect();
            format!("({})", types.join(", "))
        }
        Fields::Named(list) => {
            let named = list.named.iter().map(|field| {
                format!("{}: {}", field.ident.as_ref().map(ToString::to_string).unwrap_or_default(), ty(&field.ty))
            });
            format!(" {{ {} }}", named.collect::<Vec<_>>().join(", "))
        }
    }
}

/// White space folded, and what broken lines leave behind taken out.
fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [("( ", "("), (", )", ")"), (" )", ")"), ("< ", "<"), (", >", ">"), (" ;", ";"), (" ,", ",")] {
        line = line.replace(from, to);
    }
    line
}
