//! One self-contained HTML page in both languages: no script, no file beside it, prints well.
//!
//! A radio button in the page switches the language, so that links inside a language keep working. The order is that of
//! a reader who doubts: verdict, three numbers, one figure; then sections.

mod style;

use crate::render::html;
use crate::render::xml::escape;
use crate::{Figure, Lang, Result, Table, Text};

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Title.
    pub title: Text,
    /// What must be read first, such as that the data are synthetic; may be empty.
    pub banner: Text,
    /// The work that is reported on.
    pub citation: Text,
    /// The verdict in one sentence.
    pub verdict: Text,
    /// A few numbers in large type.
    pub facts: Vec<Fact>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// The language that is shown first.
    pub first: Lang,
}

/// A number in large type with its label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fact {
    /// The number, as printed.
    pub value: Text,
    /// What it is.
    pub label: Text,
}

/// A section.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// Anchor, unique in the page.
    pub id: String,
    /// Heading.
    pub heading: Text,
    /// Content.
    pub blocks: Vec<Block>,
}

/// A block of content.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// A paragraph.
    Paragraph(Text),
    /// A paragraph that warns.
    Warning(Text),
    /// A list.
    List(Vec<Text>),
    /// Preformatted text: a formula, a command.
    Code(String),
    /// A table.
    Table(Box<Table>),
    /// A figure, drawn in both languages.
    Figure {
        /// In Chinese.
        zh: Box<Figure>,
        /// In English.
        en: Box<Figure>,
    },
    /// Content that is folded until asked for, such as how a table was computed.
    Folded {
        /// What one clicks.
        summary: Text,
        /// What appears.
        blocks: Vec<Block>,
    },
    /// Links to files beside the page: address relative to the page, and what it is.
    Files(Vec<(String, Text)>),
}

impl Block {
    /// A paragraph.
    pub fn paragraph(text: impl Into<Text>) -> Self {
        Self::Paragraph(text.into())
    }

    /// A table.
    #[must_use]
    pub fn table(table: Table) -> Self {
        Self::Table(Box::new(table))
    }

    /// A figure from a function that draws it in one language.
    ///
    /// # Errors
    /// What drawing it gives.
    pub fn figure(mut draw: impl FnMut(Lang) -> Result<Figure>) -> Result<Self> {
        Ok(Self::Figure { zh: Box::new(draw(Lang::Zh)?), en: Box::new(draw(Lang::En)?) })
    }
}

impl Page {
    /// The page as HTML.
    ///
    /// # Errors
    /// As [`Table::validate`] of its tables.
    pub fn html(&self) -> Result<String> {
        let checked = |lang| if lang == self.first { " checked" } else { "" };
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
             <style>\n{}</style>\n</head>\n<body>\n\
             <input type=\"radio\" name=\"lang\" id=\"lang-zh\"{}>\n<input type=\"radio\" name=\"lang\" id=\"lang-en\"{}>\n\
             <nav class=\"languages\"><label for=\"lang-zh\">中文</label><label for=\"lang-en\">English</label></nav>\n",
            self.first.tag(),
            escape(self.title.get(self.first)),
            style::CSS,
            checked(Lang::Zh),
            checked(Lang::En),
        );
        for lang in Lang::ALL {
            self.article(&mut out, lang)?;
        }
        out.push_str("</body>\n</html>\n");
        Ok(out)
    }

    fn article(&self, out: &mut String, lang: Lang) -> Result<()> {
        let code = lang.code();
        out.push_str(&format!("<main class=\"{code}\" lang=\"{}\">\n<header>\n", lang.tag()));
        if !self.banner.is_empty() {
            out.push_str(&format!("<p class=\"banner\" role=\"note\">{}</p>\n", escape(self.banner.get(lang))));
        }
        out.push_str(&format!("<h1>{}</h1>\n", escape(self.title.get(lang))));
        if !self.citation.is_empty() {
            out.push_str(&format!("<p class=\"citation\">{}</p>\n", escape(self.citation.get(lang))));
        }
        if !self.verdict.is_empty() {
            out.push_str(&format!("<p class=\"verdict\">{}</p>\n", escape(self.verdict.get(lang))));
        }
        if !self.facts.is_empty() {
            out.push_str("<dl class=\"facts\">\n");
            for fact in &self.facts {
                let (value, label) = (escape(fact.value.get(lang)), escape(fact.label.get(lang)));
                out.push_str(&format!("<div><dt>{label}</dt><dd>{value}</dd></div>\n"));
            }
            out.push_str("</dl>\n");
        }
        out.push_str("</header>\n");
        let contents = match lang {
            Lang::Zh => "目录",
            Lang::En => "Contents",
        };
        out.push_str(&format!("<nav class=\"contents\" aria-label=\"{contents}\"><ol>\n"));
        for section in &self.sections {
            out.push_str(&format!(
                "<li><a href=\"#{code}-{}\">{}</a></li>\n",
                escape(&section.id),
                escape(section.heading.get(lang))
            ));
        }
        out.push_str("</ol></nav>\n");
        for section in &self.sections {
            out.push_str(&format!(
                "<section id=\"{code}-{}\">\n<h2>{}</h2>\n",
                escape(&section.id),
                escape(section.heading.get(lang))
            ));
            blocks(out, &section.blocks, lang)?;
            out.push_str("</section>\n");
        }
        out.push_str("</main>\n");
        Ok(())
    }
}

fn blocks(out: &mut String, content: &[Block], lang: Lang) -> Result<()> {
    for block in content {
        match block {
            Block::Paragraph(text) => out.push_str(&format!("<p>{}</p>\n", escape(text.get(lang)))),
            Block::Warning(text) => {
                out.push_str(&format!("<p class=\"warning\" role=\"note\">{}</p>\n", escape(text.get(lang))));
            }
            Block::List(items) => {
                out.push_str("<ul>\n");
                for item in items {
                    out.push_str(&format!("<li>{}</li>\n", escape(item.get(lang))));
                }
                out.push_str("</ul>\n");
            }
            Block::Code(text) => out.push_str(&format!("<pre class=\"scroll\"><code>{}</code></pre>\n", escape(text))),
            Block::Table(table) => out.push_str(&html(table, lang)?),
            Block::Figure { zh, en } => {
                let figure = if lang == Lang::Zh { zh } else { en };
                out.push_str(&format!(
                    "<figure class=\"plot\" id=\"{}-{}\"><div class=\"scroll\">\n{}</div></figure>\n",
                    escape(&figure.id),
                    lang.code(),
                    figure.svg
                ));
            }
            Block::Folded { summary, blocks: inner } => {
                out.push_str(&format!("<details>\n<summary>{}</summary>\n", escape(summary.get(lang))));
                blocks(out, inner, lang)?;
                out.push_str("</details>\n");
            }
            Block::Files(files) => {
                out.push_str("<ul class=\"files\">\n");
                for (address, label) in files {
                    let (address, label) = (escape(address), escape(label.get(lang)));
                    out.push_str(&format!("<li><a href=\"{address}\">{label}</a></li>\n"));
                }
                out.push_str("</ul>\n");
            }
        }
    }
    Ok(())
}
