//! The run of a program over a text: one walk with the reader, nothing built.

use super::leaf::Leaf;
use super::program::{
    ArrayRules, Branch, Constants, Node, NodeId, NumberRules, ObjectRules, Program, Rules, TextRules,
};
use crate::json::{self, Kind, Reader, finite};
use serde_json::Value;

/// Nodes that may be entered without leaving one. A schema may refer to itself for the same value, and unions
/// take several nodes for one level of JSON; whatever needs more than this goes to the authority.
const MAX_NESTING: u32 = 512;

/// Alternatives are tried by reading again. A text may be read this many times over before the authority, which
/// has a tree, is the cheaper judge.
const MAX_READINGS: usize = 8;

/// What trying one more alternative costs besides the bytes that it reads, and what a run starts with for it, both
/// in bytes. Without a price a schema could make us try exponentially many that read nothing.
const TRIAL: usize = 8;
const ALLOWANCE: usize = 1024 * TRIAL;

/// Why a run did not end in "valid".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    NotJson(json::Error),
    /// The value does not fit, or fits only as one of several equal keys.
    Refused,
    /// A limit of the run was reached.
    Unsure,
}

impl From<json::Error> for Stop {
    fn from(error: json::Error) -> Self {
        Self::NotJson(error)
    }
}

type Run = Result<(), Stop>;

/// Judges a whole text. What stopped the run comes with the furthest place that was refused, which among many
/// alternatives is where the closest one failed.
pub fn run(program: &Program, text: &str) -> Result<(), (Stop, usize)> {
    let mut reader = Reader::new(text);
    let rereads = text.len().saturating_mul(MAX_READINGS).saturating_add(ALLOWANCE);
    let mut walk = Walk { program, nesting: 0, furthest: 0, rereads };
    let run = walk.value(program.root, &mut reader).and_then(|()| Ok(reader.end()?));
    run.map_err(|stop| (stop, walk.furthest))
}

struct Walk<'p> {
    program: &'p Program,
    nesting: u32,
    furthest: usize,
    /// Bytes that may still be read again.
    rereads: usize,
}

impl Walk<'_> {
    fn value(&mut self, id: NodeId, reader: &mut Reader<'_>) -> Run {
        let program = self.program;
        if self.nesting == MAX_NESTING {
            return Err(Stop::Unsure);
        }
        self.nesting += 1;
        let run = match program.node(id) {
            Node::Anything => reader.skip().map_err(Stop::from),
            Node::Nothing => Err(Stop::Refused),
            Node::Rules(rules) => self.rules(rules, reader),
            Node::All(nodes) => self.all(nodes, reader),
            Node::Any(branches) => self.any(branches, reader),
            Node::Asked(leaf) => self.asked(leaf, reader),
        };
        if run == Err(Stop::Refused) {
            self.furthest = self.furthest.max(reader.position());
        }
        self.nesting -= 1;
        run
    }

    fn all(&mut self, nodes: &[NodeId], reader: &mut Reader<'_>) -> Run {
        let Some((&last, first)) = nodes.split_last() else { return Ok(reader.skip()?) };
        let start = *reader;
        for &node in first {
            self.value(node, reader)?;
            self.back(reader, start)?;
        }
        self.value(last, reader)
    }

    fn any(&mut self, branches: &[Branch], reader: &mut Reader<'_>) -> Run {
        let kind = reader.peek()?;
        let mut fitting = branches.iter().filter(|branch| branch.kinds.has(kind));
        let Some(mut branch) = fitting.next() else { return Err(Stop::Refused) };
        let start = *reader;
        for next in fitting {
            // The limits of nesting and text are the same for every branch.
            match self.value(branch.node, reader) {
                Err(Stop::Refused) => self.back(reader, start)?,
                decided => return decided,
            }
            branch = next;
        }
        self.value(branch.node, reader)
    }

    fn back<'a>(&mut self, reader: &mut Reader<'a>, start: Reader<'a>) -> Run {
        self.spend(reader.position() - start.position())?;
        *reader = start;
        Ok(())
    }

    fn spend(&mut self, read: usize) -> Run {
        self.rereads = self.rereads.checked_sub(read + TRIAL).ok_or(Stop::Unsure)?;
        Ok(())
    }

    fn rules(&mut self, rules: &Rules, reader: &mut Reader<'_>) -> Run {
        let kind = reader.peek()?;
        if !rules.kinds.has(kind) {
            return Err(Stop::Refused);
        }
        match kind {
            Kind::Null => {
                reader.null()?;
                accept(rules.constants.as_ref().is_none_or(|constants| constants.null))
            }
            Kind::Bool => {
                let found = reader.bool()?;
                accept(rules.constants.as_ref().is_none_or(|constants| constants.booleans[usize::from(found)]))
            }
            Kind::Number => {
                let number = reader.number()?;
                accept(rules.number.accept(number) && rules.constants.as_ref().is_none_or(|c| c.accept(finite(number))))
            }
            Kind::String if rules.text.is_none() && rules.constants.is_none() => Ok(reader.skip()?),
            Kind::String => match &rules.text {
                Some(text) if text.form.is_none() && rules.constants.is_none() => {
                    let length = reader.string_length()?;
                    accept(length >= text.minimum && text.maximum.is_none_or(|maximum| length <= maximum))
                }
                _ => accept(text(rules, &reader.string()?)),
            },
            Kind::Array | Kind::Object => {
                if let Some(constants) = &rules.constants {
                    self.constant(constants, reader)?;
                }
                match (&rules.array, &rules.object) {
                    (Some(rules), _) if kind == Kind::Array => self.array(rules, reader),
                    (_, Some(rules)) if kind == Kind::Object => self.object(rules, reader),
                    _ => Ok(reader.skip()?),
                }
            }
        }
    }

    /// Equal to one of the constants; the value is read again by whoever has more to say on it.
    fn constant(&mut self, constants: &Constants, reader: &mut Reader<'_>) -> Run {
        let Some(containers) = &constants.containers else { return Err(Stop::Refused) };
        let start = *reader;
        self.asked(containers, reader)?;
        self.back(reader, start)
    }

    fn asked(&mut self, leaf: &Leaf, reader: &mut Reader<'_>) -> Run {
        let start = reader.position();
        let value = json::value(reader)?;
        // A value below another that is asked is built again with it.
        self.spend(reader.position() - start)?;
        accept(leaf.accepts(&value))
    }

    fn array(&mut self, rules: &ArrayRules, reader: &mut Reader<'_>) -> Run {
        if let Some(unique) = &rules.unique {
            let start = *reader;
            self.asked(unique, reader)?;
            self.back(reader, start)?;
        }
        let mut length = 0;
        let mut more = reader.open_array()?;
        while more {
            self.value(rules.first.get(length).copied().unwrap_or(rules.rest), reader)?;
            length += 1;
            more = reader.next_item()?;
        }
        accept(length >= rules.minimum && rules.maximum.is_none_or(|maximum| length <= maximum))
    }

    fn object(&mut self, rules: &ObjectRules, reader: &mut Reader<'_>) -> Run {
        let mut missing = rules.required;
        let mut count = Count::new(rules);
        // Fields mostly come in the order of the schema: the one behind the last is the first guess.
        let mut guess = 0;
        let mut more = reader.open_object()?;
        while more {
            let (found, other) = match rules.fields.get(guess) {
                Some(field) if reader.key_if(&field.name)? => (Some(guess), None),
                _ => {
                    let key = reader.key()?;
                    (rules.find(&key), Some(key))
                }
            };
            let field = found.map(|place| &rules.fields[place]);
            if let Some(place) = found {
                guess = place + 1;
            }
            if let Some(bit) = field.and_then(|field| field.required) {
                missing.remove(bit);
            }
            let name: &str = other.as_deref().or(field.map(|field| &*field.name)).unwrap_or_default();
            count.add(name);
            if let Some(names) = rules.names {
                self.name(names, name)?;
            }
            self.field(rules, field.and_then(|field| field.node), name, reader)?;
            more = reader.next_field()?;
        }
        accept(missing.is_empty() && count.within(rules))
    }

    /// The value of a field, under every rule that its name falls under.
    fn field(&mut self, rules: &ObjectRules, own: Option<NodeId>, name: &str, reader: &mut Reader<'_>) -> Run {
        if rules.patterns.is_empty() {
            return self.value(own.unwrap_or(rules.rest), reader);
        }
        let mut nodes: Vec<NodeId> = own.into_iter().collect();
        nodes.extend(rules.patterns.iter().filter(|(pattern, _)| pattern.accepts_text(name)).map(|&(_, node)| node));
        if nodes.is_empty() {
            nodes.push(rules.rest);
        }
        self.all(&nodes, reader)
    }

    /// A field's name, judged as the string it is.
    fn name(&mut self, id: NodeId, name: &str) -> Run {
        if self.nesting == MAX_NESTING {
            return Err(Stop::Unsure);
        }
        self.nesting += 1;
        let run = match self.program.node(id) {
            Node::Anything => Ok(()),
            Node::Nothing => Err(Stop::Refused),
            Node::Rules(rules) => accept(rules.kinds.has(Kind::String) && text(rules, name)),
            Node::Asked(leaf) => accept(leaf.accepts_text(name)),
            Node::All(nodes) => nodes.iter().try_for_each(|&node| self.spend(0).and_then(|()| self.name(node, name))),
            Node::Any(branches) => {
                let mut run = Err(Stop::Refused);
                for branch in branches {
                    run = self.spend(0).and_then(|()| self.name(branch.node, name));
                    if run != Err(Stop::Refused) {
                        break;
                    }
                }
                run
            }
        };
        self.nesting -= 1;
        run
    }
}

fn accept(accepted: bool) -> Run {
    if accepted { Ok(()) } else { Err(Stop::Refused) }
}

fn text(rules: &Rules, text: &str) -> bool {
    rules
        .constants
        .as_ref()
        .is_none_or(|constants| constants.texts.binary_search_by(|constant| (**constant).cmp(text)).is_ok())
        && rules.text.as_ref().is_none_or(|rules| rules.accept(text))
}

impl TextRules {
    fn accept(&self, text: &str) -> bool {
        // A code point takes one to four bytes, so most lengths are decided without counting.
        let length = |most: usize| text.len() <= most || text.chars().count() <= most;
        self.maximum.is_none_or(length)
            && (self.minimum == 0 || !length(self.minimum - 1))
            && self.form.as_ref().is_none_or(|form| form.accepts_text(text))
    }
}

impl NumberRules {
    fn accept(&self, number: json::Number<'_>) -> bool {
        if self.is_free() {
            return !self.whole || number.is_plain_integer() || finite(number).fract() == 0.0;
        }
        let value = finite(number);
        (!self.whole || value.fract() == 0.0)
            && self.minimum.is_none_or(|limit| value >= limit)
            && self.above.is_none_or(|limit| value > limit)
            && self.maximum.is_none_or(|limit| value <= limit)
            && self.below.is_none_or(|limit| value < limit)
            && self.multiple.as_ref().is_none_or(|multiple| multiple.accepts(&Value::Number(json::double(value))))
    }
}

impl Constants {
    fn accept(&self, number: f64) -> bool {
        self.numbers.contains(&number)
    }
}

impl ObjectRules {
    fn find(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.fields.iter().position(|field| *field.name == *key),
        }
    }
}

/// How many fields an object has. Equal keys are one field, which matters only where several are asked for.
enum Count {
    Free,
    Fields(usize),
    Names(hashbrown::HashSet<Box<str>>),
}

impl Count {
    fn new(rules: &ObjectRules) -> Self {
        match (rules.minimum, rules.maximum) {
            (0, None) => Self::Free,
            (0 | 1, _) => Self::Fields(0),
            _ => Self::Names(hashbrown::HashSet::new()),
        }
    }

    fn add(&mut self, name: &str) {
        match self {
            Self::Free => {}
            Self::Fields(fields) => *fields += 1,
            Self::Names(names) => {
                names.get_or_insert_with(name, |name| name.into());
            }
        }
    }

    fn within(&self, rules: &ObjectRules) -> bool {
        let count = match self {
            Self::Free => return true,
            Self::Fields(fields) => *fields,
            Self::Names(names) => names.len(),
        };
        count >= rules.minimum && rules.maximum.is_none_or(|maximum| count <= maximum)
    }
}
