//! A schema as a program: what the one pass runs over the text.
//!
//! A node judges one value. Everything here is monotone: a node that accepts a value accepts it for what it is,
//! never because some other node refused it. That is what makes one pass over the text sound in the face of
//! equal keys, of which only the last counts: all of them are checked, so "valid" holds for the last one, and
//! "not valid" is always asked again of the authority, which sees the last one only.

use super::leaf::Leaf;
use hashbrown::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NodeId(u32);

#[derive(Debug)]
pub struct Program {
    pub nodes: Vec<Node>,
    pub root: NodeId,
}

#[derive(Debug)]
pub enum Node {
    Anything,
    Nothing,
    Rules(Box<Rules>),
    /// Every one must accept the value.
    All(Vec<NodeId>),
    /// One must accept the value. Where exactly one must, the compiler has proven that no two can.
    Any(Vec<Branch>),
    /// A part of the schema that is not monotone, asked of the authority, which sees the value as a tree.
    Asked(Leaf),
}

/// One of several alternatives, with the kinds of value that it can accept at most.
#[derive(Debug, Clone, Copy)]
pub struct Branch {
    pub kinds: Kinds,
    pub node: NodeId,
}

/// What a schema says itself, without reference to others for the same value.
#[derive(Debug)]
pub struct Rules {
    pub kinds: Kinds,
    pub constants: Option<Constants>,
    pub number: NumberRules,
    pub text: Option<TextRules>,
    pub array: Option<ArrayRules>,
    pub object: Option<ObjectRules>,
}

/// `enum` or `const`, sorted by kind.
#[derive(Debug, Default)]
pub struct Constants {
    pub null: bool,
    pub booleans: [bool; 2],
    pub numbers: Vec<f64>,
    /// In their order, to be found by halves.
    pub texts: Vec<Box<str>>,
    /// Arrays and objects; their equality is the authority's.
    pub containers: Option<Leaf>,
}

#[derive(Debug, Default)]
pub struct NumberRules {
    pub whole: bool,
    pub minimum: Option<f64>,
    pub above: Option<f64>,
    pub maximum: Option<f64>,
    pub below: Option<f64>,
    pub multiple: Option<Leaf>,
}

/// Lengths are in code points.
#[derive(Debug, Default)]
pub struct TextRules {
    pub minimum: usize,
    pub maximum: Option<usize>,
    /// `pattern` and `format`, as the authority understands them.
    pub form: Option<Leaf>,
}

#[derive(Debug)]
pub struct ArrayRules {
    pub minimum: usize,
    pub maximum: Option<usize>,
    pub first: Vec<NodeId>,
    pub rest: NodeId,
    pub unique: Option<Leaf>,
}

#[derive(Debug)]
pub struct ObjectRules {
    /// In the order of the schema, in which answers mostly come.
    pub fields: Vec<Field>,
    /// Where a name stands in `fields`; only for objects too wide to look through.
    pub index: Option<HashMap<Box<str>, usize>>,
    pub required: RequiredSet,
    pub patterns: Vec<(Leaf, NodeId)>,
    /// For a field that neither `properties` nor a pattern names.
    pub rest: NodeId,
    pub names: Option<NodeId>,
    pub minimum: usize,
    pub maximum: Option<usize>,
}

#[derive(Debug)]
pub struct Field {
    pub name: Box<str>,
    /// None: the name is only required, its value falls to the patterns and the rest.
    pub node: Option<NodeId>,
    pub required: Option<u8>,
}

// === impl NodeId ===

impl NodeId {
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

// === impl Program ===

impl Program {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.place()]
    }

    /// A place for a node that is filled later, as recursive schemas need it.
    pub fn reserve(&mut self) -> NodeId {
        self.add(Node::Anything)
    }

    pub fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        // The cap on a schema's nodes keeps this far from its end.
        NodeId(u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX))
    }

    pub fn fill(&mut self, id: NodeId, node: Node) {
        self.nodes[id.place()] = node;
    }
}

// === impl Rules ===

impl Rules {
    pub fn new() -> Self {
        Self {
            kinds: Kinds::ALL,
            constants: None,
            number: NumberRules::default(),
            text: None,
            array: None,
            object: None,
        }
    }

    pub fn is_free(&self) -> bool {
        self.kinds == Kinds::ALL
            && self.constants.is_none()
            && self.number.is_free()
            && self.text.is_none()
            && self.array.is_none()
            && self.object.is_none()
    }
}

// === impl NumberRules ===

impl NumberRules {
    /// Nothing here needs the number's value, its being whole apart.
    pub fn is_free(&self) -> bool {
        self.minimum.is_none()
            && self.above.is_none()
            && self.maximum.is_none()
            && self.below.is_none()
            && self.multiple.is_none()
    }
}

// === impl Kinds ===

/// A set of kinds of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b11_1111);

    pub fn of(kind: crate::json::Kind) -> Self {
        Self(1 << kind as u8)
    }

    pub fn has(self, kind: crate::json::Kind) -> bool {
        self.meets(Self::of(kind))
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

// === impl RequiredSet ===

/// Which of an object's required fields are still missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequiredSet([u64; Self::CAPACITY / 64]);

impl RequiredSet {
    /// Objects that require more go to the authority.
    pub const CAPACITY: usize = 256;

    pub fn insert(&mut self, bit: u8) {
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
    }

    pub fn remove(&mut self, bit: u8) {
        self.0[usize::from(bit / 64)] &= !(1 << (bit % 64));
    }

    pub fn is_empty(self) -> bool {
        self.0 == [0; Self::CAPACITY / 64]
    }
}
