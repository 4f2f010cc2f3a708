//! Money as integers, so that sums over attempts are exact and budgets compare without rounding.

#![forbid(unsafe_code)]

/// Billionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nanodollars(pub u64);

impl Nanodollars {
    pub const ZERO: Self = Self(0);

    /// A sum from the user's configuration; `None` for what is no amount of money.
    pub fn from_usd(usd: f64) -> Option<Self> {
        scaled(usd, 1e9).map(Self)
    }

    /// For reports.
    #[expect(clippy::cast_precision_loss, reason = "exact up to nine million dollars")]
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e9
    }

    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Trillionths of a US dollar a token. One dollar per million tokens is a million of them, so that every published
/// price is a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Picodollars(pub u64);

impl Picodollars {
    pub fn from_usd_per_million(usd: f64) -> Option<Self> {
        scaled(usd, 1e6).map(Self)
    }

    /// Reads a decimal as the price file writes it; `None` if it is not one or is finer than a picodollar.
    pub fn read(decimal: &str) -> Option<Self> {
        const PLACES: usize = 6;
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        let padding = 10_u64.pow(u32::try_from(PLACES.checked_sub(fraction.len())?).ok()?);
        let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<u64>().ok()? };
        whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction * padding).map(Self)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
fn scaled(usd: f64, scale: f64) -> Option<u64> {
    let value = (usd * scale).round();
    // 2^63: beyond any price, and still exact as a float
    (0.0..=9.2e18).contains(&value).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_read_exactly() {
        for (decimal, expected) in [
            ("2.5", Some(2_500_000)),
            ("0.028", Some(28_000)),
            ("0.0028", Some(2_800)),
            ("30", Some(30_000_000)),
            ("0.000001", Some(1)),
            ("0", Some(0)),
            ("0.0000001", None),
            ("-1", None),
            ("1.", Some(1_000_000)),
            ("", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Picodollars::read(decimal).map(|price| price.0), expected, "{decimal}");
        }
    }

    #[test]
    fn what_is_no_amount_of_money_is_refused() {
        for usd in [f64::NAN, f64::INFINITY, -0.01, 1e300] {
            assert_eq!(Nanodollars::from_usd(usd), None, "{usd}");
            assert_eq!(Picodollars::from_usd_per_million(usd), None, "{usd}");
        }
        assert_eq!(Nanodollars::from_usd(0.02), Some(Nanodollars(20_000_000)));
    }
}
