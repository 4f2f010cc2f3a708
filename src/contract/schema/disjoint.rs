//! What can be told of nodes without an instance: which kinds of value they accept at most, and that two of them
//! never accept the same value. `oneOf` over alternatives that exclude each other is `anyOf`.

use super::program::{Constants, Kinds, Node, NodeId, Program, Rules};
use crate::json::Kind;

/// How far a proof goes down into references and properties. Tags of unions stand one or two levels down.
const MAX_STEPS: u32 = 6;

/// Rounds of refinement: each follows references one step further, and each is right, only less sharp.
const ROUNDS: usize = 4;

/// The kinds that each node accepts at most.
pub fn kinds(program: &Program) -> Vec<Kinds> {
    let mut kinds = vec![Kinds::ALL; program.nodes.len()];
    for _ in 0..ROUNDS {
        for place in 0..kinds.len() {
            kinds[place] = match &program.nodes[place] {
                Node::Anything | Node::Asked(_) => Kinds::ALL,
                Node::Nothing => Kinds::NONE,
                Node::Rules(rules) => rules.kinds,
                Node::All(nodes) => nodes.iter().fold(Kinds::ALL, |all, node| all.and(kinds[node.place()])),
                Node::Any(branches) => branches.iter().fold(Kinds::NONE, |any, b| any.or(kinds[b.node.place()])),
            };
        }
    }
    kinds
}

/// No two of these accept the same value.
pub fn all(program: &Program, kinds: &[Kinds], nodes: &[NodeId]) -> bool {
    let proof = Proof { program, kinds };
    nodes.iter().enumerate().all(|(at, &one)| nodes[at + 1..].iter().all(|&other| proof.disjoint(one, other, 0)))
}

struct Proof<'p> {
    program: &'p Program,
    kinds: &'p [Kinds],
}

impl Proof<'_> {
    fn disjoint(&self, one: NodeId, other: NodeId, steps: u32) -> bool {
        let common = self.kinds[one.place()].and(self.kinds[other.place()]);
        if common == Kinds::NONE {
            return true;
        }
        if steps == MAX_STEPS {
            return false;
        }
        match (self.program.node(one), self.program.node(other)) {
            (Node::All(nodes), _) => nodes.iter().any(|&node| self.disjoint(node, other, steps + 1)),
            (_, Node::All(nodes)) => nodes.iter().any(|&node| self.disjoint(one, node, steps + 1)),
            (Node::Rules(one), Node::Rules(other)) => {
                excluded(one, other) || (common == Kinds::of(Kind::Object) && self.tagged(one, other, steps))
            }
            _ => false,
        }
    }

    /// They accept no common value for a property that one of them requires.
    fn tagged(&self, one: &Rules, other: &Rules, steps: u32) -> bool {
        let (Some(one), Some(other)) = (&one.object, &other.object) else { return false };
        one.fields.iter().any(|field| {
            let Some(twin) = other.fields.iter().find(|twin| twin.name == field.name) else { return false };
            let is_required = field.required.is_some() || twin.required.is_some();
            match (field.node, twin.node) {
                (Some(one), Some(other)) if is_required => self.disjoint(one, other, steps + 1),
                _ => false,
            }
        })
    }
}

/// The constants of the two have nothing in common.
fn excluded(one: &Rules, other: &Rules) -> bool {
    let (Some(one), Some(other)) = (&one.constants, &other.constants) else { return false };
    !one.meets(other)
}

impl Constants {
    pub fn kinds(&self) -> Kinds {
        let kind = |present: bool, kind| if present { Kinds::of(kind) } else { Kinds::NONE };
        kind(self.null, Kind::Null)
            .or(kind(self.booleans != [false; 2], Kind::Bool))
            .or(kind(!self.numbers.is_empty(), Kind::Number))
            .or(kind(!self.texts.is_empty(), Kind::String))
            .or(kind(self.containers.is_some(), Kind::Array))
            .or(kind(self.containers.is_some(), Kind::Object))
    }

    #[expect(clippy::float_cmp, reason = "equality of JSON numbers is exact")]
    fn meets(&self, other: &Self) -> bool {
        (self.null && other.null)
            || self.booleans.iter().zip(&other.booleans).any(|(one, other)| *one && *other)
            || self.numbers.iter().any(|one| other.numbers.iter().any(|other| one == other))
            || self.texts.iter().any(|text| other.texts.binary_search(text).is_ok())
            || (self.containers.is_some() && other.containers.is_some())
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::schema::{Options, Schema};

    /// Where alternatives are proven to exclude each other, `oneOf` at the root needs no authority.
    #[track_caller]
    fn check(alternatives: &str, proven: bool) {
        let source = format!(r#"{{"oneOf":{alternatives},"$defs":{{"a":{{"type":"string"}},"b":{{"type":"null"}}}}}}"#);
        assert_eq!(Schema::compile(&source, &Options::default()).unwrap().one_pass(), proven, "{alternatives}");
    }

    #[test]
    #[rustfmt::skip]
    fn alternatives_are_disjoint_by_kind_constants_or_tags() {
        check(r#"[{"type":"string"},{"type":"null"}]"#, true);
        check(r##"[{"$ref":"#/$defs/a"},{"allOf":[{"$ref":"#/$defs/b"}]},{"type":"object"}]"##, true);
        check(r#"[{"const":1},{"enum":["a",2]},{"const":"b"}]"#, true);
        check(r#"[{"type":"object","properties":{"t":{"const":1}},"required":["t"]},{"type":"object","properties":{"t":{"const":2}},"required":["t"]}]"#, true);
        check(r#"[{"type":"object","properties":{"t":{"const":1}}},{"type":"object","properties":{"t":{"const":2}},"required":["t"]}]"#, true);
        check(r#"[{"type":"object","properties":{"t":{"type":"string"}},"required":["t"]},{"type":"object","properties":{"t":{"type":"array"}},"required":["t"]}]"#, true);
    }

    #[test]
    #[rustfmt::skip]
    fn what_may_be_two_things_is_not_disjoint() {
        check(r#"[{"type":"integer"},{"type":"number"}]"#, false);
        check(r#"[{"type":["string","null"]},{"type":["number","null"]}]"#, false);
        check(r#"[{"const":1},{"enum":["a",1.0]}]"#, false);
        check(r#"[{"const":[1]},{"const":[2]}]"#, false);
        check(r#"[{"type":"object","properties":{"t":{"const":1}}},{"type":"object","properties":{"t":{"const":2}}}]"#, false);
        check(r#"[{"properties":{"t":{"const":1}},"required":["t"]},{"properties":{"t":{"const":2}},"required":["t"]}]"#, false);
        check(r#"[{"type":"object","properties":{"t":{"const":1}},"required":["t"]},{"type":"object","properties":{"u":{"const":2}},"required":["u"]}]"#, false);
        check(r##"[{"type":"array","items":{"$ref":"#"}},{"type":"array"}]"##, false);
    }
}
