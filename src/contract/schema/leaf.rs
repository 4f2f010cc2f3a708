//! A keyword asked of the authority for one scalar: `pattern`, `format`, `multipleOf`, and constants that are
//! arrays or objects. The structure is walked over the text; these few meanings are the authority's own.

use super::metered::{Meter, Metered, Node};
use jsonschema::Validator;
use serde_json::Value;

/// Looks at a value that a keyword without references may take. Its alternatives stand in the schema one by one,
/// so nothing multiplies; this only keeps the promise that everything ends.
const MAX_LOOKS: u64 = 1 << 26;

pub struct Leaf(Validator<Metered>);

impl Leaf {
    pub fn new(validator: Validator<Metered>) -> Self {
        Self(validator)
    }

    pub fn accepts(&self, value: &Value) -> bool {
        let meter = Meter::new(MAX_LOOKS);
        self.0.is_valid(Node::tree(value, &meter)) && !meter.is_spent()
    }

    pub fn accepts_text(&self, text: &str) -> bool {
        self.0.is_valid(Node::text(text, &Meter::new(MAX_LOOKS)))
    }
}

impl std::fmt::Debug for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Leaf")
    }
}
