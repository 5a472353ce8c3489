//! Points at their coordinates, colored by quintile or class. Boundaries are drawn where the caller gives them: they have
//! licenses and official versions.

use super::density::{quantile, sorted};
use super::svg::{Anchor, GRID, INK, MUTED, Svg};
use super::text::width;
use super::{Figure, Frame, six};
use crate::csv::push_record;
use crate::numfmt::{Format, number};
use crate::{Error, Lang, Result, Text};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Widest part of the drawing that the map may fill.
const MAP: (f64, f64) = (688.0, 470.0);
/// Five steps from light to dark that also differ in gray (viridis, reversed).
const STEPS: [&str; 5] = ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"];

/// A place and its value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeoPoint {
    /// Name.
    pub name: Text,
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
    /// Value; a missing one is drawn hollow.
    pub value: f64,
}

/// Points on an Albers equal-area projection whose parallels follow from the points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PointMap {
    /// Title and caption.
    pub frame: Frame,
    /// What the colors show.
    pub legend: Text,
    /// The points.
    pub points: Vec<GeoPoint>,
    /// How many of the largest values are named.
    pub named: usize,
    /// Labels and colors of classes, for points whose values are places in this list; quintiles where it is empty.
    pub classes: Vec<(Text, &'static str)>,
    /// Outlines behind the points, each a line of longitudes and latitudes, such as borders.
    pub outlines: Vec<Vec<(f64, f64)>>,
}

/// Albers equal-area conic projection on the sphere (Snyder 1987, eqs. 14-1 to 14-6), radius 1.
struct Albers {
    n: f64,
    c: f64,
    rho0: f64,
    lon0: f64,
}

impl Albers {
    /// Standard parallels a sixth of the latitude range inside its ends.
    fn fitting(lon: (f64, f64), lat: (f64, f64)) -> Self {
        let sixth = (lat.1 - lat.0) / 6.0;
        let (first, second) = ((lat.0 + sixth).to_radians(), (lat.1 - sixth).to_radians());
        let n = (0.5 * (first.sin() + second.sin())).abs().max(1e-6);
        let c = first.cos().powi(2) + 2.0 * n * first.sin();
        let middle = f64::midpoint(lat.0, lat.1).to_radians();
        let rho0 = (c - 2.0 * n * middle.sin()).max(0.0).sqrt() / n;
        Self { n, c, rho0, lon0: f64::midpoint(lon.0, lon.1) }
    }

    /// East and north.
    fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let theta = self.n * (lon - self.lon0).to_radians();
        let rho = (self.c - 2.0 * self.n * lat.to_radians().sin()).max(0.0).sqrt() / self.n;
        (rho * theta.sin(), self.rho0 - rho * theta.cos())
    }
}

impl PointMap {
    /// Draws it.
    ///
    /// # Errors
    /// [`Error::NothingToDraw`] without a point, [`Error::Specification`] with coordinates that are none.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        for point in &self.points {
            if !(point.lon.abs() <= 180.0 && point.lat.abs() <= 90.0) {
                return Err(Error::Specification(format!(
                    "figure `{}`: `{}` has longitude {} and latitude {}; expected degrees within ±180 and ±90",
                    self.frame.id,
                    point.name.get(Lang::En),
                    point.lon,
                    point.lat
                )));
            }
        }
        let range = |get: fn(&GeoPoint) -> f64| super::scale::domain(self.points.iter().map(get), 0.03, &self.frame.id);
        let (lon, lat) = (range(|p| p.lon)?, range(|p| p.lat)?);
        let albers = Albers::fitting(lon, lat);
        let graticule = Graticule::new(lon, lat);
        let place = placement(&albers, &graticule);
        let values = sorted(&self.points.iter().map(|p| p.value).collect::<Vec<_>>());
        let breaks: Vec<f64> = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].iter().map(|q| quantile(&values, *q)).collect();

        let mut svg = Svg::new(WIDTH);
        graticule.draw(&mut svg, &albers, &place);
        for line in &self.outlines {
            outline(line, graticule.ends, &|at| place.at(albers.project(at.0, at.1)), &mut svg);
        }
        let last = if self.classes.is_empty() { "quintile" } else { "class" };
        let mut csv = format!("name,lon,lat,value,{last}\n");
        // Small values first, so that large ones lie on top.
        let mut order: Vec<&GeoPoint> = self.points.iter().collect();
        order.sort_by(|a, b| a.value.total_cmp(&b.value));
        for point in &order {
            let at = place.at(albers.project(point.lon, point.lat));
            let quintile = (1..5).filter(|k| point.value > breaks[*k]).count();
            let class = self.classes.get(point.value as usize).filter(|_| point.value.is_finite());
            match class {
                Some((_, color)) => svg.circle(at, 4.0, color, "#ffffff"),
                None if point.value.is_finite() => {
                    svg.circle(at, 3.0 + 0.6 * quintile as f64, STEPS[quintile], "#ffffff");
                }
                None => svg.circle(at, 2.5, "none", MUTED),
            }
            let step = match class {
                Some((label, _)) => label.get(lang).to_owned(),
                None if point.value.is_finite() => (quintile + 1).to_string(),
                None => String::new(),
            };
            push_record(&mut csv, [point.name.get(lang), &six(point.lon), &six(point.lat), &six(point.value), &step]);
        }
        self.names(&mut svg, &order, &albers, &place, lang);
        let height = place.height + 34.0;
        let mut x = 16.0;
        svg.text((x, height - 6.0), self.legend.get(lang), 11.0, INK, Anchor::Start);
        x += width(self.legend.get(lang), 11.0) + 14.0;
        for (label, color) in &self.classes {
            x = svg.swatch((x, height - 6.0), color, label.get(lang));
        }
        if !values.is_empty() && self.classes.is_empty() {
            for (k, color) in STEPS.iter().enumerate() {
                let text = |v: f64| number(v, Format::Legible(2));
                x = svg.swatch((x, height - 6.0), color, &format!("{}–{}", text(breaks[k]), text(breaks[k + 1])));
            }
        }
        Ok(svg.finish(&self.frame, lang, height, csv))
    }

    /// Names of the largest values; one that would cover an earlier name is left out.
    fn names(&self, svg: &mut Svg, order: &[&GeoPoint], albers: &Albers, place: &Placement, lang: Lang) {
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for point in order.iter().rev().filter(|p| p.value.is_finite()).take(self.named) {
            let at = place.at(albers.project(point.lon, point.lat));
            let name = point.name.get(lang);
            let wide = width(name, 11.0);
            let start = if at.0 + 9.0 + wide > WIDTH - 8.0 { at.0 - 9.0 - wide } else { at.0 + 9.0 };
            let free =
                taken.iter().all(|(l, r, y)| start > r + 4.0 || start + wide < l - 4.0 || (at.1 - y).abs() > 13.0);
            if free {
                svg.halo((start, at.1 + 4.0), name, 11.0, INK, Anchor::Start);
                taken.push((start, start + wide, at.1));
            }
        }
    }
}

/// The parts of a line inside the map, points closer than half a pixel left out.
fn outline(
    line: &[(f64, f64)],
    (lon, lat): ((f64, f64), (f64, f64)),
    place: &dyn Fn((f64, f64)) -> (f64, f64),
    svg: &mut Svg,
) {
    let inside = |&(x, y): &(f64, f64)| (lon.0..=lon.1).contains(&x) && (lat.0..=lat.1).contains(&y);
    for part in line.split(|point| !inside(point)).filter(|part| part.len() > 1) {
        let mut drawn: Vec<(f64, f64)> = Vec::new();
        for at in part.iter().map(|&point| place(point)) {
            let apart = |last: &(f64, f64)| (at.0 - last.0).hypot(at.1 - last.1) >= 0.5;
            if drawn.last().is_none_or(apart) {
                drawn.push(at);
            }
        }
        if drawn.len() > 1 {
            svg.polyline(&drawn, MUTED, 0.5, "");
        }
    }
}

/// Meridians and parallels at round degrees around the points.
struct Graticule {
    lon: Vec<f64>,
    lat: Vec<f64>,
    ends: ((f64, f64), (f64, f64)),
}

impl Graticule {
    fn new(lon: (f64, f64), lat: (f64, f64)) -> Self {
        let step = if lon.1 - lon.0 > 25.0 {
            10.0
        } else if lon.1 - lon.0 > 8.0 {
            5.0
        } else {
            1.0
        };
        let multiples = |(low, high): (f64, f64)| {
            let first = (low / step).ceil() as i64;
            let last = (high / step).floor() as i64;
            (first..=last).map(|i| i as f64 * step).collect::<Vec<_>>()
        };
        Self { lon: multiples(lon), lat: multiples(lat), ends: (lon, lat) }
    }

    /// The lines, as sampled (longitude, latitude) paths.
    fn paths(&self) -> Vec<Vec<(f64, f64)>> {
        let ((west, east), (south, north)) = self.ends;
        let share = |low: f64, high: f64, i: i32| low + (high - low) * f64::from(i) / 24.0;
        let meridians = self.lon.iter().map(|lon| (0..=24).map(|i| (*lon, share(south, north, i))).collect());
        let parallels = self.lat.iter().map(|lat| (0..=24).map(|i| (share(west, east, i), *lat)).collect());
        meridians.chain(parallels).collect()
    }

    fn draw(&self, svg: &mut Svg, albers: &Albers, place: &Placement) {
        for path in self.paths() {
            let points: Vec<(f64, f64)> = path.iter().map(|(lon, lat)| place.at(albers.project(*lon, *lat))).collect();
            svg.polyline(&points, GRID, 0.75, "");
        }
        let degrees = |value: f64, names: [&str; 2]| format!("{}°{}", value.abs(), names[usize::from(value < 0.0)]);
        for lon in &self.lon {
            let at = place.at(albers.project(*lon, self.ends.1.0));
            svg.text((at.0, at.1 + 12.0), &degrees(*lon, ["E", "W"]), 10.0, MUTED, Anchor::Middle);
        }
        for lat in &self.lat {
            let at = place.at(albers.project(self.ends.0.0, *lat));
            svg.text((at.0 + 2.0, at.1 - 3.0), &degrees(*lat, ["N", "S"]), 10.0, MUTED, Anchor::Start);
        }
    }
}

/// How the projection is scaled onto the drawing.
struct Placement {
    scale: f64,
    west: f64,
    north: f64,
    left: f64,
    height: f64,
}

impl Placement {
    fn at(&self, (east, north): (f64, f64)) -> (f64, f64) {
        (self.left + (east - self.west) * self.scale, 8.0 + (self.north - north) * self.scale)
    }
}

fn placement(albers: &Albers, graticule: &Graticule) -> Placement {
    let ((west, east), (south, north)) = graticule.ends;
    let mut corners: Vec<(f64, f64)> = graticule.paths().into_iter().flatten().collect();
    corners.extend([(west, south), (west, north), (east, south), (east, north)]);
    let projected: Vec<(f64, f64)> = corners.iter().map(|(lon, lat)| albers.project(*lon, *lat)).collect();
    let bounds = |get: fn(&(f64, f64)) -> f64| {
        projected.iter().map(get).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (x, y) = (bounds(|p| p.0), bounds(|p| p.1));
    let scale = (MAP.0 / (x.1 - x.0)).min(MAP.1 / (y.1 - y.0));
    let left = 16.0 + 0.5 * (MAP.0 - scale * (x.1 - x.0));
    Placement { scale, west: x.0, north: y.1, left, height: 16.0 + scale * (y.1 - y.0) }
}
