//! Spatial weights and polygons as files hold them: GAL, GWT, csv, GeoJSON, shapefile.
//!
//! | extension | what |
//! |---|---|
//! | `gal` | lists of neighbours (GeoDa, spdep), weight 1 |
//! | `gwt` | lines `i j w` |
//! | `csv`, `tsv`, `txt` | rows i, j, w under a header; or a square table, with names in its first row and column or bare |
//! | `geojson`, `json` | polygons with properties |
//! | `shp` | polygons; their attributes stand in the `.dbf` beside it |

use crate::error::{Error, Result};
use crate::geo::{LatLon, Ring};
use std::collections::BTreeMap;
use std::path::Path;

/// What a file says about who is next to whom.
#[derive(Debug, Clone, PartialEq)]
pub enum SpatialFile {
    /// Weights (row, column, weight) between units, counted from 0 in the order of the file.
    Weights {
        /// Names of the units.
        labels: Vec<String>,
        /// Weights that are not 0.
        triplets: Vec<(usize, usize, f64)>,
    },
    /// Polygons, longitude and latitude in degrees.
    Polygons {
        /// Names of the units.
        labels: Vec<String>,
        /// Rings of each.
        polygons: Vec<Vec<Ring>>,
    },
}

/// Reads a file; the extension says what it is. `id_field` names the property of polygons that names the unit; without it the first.
///
/// # Errors
/// [`Error::Read`] where the file cannot be opened or understood, with the line or feature.
pub fn read_spatial(path: impl AsRef<Path>, id_field: Option<&str>) -> Result<SpatialFile> {
    let path = path.as_ref();
    let name = path.to_string_lossy();
    let open = |path: &Path| {
        std::fs::read(path).map_err(|error| Error::Read {
            file: path.to_string_lossy().into_owned(),
            reason: match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".into(),
                _ => error.to_string(),
            },
        })
    };
    let bytes = open(path)?;
    let attributes = match extension(&name).as_str() {
        "shp" => Some(open(&path.with_extension("dbf"))?),
        _ => None,
    };
    parse_spatial(&name, &bytes, attributes.as_deref(), id_field)
}

/// Reads the bytes of a file called `file`; `attributes` are those of the `.dbf` of a shapefile.
///
/// # Errors
/// As [`read_spatial`].
pub fn parse_spatial(
    file: &str,
    bytes: &[u8],
    attributes: Option<&[u8]>,
    id_field: Option<&str>,
) -> Result<SpatialFile> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    let text = || {
        std::str::from_utf8(bytes)
            .map(|text| text.trim_start_matches('\u{feff}'))
            .map_err(|_| fail("not UTF-8 text".into()))
    };
    match extension(file).as_str() {
        "gal" => gal(text()?).map_err(fail),
        "gwt" => gwt(text()?).map_err(fail),
        "csv" | "tsv" | "txt" => table(text()?).map_err(fail),
        "geojson" | "json" => geojson(text()?, id_field).map_err(fail),
        "shp" => {
            let attributes = attributes.ok_or_else(|| fail("the .dbf with the attributes is missing".into()))?;
            shapefile(bytes, attributes, id_field).map_err(fail)
        }
        other => {
            Err(fail(format!("unknown extension `{other}`; known are gal, gwt, csv, tsv, txt, geojson, json and shp")))
        }
    }
}

fn extension(file: &str) -> String {
    Path::new(file).extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Names in order of appearance.
#[derive(Default)]
struct Names {
    labels: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Names {
    fn place(&mut self, name: &str) -> usize {
        if let Some(&place) = self.places.get(name) {
            return place;
        }
        self.places.insert(name.to_owned(), self.labels.len());
        self.labels.push(name.to_owned());
        self.labels.len() - 1
    }
}

fn gal(text: &str) -> std::result::Result<SpatialFile, String> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let header: Vec<&str> = lines.next().map(|(_, line)| line.split_whitespace().collect()).unwrap_or_default();
    let count = header.get(usize::from(header.len() > 1)).and_then(|n| n.parse::<usize>().ok());
    let count = count.ok_or("the first line of a GAL file holds the number of units")?;
    let mut names = Names::default();
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    while let Some((number, line)) = lines.next() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [id, degree] = fields[..] else {
            return Err(format!("line {}: expected a unit and its number of neighbours", number + 1));
        };
        let degree: usize =
            degree.parse().map_err(|_| format!("line {}: `{degree}` is no number of neighbours", number + 1))?;
        let mut neighbours: Vec<String> = Vec::new();
        while neighbours.len() < degree {
            let (number, line) =
                lines.next().ok_or_else(|| format!("line {}: the neighbours of `{id}` are missing", number + 1))?;
            neighbours.extend(line.split_whitespace().map(str::to_owned));
            if neighbours.len() > degree {
                return Err(format!(
                    "line {}: `{id}` has {} neighbours, {degree} were announced",
                    number + 1,
                    neighbours.len()
                ));
            }
        }
        names.place(id);
        lists.push((id.to_owned(), neighbours));
    }
    if lists.len() != count || names.labels.len() != count {
        return Err(format!("{} units, {count} were announced", lists.len()));
    }
    let mut triplets = Vec::new();
    for (id, neighbours) in &lists {
        let i = names.place(id);
        for neighbour in neighbours {
            let j = *names
                .places
                .get(neighbour)
                .ok_or_else(|| format!("`{neighbour}`, a neighbour of `{id}`, is no unit of the file"))?;
            triplets.push((i, j, 1.0));
        }
    }
    Ok(SpatialFile::Weights { labels: names.labels, triplets })
}

fn gwt(text: &str) -> std::result::Result<SpatialFile, String> {
    let mut names = Names::default();
    let mut triplets = Vec::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        match fields[..] {
            [] => {}
            [i, j, w] => {
                let weight = w.parse::<f64>().map_err(|_| format!("line {}: `{w}` is no number", number + 1))?;
                triplets.push((names.place(i), names.place(j), weight));
            }
            _ => return Err(format!("line {}: expected `i j w`", number + 1)),
        }
    }
    if triplets.is_empty() {
        return Err("no weights; a GWT file holds a header and lines `i j w`".into());
    }
    Ok(SpatialFile::Weights { labels: names.labels, triplets })
}

fn fields(line: &str, separator: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.trim_end_matches('\r').chars() {
        if c == '"' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            fields.push(String::new());
        } else if let Some(field) = fields.last_mut() {
            field.push(c);
        }
    }
    fields.into_iter().map(|field| field.trim().to_owned()).collect()
}

fn table(text: &str) -> std::result::Result<SpatialFile, String> {
    let first = text.lines().next().unwrap_or_default();
    let separator = *['\t', ';', ',', ' '].iter().find(|&&c| first.contains(c)).unwrap_or(&',');
    let rows: Vec<Vec<String>> =
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| fields(line, separator)).collect();
    let number = |cell: &str| cell.parse::<f64>().ok();
    let Some(header) = rows.first() else { return Err("the file is empty".into()) };
    let bare = rows.len() == header.len() && header.iter().all(|cell| number(cell).is_some());
    // Three triplets under a header are as square as two named units; only the latter have row names from the header.
    let names_return = || rows[1..].iter().all(|row| row.first().is_some_and(|name| header[1..].contains(name)));
    let named = rows.len() == header.len() && !bare && (header[0].is_empty() || names_return());
    if !bare && !named && header.len() == 3 && number(&header[2]).is_none() {
        let mut names = Names::default();
        let mut triplets = Vec::new();
        for (k, row) in rows.iter().enumerate().skip(1) {
            let [i, j, w] = &row[..] else {
                return Err(format!("line {}: {} fields, expected i, j, w", k + 1, row.len()));
            };
            let weight = number(w).ok_or_else(|| format!("line {}: `{w}` is no number", k + 1))?;
            triplets.push((names.place(i), names.place(j), weight));
        }
        return Ok(SpatialFile::Weights { labels: names.labels, triplets });
    }
    if !bare && !named {
        return Err(format!(
            "{} rows of {} fields: expected rows i, j, w under a header, or a square table with names in the first row and column, or a bare square table",
            rows.len(),
            header.len()
        ));
    }
    let (labels, skip): (Vec<String>, usize) =
        if bare { ((1..=rows.len()).map(|i| i.to_string()).collect(), 0) } else { (header[1..].to_vec(), 1) };
    let mut triplets = Vec::new();
    for (i, row) in rows.iter().skip(skip).enumerate() {
        if row.len() != labels.len() + skip {
            return Err(format!("line {}: {} fields, expected {}", i + skip + 1, row.len(), labels.len() + skip));
        }
        if named && row[0] != labels[i] {
            return Err(format!(
                "row {} is `{}`, column {} is `{}`: both must name the same units in one order",
                i + 1,
                row[0],
                i + 1,
                labels[i]
            ));
        }
        for (j, cell) in row[skip..].iter().enumerate() {
            let weight = number(cell).ok_or_else(|| format!("line {}: `{cell}` is no number", i + skip + 1))?;
            if weight != 0.0 {
                triplets.push((i, j, weight));
            }
        }
    }
    Ok(SpatialFile::Weights { labels, triplets })
}

fn geojson(text: &str, id_field: Option<&str>) -> std::result::Result<SpatialFile, String> {
    use serde_json::Value;
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let features = root["features"].as_array().ok_or("no `features`: expected a GeoJSON FeatureCollection")?;
    let (mut labels, mut polygons) = (Vec::new(), Vec::new());
    for (k, feature) in features.iter().enumerate() {
        let properties = feature["properties"].as_object();
        let id = match id_field {
            Some(field) => {
                properties.and_then(|all| all.get(field)).or_else(|| (field == "id").then_some(&feature["id"]))
            }
            None => properties.and_then(|all| all.values().next()).or(Some(&feature["id"])),
        };
        let label = match id {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                let known: Vec<&String> = properties.map(|all| all.keys().collect()).unwrap_or_default();
                return Err(format!(
                    "feature {}: no name in `{}`; it has {known:?}",
                    k + 1,
                    id_field.unwrap_or("the first property")
                ));
            }
        };
        let ring = |ring: &Value| -> Option<Ring> {
            ring.as_array()?
                .iter()
                .map(|point| Some(LatLon { lon: point[0].as_f64()?, lat: point[1].as_f64()? }))
                .collect()
        };
        let rings = |polygon: &Value| -> Option<Vec<Ring>> { polygon.as_array()?.iter().map(ring).collect() };
        let coordinates = &feature["geometry"]["coordinates"];
        let shape = match feature["geometry"]["type"].as_str() {
            Some("Polygon") => rings(coordinates),
            Some("MultiPolygon") => coordinates
                .as_array()
                .and_then(|parts| parts.iter().map(rings).collect::<Option<Vec<_>>>().map(|parts| parts.concat())),
            other => return Err(format!("feature {} (`{label}`): {other:?} is no polygon", k + 1)),
        };
        polygons.push(shape.ok_or_else(|| format!("feature {} (`{label}`): coordinates that are no numbers", k + 1))?);
        labels.push(label);
    }
    unique(&labels)?;
    Ok(SpatialFile::Polygons { labels, polygons })
}

fn unique(labels: &[String]) -> std::result::Result<(), String> {
    let mut sorted: Vec<&String> = labels.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two polygons are called `{}`; name another field", pair[0])),
        None => Ok(()),
    }
}

/// Little-endian numbers of a shapefile, none beyond its end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&self, at: usize) -> std::result::Result<[u8; N], String> {
        let end = at.checked_add(N).ok_or("a length that no file has")?;
        self.0
            .get(at..end)
            .and_then(|part| part.try_into().ok())
            .ok_or_else(|| format!("the file ends at byte {}", self.0.len()))
    }

    fn int(&self, at: usize) -> std::result::Result<usize, String> {
        usize::try_from(i32::from_le_bytes(self.take(at)?)).map_err(|_| format!("a negative number at byte {at}"))
    }

    fn float(&self, at: usize) -> std::result::Result<f64, String> {
        Ok(f64::from_le_bytes(self.take(at)?))
    }
}

fn shapefile(bytes: &[u8], attributes: &[u8], id_field: Option<&str>) -> std::result::Result<SpatialFile, String> {
    let shp = Bytes(bytes);
    if i32::from_be_bytes(shp.take(0)?) != 9994 {
        return Err("no shapefile: it does not start with 9994".into());
    }
    let mut polygons: Vec<Vec<Ring>> = Vec::new();
    let mut at = 100;
    while at + 8 <= bytes.len() {
        let n_words = usize::try_from(i32::from_be_bytes(shp.take(at + 4)?))
            .map_err(|_| "a record of negative length".to_owned())?;
        let start = at + 8;
        let record = polygons.len() + 1;
        match shp.int(start)? {
            0 => polygons.push(Vec::new()),
            // Polygon, with or without measures and heights, which come after the points.
            5 | 15 | 25 => {
                let (parts, points) = (shp.int(start + 36)?, shp.int(start + 40)?);
                let base = start + 44 + parts.checked_mul(4).ok_or("too many parts")?;
                let mut rings = Vec::new();
                for part in 0..parts {
                    let from = shp.int(start + 44 + 4 * part)?;
                    let to = if part + 1 < parts { shp.int(start + 48 + 4 * part)? } else { points };
                    let ring = (from..to)
                        .map(|k| Ok(LatLon { lon: shp.float(base + 16 * k)?, lat: shp.float(base + 16 * k + 8)? }))
                        .collect::<std::result::Result<Ring, String>>()?;
                    rings.push(ring);
                }
                polygons.push(rings);
            }
            other => return Err(format!("record {record} has shape type {other}, expected polygons (5, 15, 25)")),
        }
        at = start + 2 * n_words;
    }
    let labels = dbf_column(attributes, id_field)?;
    if labels.len() != polygons.len() {
        return Err(format!("{} polygons, but {} rows of attributes", polygons.len(), labels.len()));
    }
    unique(&labels)?;
    Ok(SpatialFile::Polygons { labels, polygons })
}

/// One column of a dBASE table as text.
fn dbf_column(bytes: &[u8], field: Option<&str>) -> std::result::Result<Vec<String>, String> {
    let dbf = Bytes(bytes);
    let rows = dbf.int(4)?;
    let header = usize::from(u16::from_le_bytes(dbf.take(8)?));
    let width = usize::from(u16::from_le_bytes(dbf.take(10)?));
    let (mut offset, mut at) = (1, 32);
    let mut known = Vec::new();
    let mut found = None;
    while dbf.take::<1>(at)?[0] != 0x0d {
        let name = dbf.take::<11>(at)?;
        let name = String::from_utf8_lossy(name.split(|&b| b == 0).next().unwrap_or_default()).into_owned();
        let length = usize::from(dbf.take::<1>(at + 16)?[0]);
        if found.is_none() && field.is_none_or(|field| field == name) {
            found = Some((offset, length));
        }
        known.push(name);
        offset += length;
        at += 32;
    }
    let (offset, length) =
        found.ok_or_else(|| format!("no field `{}`; there are {}", field.unwrap_or_default(), known.join(", ")))?;
    (0..rows)
        .map(|row| {
            let start = header + row * width + offset;
            let cell = bytes.get(start..start + length).ok_or("the table of attributes is cut off")?;
            Ok(String::from_utf8_lossy(cell).trim().to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(file: &str, text: &str) -> (Vec<String>, Vec<(usize, usize, f64)>) {
        match parse_spatial(file, text.as_bytes(), None, None).unwrap() {
            SpatialFile::Weights { labels, triplets } => (labels, triplets),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lists_of_neighbours_and_tables() {
        let expected = [(0, 1, 1.0), (1, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0)];
        let (labels, triplets) = weights("a.gal", "0 3 map id\na 1\nb\nb 2\na c\nc 1\nb\n");
        assert_eq!((labels.join(","), triplets), ("a,b,c".to_owned(), expected.to_vec()));
        assert_eq!(weights("a.gal", "2\n7 1\n9\n9 0\n").1, [(0, 1, 1.0)]);
        assert_eq!(weights("a.gwt", "0 2 map id\nx y 0.5\ny x 1.5\n").1, [(0, 1, 0.5), (1, 0, 1.5)]);
        assert_eq!(weights("a.csv", "i,j,w\nx,y,0.5\ny,x,2\n").1, [(0, 1, 0.5), (1, 0, 2.0)]);
        assert_eq!(weights("a.csv", "0,1,0\n1,0,1\n0,1,0\n").1, expected);
        assert_eq!(
            weights("a.csv", ",a,b\na,0,2\nb,3,0\n"),
            (vec!["a".into(), "b".into()], vec![(0, 1, 2.0), (1, 0, 3.0)])
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |file: &str, text: &str| parse_spatial(file, text.as_bytes(), None, None).unwrap_err().to_string();
        assert!(error("a.gal", "2\na 1\nz\nb 0\n").contains("`z`"));
        assert!(error("a.gal", "3\na 0\n").contains("3 were announced"));
        assert!(error("a.gwt", "0 2 m id\na b\n").contains("line 2"));
        assert!(error("a.csv", ",a,b\nb,0,2\na,3,0\n").contains("same units"));
        assert!(error("a.csv", "i,j,w\na,b,x\n").contains("`x` is no number"));
        assert!(error("a.geojson", "{}").contains("features"));
        assert!(error("a.xyz", "").contains("unknown extension"));
        assert!(parse_spatial("a.shp", &[0; 20], Some(&[0; 40]), None).is_err());
    }

    #[test]
    fn polygons_of_two_formats_are_one() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"name":"west","n":1},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
            {"type":"Feature","properties":{"name":"east","n":2},"geometry":{"type":"MultiPolygon","coordinates":[[[[1,0],[2,0],[2,1],[1,1],[1,0]]]]}}]}"#;
        let read = parse_spatial("a.geojson", text.as_bytes(), None, Some("name")).unwrap();
        let SpatialFile::Polygons { labels, polygons } = &read else { panic!("polygons") };
        assert_eq!((labels.join(","), polygons[1][0].len()), ("west,east".to_owned(), 5));
        // The same as a shapefile, written by hand.
        let mut shp = vec![0_u8; 100];
        shp[..4].copy_from_slice(&9994_i32.to_be_bytes());
        for (k, rings) in polygons.iter().enumerate() {
            let points = rings[0].len();
            let mut record = 5_i32.to_le_bytes().to_vec();
            record.extend([0_u8; 32]);
            record.extend(1_i32.to_le_bytes());
            record.extend((points as i32).to_le_bytes());
            record.extend(0_i32.to_le_bytes());
            rings[0].iter().for_each(|p| record.extend(p.lon.to_le_bytes().into_iter().chain(p.lat.to_le_bytes())));
            shp.extend((k as i32 + 1).to_be_bytes());
            shp.extend((record.len() as i32 / 2).to_be_bytes());
            shp.extend(record);
        }
        let mut dbf = vec![0_u8; 32];
        dbf[4] = 2;
        dbf[8] = 65;
        dbf[10] = 6;
        let mut field = vec![0_u8; 32];
        field[..4].copy_from_slice(b"name");
        field[16] = 5;
        dbf.extend(field);
        dbf.push(0x0d);
        dbf.extend(b" west  east ");
        assert_eq!(parse_spatial("a.shp", &shp, Some(&dbf), Some("name")).unwrap(), read);
        assert!(
            parse_spatial("a.shp", &shp, Some(&dbf), Some("id")).unwrap_err().to_string().contains("there are name")
        );
    }
}
