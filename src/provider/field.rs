//! Reading fields that foreign bodies may fill with anything: the wanted kind is taken, any other skipped.
#![forbid(unsafe_code)]

use crate::json::{Kind, Reader, Result};
use std::borrow::Cow;

pub fn string<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>> {
    match reader.peek()? {
        Kind::String => reader.string().map(Some),
        _ => reader.skip().map(|()| None),
    }
}

pub fn count(reader: &mut Reader<'_>) -> Result<Option<u64>> {
    match reader.peek()? {
        Kind::Number => reader.number().map(crate::json::Number::count),
        _ => reader.skip().map(|()| None),
    }
}

pub fn truth(reader: &mut Reader<'_>) -> Result<bool> {
    match reader.peek()? {
        Kind::Bool => reader.bool(),
        _ => reader.skip().map(|()| false),
    }
}

/// The value as written, unless it is null.
pub fn raw<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a str>> {
    let null = reader.peek()? == Kind::Null;
    reader.raw().map(|text| (!null).then_some(text))
}

/// The fields of an object; another kind of value has none.
pub fn object<'a>(
    reader: &mut Reader<'a>,
    field: impl FnMut(&mut Reader<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<bool> {
    match reader.peek()? {
        Kind::Object => reader.object(field).map(|()| true),
        _ => reader.skip().map(|()| false),
    }
}

/// The elements of an array; another kind of value has none.
pub fn array<'a>(reader: &mut Reader<'a>, item: impl FnMut(&mut Reader<'a>) -> Result<()>) -> Result<bool> {
    match reader.peek()? {
        Kind::Array => reader.array(item).map(|()| true),
        _ => reader.skip().map(|()| false),
    }
}
