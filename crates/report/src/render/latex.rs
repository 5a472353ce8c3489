//! LaTeX with booktabs and threeparttable.

use crate::figure::text::wrap;
use crate::lang::display_width;
use crate::table::{Grid, GridCell, HeaderCell, Line, Rule, TextAlign};
use crate::{Lang, Result, Table};

/// A table as a LaTeX `table` environment; it needs `booktabs` and `threeparttable`, `array` where a label is long (and
/// `ctex` for Chinese).
///
/// A table that the study numbers carries that number, whatever stands before it. Labels longer than a third of the line
/// wrap.
/// Numbers are set in math mode, so that a minus is a minus; words are escaped.
///
/// # Errors
/// As [`Table::validate`].
pub fn latex(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let mut out = String::from("\\begin{table}[htbp]\n\\centering\n\\begin{threeparttable}\n");
    if !table.title.is_empty() {
        out.push_str(&own_number(table, lang));
        out.push_str(&format!("\\caption{{{}}}\n\\label{{tab:{}}}\n", escape(table.title.get(lang)), label(&table.id)));
    }
    out.push_str(size(&grid));
    let wrapped = wrapped(&grid);
    // Columns of numbers are as wide as their numbers.
    let column = |(at, (align, wrapped)): (usize, (&TextAlign, &bool))| match (*wrapped, align) {
        (true, _) if at == 0 => WRAPPED_STUB,
        (true, _) => WRAPPED_WORDS,
        (false, TextAlign::Left) => "l",
        (false, TextAlign::Center) => "c",
    };
    let columns: String = grid.align.iter().zip(&wrapped).enumerate().map(column).collect();
    out.push_str(&format!("\\begin{{tabular}}{{{columns}}}\n"));
    push_rule(&mut out, grid.rules.0, "\\toprule");
    for row in &grid.header {
        push_header_row(&mut out, row, &grid);
    }
    push_rule(&mut out, grid.rules.1, "\\midrule");
    for line in &grid.lines {
        match line {
            Line::Group { label, rule_above } => {
                push_rule(&mut out, *rule_above, "\\midrule");
                out.push_str(&group_line(&grid, label));
            }
            Line::Row { stub, cells, indented, rule_above, .. } => {
                push_rule(&mut out, *rule_above, "\\midrule");
                if *indented {
                    out.push_str("\\quad ");
                }
                if !*indented {
                    out.push_str(guard(stub));
                }
                out.push_str(&escape(stub));
                for cell in cells {
                    out.push_str(" & ");
                    out.push_str(&body_cell(cell));
                }
                out.push_str(" \\\\\n");
            }
        }
    }
    push_rule(&mut out, grid.rules.2, "\\bottomrule");
    out.push_str("\\end{tabular}\n");
    if !grid.notes.is_empty() {
        out.push_str("\\begin{tablenotes}[flushleft]\\footnotesize\n");
        for note in &grid.notes {
            out.push_str(&format!("\\item {}{}\n", guard(note), escape(note)));
        }
        out.push_str("\\end{tablenotes}\n");
    }
    out.push_str("\\end{threeparttable}\n\\end{table}\n");
    Ok(out)
}

/// A document of several tables that compiles on its own (XeLaTeX or tectonic).
///
/// # Errors
/// As [`Table::validate`].
pub fn latex_document(tables: &[Table], lang: Lang) -> Result<String> {
    let class = match lang {
        Lang::Zh => "\\documentclass[UTF8,11pt]{ctexart}\n",
        Lang::En => "\\documentclass[11pt]{article}\n",
    };
    let mut out = String::from(class);
    out.push_str(
        "\\usepackage[margin=2.5cm]{geometry}\n\\usepackage{array,booktabs,threeparttable}\n\\begin{document}\n\n",
    );
    for table in tables {
        out.push_str(&latex(table, lang)?);
        out.push('\n');
    }
    out.push_str("\\end{document}\n");
    Ok(out)
}

/// Width of a line of text on A4 with margins of 2.5 cm, in points.
const LINE: f64 = 455.0;
/// Mean width of a half-width character at 11 pt, in points.
const CHARACTER: f64 = 5.2;
/// Widest line of a heading, in units of the font size; longer ones are stacked.
const HEADING: f64 = 8.0;

/// Widest label of a row, or words in a column of words, that stand in one line, in half-width characters.
const LONGEST_STUB: usize = 40;
/// Narrowest lines of a label across all columns, in half-width characters.
const SHORTEST_GROUP: usize = 48;
/// The first column where a label is wider: ragged right, later lines hanging.
const WRAPPED_STUB: &str = ">{\\raggedright\\arraybackslash\\hangindent=1em}p{14em}";
/// Any other column of words where one of them is wider, such as definitions.
const WRAPPED_WORDS: &str = ">{\\raggedright\\arraybackslash}p{14em}";
/// Their width in half-width characters.
const WRAPPED_WIDTH: usize = 28;

/// Which columns hold words so long that they wrap: the first, and those of words.
fn wrapped(grid: &Grid) -> Vec<bool> {
    let mut longest = vec![0; grid.n_columns];
    for line in &grid.lines {
        let Line::Row { stub, cells, .. } = line else { continue };
        longest[0] = longest[0].max(display_width(stub));
        for (i, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.numeric) {
            longest[i + 1] = longest[i + 1].max(display_width(&cell.text));
        }
    }
    let long = |(at, width): (usize, &usize)| *width > LONGEST_STUB && (at == 0 || grid.align[at] == TextAlign::Left);
    longest.iter().enumerate().map(long).collect()
}

/// The label of a group across all columns, in lines where the table is narrower.
fn group_line(grid: &Grid, label: &str) -> String {
    let content = format!("\\textit{{{}}}", escape(label));
    let line = widths(grid).iter().sum::<usize>().max(SHORTEST_GROUP);
    let content = match display_width(label) > line {
        // An em is two half-width characters.
        true => format!("\\parbox[t]{{{}em}}{{\\raggedright {content}\\strut}}", line / 2),
        false => content,
    };
    format!("\\multicolumn{{{}}}{{l}}{{{content}}} \\\\\n", grid.n_columns)
}

/// The study's own number as that of the caption: `\\thetable` is set inside the environment alone.
fn own_number(table: &Table, lang: Lang) -> String {
    let number = table.number.get(lang);
    let bare = ["Table", "表"].iter().find_map(|word| number.strip_prefix(word)).unwrap_or(number).trim();
    if bare.is_empty() { String::new() } else { format!("\\renewcommand{{\\thetable}}{{{}}}\n", escape(bare)) }
}

/// Estimated widths of the columns, in half-width characters.
fn widths(grid: &Grid) -> Vec<usize> {
    let mut widest = vec![0; grid.n_columns];
    let mut grow = |column: usize, text: &str| widest[column] = display_width(text).max(widest[column]);
    for row in &grid.header {
        let mut column = 0;
        for label in row {
            if label.span == 1 {
                wrap(&label.text, 1.0, HEADING).iter().for_each(|line| grow(column, line));
            }
            column += label.span;
        }
    }
    for line in &grid.lines {
        if let Line::Row { stub, cells, .. } = line {
            grow(0, stub);
            // Stars are raised and small.
            cells.iter().enumerate().for_each(|(i, cell)| grow(i + 1, &cell.text));
        }
    }
    // A wrapped column is as wide as it is made.
    for (width, wrapped) in widest.iter_mut().zip(wrapped(grid)) {
        *width = if wrapped { WRAPPED_WIDTH } else { *width };
    }
    widest
}

/// The largest type in which the table fits the line, by estimated widths: a command, or nothing for normal size.
fn size(grid: &Grid) -> &'static str {
    let characters: usize = widths(grid).iter().sum::<usize>() + grid.n_columns;
    let fits = |scale: f64, gap: f64| characters as f64 * CHARACTER * scale + 2.0 * gap * grid.n_columns as f64 <= LINE;
    if fits(1.0, 6.0) {
        ""
    } else if fits(0.91, 4.0) {
        "\\small\\setlength{\\tabcolsep}{4pt}\n"
    } else if fits(0.82, 3.0) {
        "\\footnotesize\\setlength{\\tabcolsep}{3pt}\n"
    } else if fits(0.73, 2.0) {
        "\\scriptsize\\setlength{\\tabcolsep}{2pt}\n"
    } else {
        "\\fontsize{6.5}{8}\\selectfont\\setlength{\\tabcolsep}{2pt}\n"
    }
}

/// A heading over some columns, stacked in lines where it is long; the braces keep a bracket or star that follows from
/// being an argument.
fn heading(text: &str, columns: usize) -> String {
    let lines: Vec<String> = wrap(text, 1.0, HEADING * columns as f64).iter().map(|line| escape(line)).collect();
    if lines.len() > 1 { format!("\\shortstack{{{}}}", lines.join("\\\\{}")) } else { lines.concat() }
}

/// An empty group before a text that `\\`, a rule or `\item` in front of it would take for its option.
fn guard(text: &str) -> &'static str {
    if text.trim_start().starts_with(['[', '*']) { "{}" } else { "" }
}

fn push_rule(out: &mut String, rule: Rule, command: &str) {
    if rule != Rule::None {
        out.push_str(command);
        out.push('\n');
    }
}

fn push_header_row(out: &mut String, row: &[HeaderCell], grid: &Grid) {
    let mut cmidrules = String::new();
    let mut column = 0;
    for (i, label) in row.iter().enumerate() {
        if i > 0 {
            out.push_str(" & ");
        }
        if label.span > 1 {
            let content = heading(&label.text, label.span);
            out.push_str(&format!("\\multicolumn{{{}}}{{c}}{{{content}}}", label.span));
        } else {
            if i == 0 {
                out.push_str(guard(&label.text));
            }
            out.push_str(&heading(&label.text, 1));
        }
        if label.underlined {
            cmidrules.push_str(&format!("\\cmidrule(lr){{{}-{}}}", column + 1, column + label.span));
        }
        column += label.span;
    }
    debug_assert_eq!(column, grid.n_columns);
    out.push_str(" \\\\\n");
    if !cmidrules.is_empty() {
        out.push_str(&cmidrules);
        out.push('\n');
    }
}

fn body_cell(cell: &GridCell) -> String {
    if cell.missing.is_some() {
        return "--".to_owned();
    }
    if !cell.numeric {
        return escape(&cell.text);
    }
    if cell.text.is_empty() {
        return String::new();
    }
    let text = cell.text.replace(", ", ",\\ ").replace('%', "\\%").replace('∞', "\\infty ");
    let text = powers_of_ten(&text);
    // A comma between digits is a thousands separator, not punctuation.
    let mut math = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        if c == ',' && chars.get(i + 1).is_some_and(char::is_ascii_digit) { math.push_str("{,}") } else { math.push(c) }
    }
    let stars = if cell.stars.is_empty() { String::new() } else { format!("^{{{}}}", cell.stars) };
    // Two superscripts in a row are an error.
    let math = if math.contains('^') && !stars.is_empty() { format!("{{{math}}}") } else { math };
    format!("${math}{stars}$")
}

/// `5.0e-7` as a product with a power of ten.
fn powers_of_ten(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('e') {
        let exponent: String = rest[at + 1..]
            .chars()
            .enumerate()
            .take_while(|(i, c)| c.is_ascii_digit() || (*i == 0 && *c == '-'))
            .map(|(_, c)| c)
            .collect();
        let is_power =
            exponent.ends_with(|c: char| c.is_ascii_digit()) && rest[..at].ends_with(|c: char| c.is_ascii_digit());
        out.push_str(&rest[..at]);
        if is_power {
            out.push_str(&format!("\\times 10^{{{exponent}}}"));
            rest = &rest[at + 1 + exponent.len()..];
        } else {
            out.push('e');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

fn label(id: &str) -> String {
    // Underscores and points are plain in a label, and ids differ by them.
    id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}

/// Greek letters that text fonts lack.
const GREEK: [(char, &str); 20] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "varepsilon"),
    ('η', "eta"),
    ('θ', "theta"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('φ', "varphi"),
    ('χ', "chi"),
    ('ω', "omega"),
    ('Γ', "Gamma"),
    ('Δ', "Delta"),
    ('Σ', "Sigma"),
];

/// Words: special characters escaped, common symbols spelled so that any engine can set them.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' | '>' => out.push_str(&format!("${c}$")),
            '×' => out.push_str("$\\times$"),
            '−' => out.push_str("$-$"),
            '–' => out.push_str("--"),
            '²' => out.push_str("\\textsuperscript{2}"),
            '∞' => out.push_str("$\\infty$"),
            '≤' => out.push_str("$\\le$"),
            '≥' => out.push_str("$\\ge$"),
            '→' => out.push_str("$\\to$"),
            '₀'..='₉' => out.push_str(&format!("$_{}$", u32::from(c) - u32::from('₀'))),
            '\n' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => match GREEK.iter().find(|(letter, _)| *letter == c) {
                Some((_, name)) => out.push_str(&format!("$\\{name}$")),
                None => out.push(c),
            },
        }
    }
    out
}
