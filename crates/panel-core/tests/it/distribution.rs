//! Tails against mpmath 1.3 at 40 digits (`betainc`, `gammainc`, regularised).
#![cfg(feature = "distribution")]

use panel_core::distribution::{chi_squared_upper, f_upper, t_two_sided};

fn close(got: f64, want: f64) {
    assert!((got / want - 1.0).abs() < 2e-12, "{got:e} against {want:e}");
}

#[test]
fn tails_of_t() {
    for (t, df, want) in [
        (2.5, 10.0, 0.031_446_844_236_608_804),
        (1.97, 278.0, 0.049_830_799_107_920_964),
        (0.3, 5.0, 0.776_249_042_263_274_5),
        (4.2, 1800.0, 2.799_607_323_135_873_4e-5),
        (12.0, 3.0, 1.245_015_800_789_336_7e-3),
    ] {
        close(t_two_sided(t, df), want);
    }
}

#[test]
fn tails_of_f() {
    for (f, df1, df2, want) in [
        (3.1, 2.0, 169.0, 0.047_620_607_896_015_43),
        (1.2, 5.0, 30.0, 0.332_977_602_446_798_8),
        (19.5, 2.0, 1941.0, 4.123_015_292_145_967e-9),
        (0.4, 3.0, 12.0, 0.755_544_712_914_509_4),
    ] {
        close(f_upper(f, df1, df2), want);
    }
}

#[test]
fn tails_of_chi_squared() {
    for (x, df, want) in [
        (7.8, 3.0, 0.050_331_097_859_853_36),
        (0.5, 1.0, 0.479_500_122_186_953_5),
        (120.0, 60.0, 6.876_264_968_732_097e-6),
        (31.0, 9.0, 2.960_318_873_621_636_4e-4),
    ] {
        close(chi_squared_upper(x, df), want);
    }
}
