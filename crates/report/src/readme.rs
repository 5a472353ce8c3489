//! The README of a replication package, in the order of the template that economics journals share.
//!
//! Sections: overview, data availability, computational requirements, steps, list of tables and programs, references
//! (Vilhuber et al. 2022, template README of the social science data editors).

use crate::{Lang, Text};

/// What the README says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplicationReadme {
    /// Title of the package.
    pub title: Text,
    /// What the package contains and what one command does.
    pub overview: Vec<Text>,
    /// Data sets.
    pub data: Vec<DataSource>,
    /// Software and versions.
    pub software: Vec<(String, String)>,
    /// Where the seeds are, and what they control.
    pub randomness: Text,
    /// Class of run time and storage; measured times belong in the manifest.
    pub resources: Text,
    /// Steps, strictly in order.
    pub steps: Vec<Text>,
    /// Tables and figures with the program and the file of each.
    pub outputs: Vec<OutputEntry>,
    /// References.
    pub references: Vec<String>,
}

/// A data set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataSource {
    /// Name.
    pub name: Text,
    /// File in the package, empty where it is not provided.
    pub file: String,
    /// Where it comes from.
    pub source: Text,
    /// Terms of use.
    pub terms: Text,
}

/// A table or figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputEntry {
    /// Table 2, Figure 1.
    pub item: Text,
    /// Program or stage that makes it.
    pub program: String,
    /// File.
    pub file: String,
    /// Note.
    pub note: Text,
}

impl ReplicationReadme {
    /// The README as Markdown.
    #[must_use]
    pub fn markdown(&self, lang: Lang) -> String {
        let say = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
        let mut out = format!("# {}\n", self.title.get(lang));
        let mut section = |heading: &str, body: &str| {
            if !body.trim().is_empty() {
                out.push_str(&format!("\n## {heading}\n\n{}\n", body.trim_end()));
            }
        };
        let paragraphs: Vec<&str> = self.overview.iter().map(|text| text.get(lang)).collect();
        section(say("概览", "Overview"), &paragraphs.join("\n\n"));

        let mut data = table_head(&[
            say("数据", "Data"),
            say("文件", "File"),
            say("来源", "Source"),
            say("使用条款", "Terms of use"),
            say("已提供", "Provided"),
        ]);
        for source in &self.data {
            let provided = if source.file.is_empty() { say("否", "No") } else { say("是", "Yes") };
            let cells =
                [source.name.get(lang), &code(&source.file), source.source.get(lang), source.terms.get(lang), provided];
            data.push_str(&table_row(&cells));
        }
        section(say("数据可得性", "Data availability"), if self.data.is_empty() { "" } else { &data });

        let mut computing: String =
            self.software.iter().map(|(name, version)| format!("- {name} {version}\n")).collect();
        for (heading, text) in
            [(say("随机性", "Randomness"), &self.randomness), (say("资源", "Resources"), &self.resources)]
        {
            if !text.is_empty() {
                computing.push_str(&format!("\n**{heading}.** {}\n", text.get(lang)));
            }
        }
        section(say("计算要求", "Computational requirements"), &computing);

        let steps: String =
            self.steps.iter().enumerate().map(|(i, step)| format!("{}. {}\n", i + 1, step.get(lang))).collect();
        section(say("复现步骤", "Instructions to replicators"), &steps);

        let mut outputs = table_head(&[
            say("图表", "Table or figure"),
            say("程序", "Program"),
            say("输出文件", "Output file"),
            say("备注", "Note"),
        ]);
        for output in &self.outputs {
            outputs.push_str(&table_row(&[
                output.item.get(lang),
                &code(&output.program),
                &code(&output.file),
                output.note.get(lang),
            ]));
        }
        section(
            say("图表与程序对照", "List of tables and programs"),
            if self.outputs.is_empty() { "" } else { &outputs },
        );
        let references: String = self.references.iter().map(|reference| format!("- {reference}\n")).collect();
        section(say("参考文献", "References"), &references);
        out
    }
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

fn table_head(names: &[&str]) -> String {
    format!("{}|{}\n", table_row(names), "---|".repeat(names.len()))
}

fn table_row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}
