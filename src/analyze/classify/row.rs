//! The shape of a row, and how a net of rows is drawn.

#![forbid(unsafe_code)]

use super::Brand;
use crate::analyze::fault::Fault;

/// `when` this provider answers with one of these statuses and says this, it is that fault.
pub(super) struct Row {
    pub brand: Option<Brand>,
    pub statuses: Statuses,
    /// A word of the body, or a phrase of its message, in lower case; empty in the widest net.
    pub says: &'static str,
    pub fault: Fault,
}

/// First and last.
pub(super) type Statuses = (u16, u16);

/// A row for every provider.
pub(super) const ANYONE: Option<Brand> = None;
pub(super) const ANY: Statuses = (0, u16::MAX);
/// An error inside a 2xx reply that carries no status of its own.
pub(super) const IN_BAND: Statuses = (200, 299);
pub(super) const CLIENT: Statuses = (400, 499);
pub(super) const SERVER: Statuses = (500, 599);

/// A misspelt fault does not compile where this is used in a constant.
pub(super) const fn when(brand: Option<Brand>, statuses: Statuses, says: &'static str, fault: &'static str) -> Row {
    Row { brand, statuses, says, fault: Fault::known(fault) }
}

pub(super) const fn only(status: u16) -> Statuses {
    (status, status)
}

/// What the nets are drawn through.
pub(super) struct Clue<'a> {
    pub brand: Option<Brand>,
    pub status: u16,
    /// Lower case.
    pub words: &'a [String],
    pub message: &'a str,
}

/// The first row of the provider's own that fits, else the first that holds for anyone.
pub(super) fn first(rows: &[Row], clue: &Clue<'_>, says: impl Fn(&Row) -> bool) -> Option<Fault> {
    let fits = |row: &&Row| (row.statuses.0..=row.statuses.1).contains(&clue.status) && says(row);
    let own = || rows.iter().filter(|row| row.brand.is_some() && row.brand == clue.brand).find(fits);
    let anyone = || rows.iter().filter(|row| row.brand.is_none()).find(fits);
    own().or_else(anyone).map(|row| row.fault)
}
