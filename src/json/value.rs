//! A JSON value as a tree, for what cannot be answered from the text: the values of `JSON.parse`, in `serde_json`'s
//! type. Of two equal keys the last one counts; numbers are doubles.
//!
//! One thing has no place in that type: a number too large for a double, which JavaScript reads as infinite. It
//! becomes the largest double of its sign, and [`finite`] does the same for whoever reads numbers from the text.

use super::{Kind, Number, Reader, Result};
use serde_json::{Map, Value};

/// Builds the next value.
pub fn value(reader: &mut Reader<'_>) -> Result<Value> {
    match reader.peek()? {
        Kind::Null => reader.null().map(|()| Value::Null),
        Kind::Bool => reader.bool().map(Value::Bool),
        Kind::Number => reader.number().map(|number| Value::Number(double(finite(number)))),
        Kind::String => reader.string().map(|text| Value::String(text.into_owned())),
        Kind::Array => {
            let mut items = Vec::new();
            reader.array(|reader| {
                items.push(value(reader)?);
                Ok(())
            })?;
            Ok(Value::Array(items))
        }
        Kind::Object => {
            let mut fields = Map::new();
            reader.object(|reader, key| {
                let field = value(reader)?;
                fields.insert(key.into_owned(), field);
                Ok(())
            })?;
            Ok(Value::Object(fields))
        }
    }
}

/// The value of a number, the largest double standing for everything beyond it.
pub(crate) fn finite(number: Number<'_>) -> f64 {
    number.value().clamp(f64::MIN, f64::MAX)
}

/// `1.0` and `1` are one number to JavaScript and must be one here, whatever the spelling was.
pub(crate) fn double(value: f64) -> serde_json::Number {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range and fraction are tested")]
    if value.fract() == 0.0 {
        if (-TWO_63..TWO_63).contains(&value) {
            return (value as i64).into();
        }
        if (TWO_63..2.0 * TWO_63).contains(&value) {
            return (value as u64).into();
        }
    }
    serde_json::Number::from_f64(value).unwrap_or_else(|| 0.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(text: &str, expected: &Value) {
        assert_eq!(value(&mut Reader::new(text)).as_ref(), Ok(expected), "{text}");
    }

    #[test]
    fn values_are_those_of_json_parse() {
        check(r#"{"a":[1,"x",null,true],"b":{}}"#, &json!({"a": [1, "x", null, true], "b": {}}));
        check(r#"{"a":1,"b":2,"a":3}"#, &json!({"a": 3, "b": 2}));
        check(r#"{"\u0061":1,"a":2}"#, &json!({"a": 2}));
        check(r#""\ud800""#, &json!("\u{fffd}"));
    }

    #[test]
    fn a_number_is_its_double() {
        check("1.0", &json!(1));
        check("1e2", &json!(100));
        check("-0", &json!(0));
        check("0.5", &json!(0.5));
        check("9007199254740993", &json!(9_007_199_254_740_992_i64));
        check("18446744073709551615", &json!(1.844_674_407_370_955_2e19));
        check("1e999", &json!(f64::MAX));
        check("-1e999", &json!(f64::MIN));
    }
}
