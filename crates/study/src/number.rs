//! Numbers as text: shortest form that reads back as the same number; missing is empty, never NaN.

/// A number for a CSV cell; empty where it is missing or not finite. Negative zero is zero.
#[must_use]
pub fn full(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let value = if value == 0.0 { 0.0 } else { value };
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-5..1e16).contains(&magnitude) { format!("{value:e}") } else { format!("{value}") }
}

/// Pretty JSON with a final newline.
#[must_use]
pub fn pretty<T: serde::Serialize>(value: &T) -> String {
    // Records hold plain data; serde_json fails only on maps with keys that are no strings, which they do not have.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_is_empty_and_zero_has_no_sign() {
        assert_eq!(full(f64::NAN), "");
        assert_eq!(full(-0.0), "0");
        assert_eq!(full(1e-7), "1e-7");
        assert_eq!(full(0.1), "0.1");
    }
}
