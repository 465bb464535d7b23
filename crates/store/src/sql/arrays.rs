//! The values of many rows as one array per column.

use sea_orm::Value;
use sea_orm::sea_query::ArrayType;

use crate::StoreError;

/// The values of one column.
pub(super) struct Array {
    /// The values; one that is absent has something else in its place, because the driver's arrays have no holes.
    pub(super) values: Value,
    /// Type of the array.
    pub(super) kind: &'static str,
    /// At which places values are absent, as an array of switches, if they are anywhere.
    pub(super) absent: Option<Value>,
}

impl Array {
    /// Returns the columns of rows of `width` values each.
    pub(super) fn of_rows(values: Vec<Value>, width: usize) -> Result<Vec<Self>, StoreError> {
        let rows = values.len() / width.max(1);
        let mut columns: Vec<Vec<Value>> = (0..width).map(|_| Vec::with_capacity(rows)).collect();
        for (place, value) in (0..width).cycle().zip(values) {
            if let Some(column) = columns.get_mut(place) {
                column.push(value);
            }
        }
        columns.into_iter().map(Self::of_column).collect()
    }

    fn of_column(mut column: Vec<Value>) -> Result<Self, StoreError> {
        let (element, kind, filler) = match column.first() {
            Some(Value::Bool(_)) => (ArrayType::Bool, "boolean[]", Value::from(false)),
            Some(Value::Int(_)) => (ArrayType::Int, "integer[]", Value::from(0_i32)),
            Some(Value::BigInt(_)) => (ArrayType::BigInt, "bigint[]", Value::from(0_i64)),
            Some(Value::String(_)) => (ArrayType::String, "text[]", Value::from("")),
            Some(Value::Bytes(_)) => (ArrayType::Bytes, "bytea[]", Value::from(Vec::<u8>::new())),
            _ => return Err(StoreError::Refused { reason: "a value has a type without arrays".to_owned() }),
        };
        let absent: Vec<bool> = column.iter().map(is_absent).collect();
        let has_absent = absent.contains(&true);
        column.iter_mut().filter(|value| has_absent && is_absent(value)).for_each(|value| *value = filler.clone());
        let absent = has_absent.then(|| array(ArrayType::Bool, absent.into_iter().map(Value::from).collect()));
        Ok(Self { values: array(element, column), kind, absent })
    }
}

fn array(element: ArrayType, values: Vec<Value>) -> Value {
    Value::Array(element, Some(Box::new(values)))
}

fn is_absent(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(None) | Value::Int(None) | Value::BigInt(None) | Value::String(None) | Value::Bytes(None)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_says_where_values_are_absent() {
        let rows = vec![1_i64.into(), Value::String(None), 2_i64.into(), "b".into()];
        let columns = Array::of_rows(rows, 2).unwrap();
        assert_eq!(columns.iter().map(|column| column.kind).collect::<Vec<_>>(), ["bigint[]", "text[]"]);
        assert_eq!(columns[0].values, array(ArrayType::BigInt, vec![1_i64.into(), 2_i64.into()]));
        assert_eq!(columns[0].absent, None);
        assert_eq!(columns[1].values, array(ArrayType::String, vec!["".into(), "b".into()]));
        assert_eq!(columns[1].absent, Some(array(ArrayType::Bool, vec![true.into(), false.into()])));
    }

    #[test]
    fn a_type_without_arrays_is_refused() {
        assert!(matches!(Array::of_rows(vec![1.5_f64.into()], 1), Err(StoreError::Refused { .. })));
    }
}
