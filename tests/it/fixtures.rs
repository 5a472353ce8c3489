//! The twin is what its generator makes, byte for byte.

use crate::support::workspace;

#[test]
fn the_twin_is_regenerated_byte_for_byte() {
    let fixtures = workspace().join("fixtures");
    let read = |name: &str| std::fs::read_to_string(fixtures.join(name)).unwrap();
    let files = replicate::twin::generate(&read("twin/calibration.toml"), &read("cities.csv")).unwrap();
    assert!(files.len() >= 3);
    for (name, bytes) in files {
        let committed = std::fs::read(fixtures.join("twin").join(name)).unwrap();
        assert!(committed == bytes, "fixtures/twin/{name} is not what `cargo xtask fixtures` makes");
    }
}
