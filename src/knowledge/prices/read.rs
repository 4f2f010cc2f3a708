//! Reads `prices.tsv`, the file that `scripts/prices.py` writes.
//!
//! A line is `[provider]`, a model with its spellings and prices, or, indented, a variant of the model above:
//! `batch`, `>200000`, `batch>200000`. Lines that cannot be read are left out, and a test holds that there are none.

#![forbid(unsafe_code)]

use super::Picodollars;
use super::price::{Price, Rates, Service, Stated, Variant};

pub struct Row<'a> {
    pub provider: &'a str,
    /// The id first, then its other spellings.
    pub ids: &'a str,
    pub price: Price,
}

/// The date the prices were current, as the file states it.
pub fn as_of(file: &str) -> &str {
    file.lines().find_map(|line| line.strip_prefix("# as of\t")).unwrap_or_default()
}

pub fn rows(file: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let (mut provider, mut lines) = ("", file.lines().peekable());
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            provider = name;
            continue;
        }
        let Some((ids, stated)) = columns(line).filter(|_| !line.starts_with(['#', ' '])) else { continue };
        let mut variants = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
            variants.extend(columns(line).and_then(|(label, own)| variant(label.trim_start(), &stated, &own)));
        }
        let price = Price { standard: Rates::resolve(&stated), variants: variants.into() };
        rows.push(Row { provider, ids, price });
    }
    rows
}

fn columns(line: &str) -> Option<(&str, Stated)> {
    let mut cells = line.split('\t');
    let label = cells.next()?;
    let mut stated = Stated::default();
    for (column, cell) in stated.iter_mut().zip(cells) {
        if !cell.is_empty() {
            *column = Some(Picodollars::read(cell)?);
        }
    }
    // thousand requests, not a million
    stated[8] = stated[8].map(|request| Picodollars(request.0.saturating_mul(1000)));
    Some((label, stated))
}

/// What a variant does not state is as in the line of the model.
fn variant(label: &str, standard: &Stated, own: &Stated) -> Option<Variant> {
    let (service, beyond) = label.split_once('>').unwrap_or((label, "0"));
    let mut stated = *standard;
    for (column, own) in stated.iter_mut().zip(own) {
        *column = own.or(*column);
    }
    Some(Variant { service: Service::named(service), beyond: beyond.parse().ok()?, rates: Rates::resolve(&stated) })
}
