//! From a schema to its program, or to the keyword that keeps it from having one.
//!
//! The authority has accepted the schema before, so nothing is diagnosed here: whatever is not plainly understood is
//! left to it. Three ways lead there. A keyword that judges a value by what it is *not* (`not`, `if`, `contains`,
//! alternatives that could both hold) is asked of the authority for that value alone. One that looks beyond the
//! value or the schema (`unevaluatedProperties`, `$dynamicRef`, a reference to elsewhere) leaves the whole schema to
//! it, as does an asked keyword at the root, where nothing would be left for us to do.

use super::authority::Authority;
use super::program::{Branch, Kinds, Node, NodeId, Program, Rules};
use super::remotes::is_known_dialect;
use super::{disjoint, rules};
use hashbrown::HashMap;
use jsonschema::Draft;
use serde_json::{Map, Value};

/// The keyword that the one pass has no answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback(pub &'static str);

pub type Compiled<T> = Result<T, Fallback>;

/// Keywords asked of the authority for the one value that they stand at, together with those that they read.
#[rustfmt::skip]
const ASKED: &[(&str, &[&str])] = &[
    ("not",               &[]),
    ("if",                &["then", "else"]),
    ("contains",          &["minContains", "maxContains"]),
    ("dependencies",      &[]),
    ("dependentRequired", &[]),
    ("dependentSchemas",  &[]),
    ("contentEncoding",   &["contentMediaType"]),
    ("contentMediaType",  &["contentEncoding"]),
];

/// Keywords that look beyond the value they stand at.
const BEYOND: &[&str] = &["unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef"];

/// Words that give an asked keyword a meaning which depends on where it stands.
const PLACED: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef", "$id", "id", "$schema", "$anchor"];

/// Alternatives whose pairs are looked at for proof that no two can hold.
const MAX_EXCLUSIVE: usize = 64;

pub struct Compiler<'s> {
    pub authority: &'s Authority,
    pub draft: Draft,
    root: &'s Value,
    program: Program,
    /// Targets of references, and those of them that are still to be compiled.
    targets: HashMap<&'s str, NodeId>,
    open: Vec<(NodeId, &'s Value)>,
    /// `oneOf`: the node, its branches, and what to ask should they not exclude each other.
    exclusive: Vec<(NodeId, Vec<NodeId>, &'s Value)>,
}

pub fn compile(schema: &Value, authority: &Authority) -> Compiled<Program> {
    // With another metaschema the keywords may mean anything.
    if !is_known_dialect(schema) {
        return Err(Fallback("$schema"));
    }
    let mut program = Program { nodes: Vec::new(), root: NodeId::default() };
    program.root = program.reserve();
    let mut compiler = Compiler {
        authority,
        draft: authority.draft(),
        root: schema,
        open: vec![(program.root, schema)],
        targets: HashMap::from_iter([("#", program.root)]),
        program,
        exclusive: Vec::new(),
    };
    while let Some((id, schema)) = compiler.open.pop() {
        let node = compiler.node(schema)?;
        compiler.program.fill(id, node);
    }
    compiler.settle()
}

impl<'s> Compiler<'s> {
    pub fn add(&mut self, schema: &'s Value) -> Compiled<NodeId> {
        let node = self.node(schema)?;
        Ok(self.program.add(node))
    }

    pub fn anything(&mut self) -> NodeId {
        self.program.add(Node::Anything)
    }

    pub fn is_adjacent(&self) -> bool {
        !matches!(self.draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7)
    }

    fn node(&mut self, schema: &'s Value) -> Compiled<Node> {
        let map = match schema {
            Value::Bool(true) => return Ok(Node::Anything),
            Value::Bool(false) => return Ok(Node::Nothing),
            Value::Object(map) => map,
            _ => return Err(Fallback("schema")),
        };
        if !std::ptr::eq(schema, self.root) && has_base(map) {
            return Err(Fallback("$id"));
        }
        if let Some(&beyond) = BEYOND.iter().find(|keyword| map.contains_key(**keyword)) {
            return Err(Fallback(beyond));
        }
        let mut parts = Vec::new();
        if let Some(reference) = map.get("$ref") {
            let target = self.reference(reference)?;
            if !self.is_adjacent() {
                return Ok(Node::All(vec![target]));
            }
            parts.push(Node::All(vec![target]));
        }
        parts.extend(rules::compile(self, map)?.into_iter().map(|rules| Node::Rules(Box::new(rules))));
        self.combined(map, &mut parts)?;
        let asked = std::ptr::eq(schema, self.root);
        self.asked(map, asked, &mut parts)?;
        let last = parts.pop().unwrap_or(Node::Anything);
        if parts.is_empty() {
            return Ok(last);
        }
        parts.push(last);
        Ok(Node::All(parts.into_iter().map(|part| self.program.add(part)).collect()))
    }

    fn combined(&mut self, map: &'s Map<String, Value>, parts: &mut Vec<Node>) -> Compiled<()> {
        if let Some(all) = map.get("allOf") {
            parts.push(Node::All(self.list(all, "allOf")?));
        }
        if let Some(any) = map.get("anyOf") {
            let nodes = self.list(any, "anyOf")?;
            parts.push(Node::Any(branches(&nodes)));
        }
        if let Some(one) = map.get("oneOf") {
            let nodes = self.list(one, "oneOf")?;
            let node = self.program.add(Node::Any(branches(&nodes)));
            self.exclusive.push((node, nodes, one));
            parts.push(Node::All(vec![node]));
        }
        Ok(())
    }

    pub fn list(&mut self, schemas: &'s Value, keyword: &'static str) -> Compiled<Vec<NodeId>> {
        schemas.as_array().ok_or(Fallback(keyword))?.iter().map(|schema| self.add(schema)).collect()
    }

    fn asked(&mut self, map: &'s Map<String, Value>, is_root: bool, parts: &mut Vec<Node>) -> Compiled<()> {
        for &(keyword, read) in ASKED {
            let Some(value) = map.get(keyword) else { continue };
            let mut question = Map::from_iter([(keyword.to_owned(), value.clone())]);
            question.extend(read.iter().filter_map(|&name| Some((name.to_owned(), map.get(name)?.clone()))));
            if is_root || question.values().any(is_placed) {
                return Err(Fallback(keyword));
            }
            parts.extend(self.authority.leaf(question).map(Node::Asked));
        }
        Ok(())
    }

    /// A node for a reference within this schema, compiled once however often it is referred to.
    fn reference(&mut self, reference: &'s Value) -> Compiled<NodeId> {
        let elsewhere = Fallback("$ref");
        let reference = reference.as_str().ok_or(elsewhere.clone())?;
        if let Some(&id) = self.targets.get(reference) {
            return Ok(id);
        }
        let pointer = reference.strip_prefix('#').ok_or(elsewhere.clone())?;
        if !pointer.starts_with('/') || pointer.contains('%') || self.changes_base(pointer) {
            return Err(elsewhere);
        }
        let target = self.root.pointer(pointer).ok_or(elsewhere)?;
        let id = self.program.reserve();
        self.targets.insert(reference, id);
        self.open.push((id, target));
        Ok(id)
    }

    /// Does a schema on the way to the target have an address of its own, to which references would be relative?
    fn changes_base(&self, pointer: &str) -> bool {
        let ends = pointer.match_indices('/').map(|(at, _)| at).skip(1).chain([pointer.len()]);
        ends.filter_map(|end| self.root.pointer(&pointer[..end])?.as_object()).any(has_base)
    }

    /// What needs all nodes: which kinds the branches accept, and whether those of `oneOf` exclude each other.
    fn settle(mut self) -> Compiled<Program> {
        let kinds = disjoint::kinds(&self.program);
        for node in &mut self.program.nodes {
            if let Node::Any(branches) = node {
                for branch in branches {
                    branch.kinds = kinds[branch.node.place()];
                }
            }
        }
        for (id, nodes, schemas) in std::mem::take(&mut self.exclusive) {
            if nodes.len() <= MAX_EXCLUSIVE && disjoint::all(&self.program, &kinds, &nodes) {
                continue;
            }
            let is_root = self.root.get("oneOf").is_some_and(|own| std::ptr::eq(own, schemas));
            if is_root || is_placed(schemas) {
                return Err(Fallback("oneOf"));
            }
            let question = Map::from_iter([("oneOf".to_owned(), schemas.clone())]);
            let leaf = self.authority.leaf(question).ok_or(Fallback("oneOf"))?;
            self.program.fill(id, Node::Asked(leaf));
        }
        Ok(self.program)
    }
}

fn branches(nodes: &[NodeId]) -> Vec<Branch> {
    nodes.iter().map(|&node| Branch { kinds: Kinds::ALL, node }).collect()
}

/// A schema with an address or a dialect of its own.
fn has_base(map: &Map<String, Value>) -> bool {
    ["$id", "id", "$schema"].iter().any(|keyword| map.get(*keyword).is_some_and(Value::is_string))
}

/// Does the meaning of this depend on where it stands? Words in data count too, to be safe.
fn is_placed(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_placed),
        Value::Object(map) => map.iter().any(|(key, value)| PLACED.contains(&key.as_str()) || is_placed(value)),
        _ => false,
    }
}

/// The rules of a schema that says nothing are none.
pub fn said(rules: Rules) -> Option<Rules> {
    (!rules.is_free()).then_some(rules)
}
