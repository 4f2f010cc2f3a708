//! The table as people read it: `docs/FAULTS.md`.

#![forbid(unsafe_code)]

use super::{Class, TABLE};
use std::fmt::Write;

/// The whole taxonomy as Markdown, one section per class.
pub fn table_markdown() -> String {
    let mut page = String::from(
        "# Faults\n\nGenerated from `src/analyze/fault/table.rs`; `UPDATE=1 cargo test fault` renders it anew.\n\n\
         *Same route*: whether the unchanged request may succeed where it failed (`retryable` is true for *now* and \
         *later*). *Failover*: whether another provider may answer it. Only faults of the provider count against \
         its health.\n",
    );
    for class in Class::ALL {
        let rows = TABLE.iter().filter(|row| row.class == class);
        let _ = write!(page, "\n## {}\n\n", class.name());
        page.push_str("| fault | blame | same route | failover | meaning |\n| --- | --- | --- | --- | --- |\n");
        for row in rows {
            let failover = if row.failover { "yes" } else { "no" };
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {failover} | {} |",
                row.name,
                row.blame.name(),
                row.retry.name(),
                row.meaning
            );
        }
    }
    page
}
