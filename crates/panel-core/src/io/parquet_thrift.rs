//! The lengths that the descriptions inside a Parquet file state, walked through before the decoder believes them.
//!
//! Footer and page headers are structs of Thrift's compact protocol. The decoder makes room for a list or a text of any
//! length that stands there; here each is compared with what is left of the bytes.

/// The whole numbers of a struct's own fields, by number.
pub(super) type Fields = Vec<(i64, i64)>;

/// Whole numbers of the structs that are fields of a struct: number of the struct, number of the field, value.
pub(super) type Nested = Vec<(i64, i64, i64)>;

/// Nested deeper than this nothing of Parquet is.
const DEEPEST: usize = 32;

/// Walks over the struct at `at`; `None` where a length in it goes beyond the bytes.
pub(super) fn fields(bytes: &[u8], at: &mut usize) -> Option<Fields> {
    nested_fields(bytes, at).map(|(fields, _)| fields)
}

/// The same, and the whole numbers of the structs that are its own fields.
pub(super) fn nested_fields(bytes: &[u8], at: &mut usize) -> Option<(Fields, Nested)> {
    let mut walk = Walk { bytes, at: *at, nested: Vec::new() };
    let fields = walk.structure(0)?;
    *at = walk.at;
    Some((fields, walk.nested))
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    nested: Nested,
}

impl Walk<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn pass(&mut self, n: u64) -> Option<()> {
        let left = (self.bytes.len() - self.at) as u64;
        self.at += usize::try_from(n).ok().filter(|_| n <= left)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn structure(&mut self, depth: usize) -> Option<Fields> {
        let mut fields = Vec::new();
        let mut id = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(fields);
            }
            id = if head >> 4 == 0 { self.zigzag()? } else { id.checked_add(i64::from(head >> 4))? };
            match head & 0x0f {
                1 | 2 => {}
                4..=6 => {
                    let value = self.zigzag()?;
                    fields.push((id, value));
                }
                12 if depth == 0 => {
                    let inner = self.structure(1)?;
                    self.nested.extend(inner.into_iter().map(|(number, value)| (id, number, value)));
                }
                kind => self.value(kind, depth)?,
            }
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1..=3 => self.pass(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let size = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                // Every element takes a byte at least.
                if size > (self.bytes.len() - self.at) as u64 {
                    return None;
                }
                (0..size).try_for_each(|_| self.value(head & 0x0f, depth + 1))
            }
            12 => self.structure(depth + 1).map(|_| ()),
            // Parquet has no maps.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_inner_structs_are_told_by_both_numbers() {
        // Field 1: i32 5; field 5: a struct of field 1: i32 -33, field 4: a struct of field 1: i32 1; stop.
        let bytes = [0x15, 10, 0x4c, 0x15, 65, 0x3c, 0x15, 2, 0, 0, 0];
        let mut at = 0;
        assert_eq!(nested_fields(&bytes, &mut at), Some((vec![(1, 5)], vec![(5, 1, -33)])));
        assert_eq!(at, bytes.len());
    }

    #[test]
    fn lengths_beyond_the_bytes_are_seen() {
        // Field 1: i32 5; field 2: binary "ab"; field 3: list of two i32; stop.
        let good = [0x15, 10, 0x18, 2, b'a', b'b', 0x19, 0x25, 2, 4, 0];
        let mut at = 0;
        assert_eq!((fields(&good, &mut at), at), (Some(vec![(1, 5)]), good.len()));
        for (place, byte) in [(3, 200), (3, 9), (7, 0xf5)] {
            let mut bad = good;
            bad[place] = byte;
            assert_eq!(fields(&bad, &mut 0), None, "{place}");
        }
        // A text of 2^61 bytes, as one of the spoilt files had it.
        assert_eq!(fields(&[0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0], &mut 0), None);
        assert_eq!(fields(&[0x1c; 100], &mut 0), None, "nested without end");
    }
}
