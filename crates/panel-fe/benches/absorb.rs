//! From slices to an estimate on the benchmark designs.
#![allow(missing_docs)]

mod designs;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use designs::Design;
use panel_fe::absorb::FixedEffect;
use panel_fe::frame::{Frame, Variable};
use panel_fe::vcov::Groups;
use panel_fe::{Options, Vcov, fit_frame};
use std::time::Duration;

fn frame(design: &Design, effects: &[&str]) -> Frame {
    let variable = |name: &str, values: &[f64]| Variable { name: name.into(), values: values.to_vec() };
    let effect = |name: &&str| {
        let codes = match *name {
            "indiv" => &design.indiv,
            "firm" => &design.firm,
            _ => &design.year,
        };
        let groups = Groups::new(codes);
        let levels = groups.count();
        ((*name).to_owned(), FixedEffect::intercepts(groups.into_codes(), levels))
    };
    let x = vec![variable("x1", &design.x1), variable("x2", &design.x2)];
    Frame::from_columns(variable("y", &design.y), x, effects.iter().map(effect).collect()).expect("one length")
}

fn designs(c: &mut Criterion) {
    let two = ["indiv", "year"];
    let movers = ["indiv", "firm"];
    let three = ["indiv", "year", "firm"];
    let mut group = c.benchmark_group("fe");
    group.sample_size(10).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
    let city = Design::city();
    let clustered = Options { vcov: Vcov::cluster("indiv"), ..Options::default() };
    group.bench_function("city 279x8, 2 effects, clustered", |b| {
        b.iter(|| fit_frame(frame(&city, &two), &clustered).expect("fits"));
    });
    for n in [100_000, 1_000_000] {
        for (name, design) in
            [("simple", Design::simple(n)), ("difficult", Design::difficult(n)), ("akm", Design::akm(n))]
        {
            for effects in [&two[..], &movers, &three] {
                group.bench_function(format!("{name} {n}, {}", effects.join(" + ")), |b| {
                    let options = Options::default();
                    b.iter_batched(
                        || (),
                        |()| fit_frame(frame(&design, effects), &options).expect("fits"),
                        BatchSize::PerIteration,
                    );
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, designs);
criterion_main!(benches);
