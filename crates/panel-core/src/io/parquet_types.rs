//! Types of Parquet columns, and how those that polars was built without are read as what they are stored as.
//!
//! A date is a whole number in the file, with a mark that it is a date; a number of 8 bits is one of 32 with a mark. Polars reads the mark only with features that
//! take minutes to build, so the mark is taken from a copy of the file's description and its meaning kept here.

use super::iso;
use polars::prelude::{ArrowDataType, ArrowSchema, ArrowTimeUnit};
use polars_parquet::parquet::metadata::{FileMetadata, SchemaDescriptor};
use polars_parquet::parquet::schema::types::{ParquetType, PhysicalType};
use std::collections::BTreeMap;

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stored {
    /// What polars makes of them.
    Plain,
    /// Whole numbers of 8 or 16 bits, which are stored in 32.
    Short,
    /// Counts since 1970-01-01, so many to a day.
    Date { per_day: i64 },
    /// Whole numbers, to be divided by a power of ten.
    Decimal { scale: i32 },
    /// Numbers of sixteen bits in two bytes.
    Half,
    /// Nothing that can be read, in words.
    Other(String),
}

impl Stored {
    /// A count as ISO text; the clock is left out at midnight.
    pub(super) fn iso(&self, count: i64) -> String {
        let Self::Date { per_day } = self else { return count.to_string() };
        iso(count, *per_day)
    }
}

/// The columns of a file by name.
pub(super) fn stored(schema: &ArrowSchema, metadata: &FileMetadata) -> BTreeMap<String, Stored> {
    let physical: BTreeMap<&str, PhysicalType> = metadata
        .schema_descr
        .fields()
        .iter()
        .filter_map(|field| match field {
            ParquetType::PrimitiveType(primitive) => Some((field.name(), primitive.physical_type)),
            ParquetType::GroupType { .. } => None,
        })
        .collect();
    schema
        .iter()
        .map(|(name, field)| (name.to_string(), kind(field.dtype(), physical.get(name.as_str()).copied())))
        .collect()
}

fn kind(dtype: &ArrowDataType, physical: Option<PhysicalType>) -> Stored {
    use ArrowDataType as D;
    let is_integer = matches!(physical, Some(PhysicalType::Int32 | PhysicalType::Int64));
    match dtype {
        D::Int8 | D::Int16 | D::UInt8 | D::UInt16 if is_integer => Stored::Short,
        D::Null | D::Boolean | D::Int32 | D::Int64 => Stored::Plain,
        D::UInt32 | D::UInt64 | D::Float32 | D::Float64 => Stored::Plain,
        D::Utf8 | D::LargeUtf8 | D::Utf8View => Stored::Plain,
        D::Dictionary(_, value, _) => kind(value, physical),
        D::Date32 if is_integer => Stored::Date { per_day: 1 },
        // Arrow keeps its 64-bit dates as days of 32 bits in the file, some writers as milliseconds of 64.
        D::Date64 if matches!(physical, Some(PhysicalType::Int32)) => Stored::Date { per_day: 1 },
        D::Date64 if is_integer => Stored::Date { per_day: 86_400_000 },
        D::Timestamp(unit, _) if is_integer => Stored::Date {
            per_day: 86_400
                * match unit {
                    ArrowTimeUnit::Second => 1,
                    ArrowTimeUnit::Millisecond => 1000,
                    ArrowTimeUnit::Microsecond => 1_000_000,
                    ArrowTimeUnit::Nanosecond => 1_000_000_000,
                },
        },
        D::Decimal(_, scale) | D::Decimal32(_, scale) | D::Decimal64(_, scale) | D::Decimal256(_, scale)
            if physical.is_some() =>
        {
            Stored::Decimal { scale: i32::try_from(*scale).unwrap_or(i32::MAX) }
        }
        D::Float16 if matches!(physical, Some(PhysicalType::FixedLenByteArray(2))) => Stored::Half,
        _ if matches!(physical, Some(PhysicalType::Int96)) => Stored::Other("int96 (an old kind of timestamp)".into()),
        D::List(_) | D::LargeList(_) | D::FixedSizeList(..) => Stored::Other("list".into()),
        D::Struct(_) => Stored::Other("struct".into()),
        D::Map(..) => Stored::Other("map".into()),
        other => Stored::Other(format!("{other:?}")),
    }
}

/// The description of the file with short numbers, dates and decimals as the whole numbers they are stored as.
pub(super) fn as_stored(metadata: &FileMetadata, kinds: &BTreeMap<String, Stored>) -> FileMetadata {
    let mut fields = metadata.schema_descr.fields().to_vec();
    for field in &mut fields {
        let marked = matches!(
            kinds.get(field.name()),
            Some(Stored::Short | Stored::Half | Stored::Date { .. } | Stored::Decimal { .. })
        );
        if let ParquetType::PrimitiveType(primitive) = field
            && marked
        {
            primitive.logical_type = None;
            primitive.converted_type = None;
        }
    }
    let mut plain = metadata.clone();
    plain.schema_descr = SchemaDescriptor::new(metadata.schema_descr.name().into(), fields);
    // The Arrow schema that some writers add would bring the marks back.
    plain.key_value_metadata = None;
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_64_bits_are_days_where_they_are_stored_in_32() {
        let kind = |physical| kind(&ArrowDataType::Date64, Some(physical));
        assert_eq!(kind(PhysicalType::Int32).iso(15_706), "2013-01-01");
        assert_eq!(kind(PhysicalType::Int64).iso(15_706 * 86_400_000), "2013-01-01");
    }
}
