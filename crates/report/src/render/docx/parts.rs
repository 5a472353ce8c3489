//! The fixed parts of a Word document: styles, settings, properties, and the frame of the body.

use crate::Lang;
use crate::render::xml::escape;

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// English metric units per twentieth of a point.
const EMU_PER_TWIP: u64 = 635;
/// Width between the margins, in twentieths of a point.
const TEXT_WIDTH: u64 = 9072;

/// `word/document.xml`: A4, margins 2.5 cm.
pub(super) fn document(body: &str) -> String {
    format!(
        "{HEAD}<w:document xmlns:w=\"{MAIN}\" xmlns:r=\"{RELATIONS}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>{body}\
         <w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1417\" w:right=\"1417\" w:bottom=\"1417\" \
         w:left=\"1417\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    )
}

/// A picture, scaled to the text width where it is wider.
pub(super) fn picture(number: usize, width: u32, height: u32, alt: &str) -> String {
    let full = TEXT_WIDTH * EMU_PER_TWIP;
    // 96 pixels an inch, 914400 units an inch.
    let natural = u64::from(width) * 9525;
    let cx = natural.min(full);
    let cy = cx * u64::from(height) / u64::from(width);
    let alt = escape(alt);
    format!(
        "<w:p><w:pPr><w:pStyle w:val=\"Figure\"/></w:pPr><w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" \
         distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/><wp:docPr id=\"{number}\" name=\"figure{number}\" descr=\"{alt}\"/>\
         <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
         <pic:nvPicPr><pic:cNvPr id=\"{number}\" name=\"figure{number}.png\"/><pic:cNvPicPr/></pic:nvPicPr>\
         <pic:blipFill><a:blip r:embed=\"rIdP{number}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
         <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>\
         </wp:inline></w:drawing></w:r></w:p>"
    )
}

/// `word/styles.xml`: 宋体 and Times New Roman everywhere, 黑体 in captions and headings.
pub(super) fn styles(lang: Lang) -> String {
    let fonts = |east: &str| {
        format!(
            "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"{east}\"/>"
        )
    };
    let (song, hei) = (fonts("宋体"), fonts("黑体"));
    let main_language = match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en-US",
    };
    let style = |id: &str, name: &str, paragraph: &str, run: &str| {
        format!(
            "<w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        )
    };
    let size = |half_points: u32| format!("<w:sz w:val=\"{half_points}\"/><w:szCs w:val=\"{half_points}\"/>");
    let heading = |level: u32, half_points: u32| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:next w:val=\"BodyText\"/><w:qFormat/><w:pPr><w:keepNext/>\
             <w:spacing w:before=\"240\" w:after=\"120\"/><w:outlineLvl w:val=\"{}\"/></w:pPr><w:rPr>{hei}<w:b/>{}</w:rPr></w:style>",
            level - 1,
            size(half_points)
        )
    };
    let tight = "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"260\" w:lineRule=\"atLeast\"/>";
    let mut out = format!(
        "{HEAD}<w:styles xmlns:w=\"{MAIN}\"><w:docDefaults><w:rPrDefault><w:rPr>{song}{}\
         <w:lang w:val=\"{main_language}\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>",
        size(21)
    );
    for (level, half_points) in [(1, 32), (2, 28), (3, 24)] {
        out.push_str(&heading(level, half_points));
    }
    out.push_str(&style(
        "BodyText",
        "Body Text",
        "<w:spacing w:before=\"60\" w:after=\"60\" w:line=\"300\" w:lineRule=\"auto\"/>",
        "",
    ));
    out.push_str(&style(
        "TableCaption",
        "Table Caption",
        "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"60\"/><w:jc w:val=\"center\"/>",
        &format!("{hei}<w:b/>{}", size(21)),
    ));
    out.push_str(&style("TableText", "Table Text", tight, &size(18)));
    out.push_str(&style(
        "TableTextSmall",
        "Table Text Small",
        "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"220\" w:lineRule=\"atLeast\"/>",
        &size(15),
    ));
    out.push_str(&style("TableNote", "Table Note", "<w:spacing w:before=\"40\" w:after=\"0\"/>", &size(16)));
    out.push_str(&style(
        "Figure",
        "Figure",
        "<w:keepNext/><w:spacing w:before=\"200\" w:after=\"0\"/><w:jc w:val=\"center\"/>",
        "",
    ));
    out.push_str(&style(
        "FigureCaption",
        "Figure Caption",
        "<w:spacing w:before=\"40\" w:after=\"200\"/><w:jc w:val=\"center\"/>",
        &size(18),
    ));
    out.push_str("</w:styles>");
    out
}

/// `word/settings.xml`: today's layout rules, not those of Word 2007.
pub(super) fn settings() -> String {
    format!(
        "{HEAD}<w:settings xmlns:w=\"{MAIN}\"><w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>"
    )
}

/// `docProps/core.xml`, with a fixed date.
pub(super) fn core() -> String {
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:creator>panel-report</dc:creator>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>"
    )
}

/// `[Content_Types].xml`.
pub(super) fn content_types() -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{word}.document.main+xml\"/>\
         <Override PartName=\"/word/styles.xml\" ContentType=\"{word}.styles+xml\"/>\
         <Override PartName=\"/word/settings.xml\" ContentType=\"{word}.settings+xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
    )
}

/// `_rels/.rels`.
pub(super) fn root_relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/></Relationships>"
    )
}

/// `word/_rels/document.xml.rels`.
pub(super) fn document_relations(n_pictures: usize) -> String {
    let mut out = format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{RELATIONS}/settings\" Target=\"settings.xml\"/>"
    );
    for number in 1..=n_pictures {
        out.push_str(&format!(
            "<Relationship Id=\"rIdP{number}\" Type=\"{RELATIONS}/image\" Target=\"media/figure{number}.png\"/>"
        ));
    }
    out.push_str("</Relationships>");
    out
}
