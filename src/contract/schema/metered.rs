//! The view of a value that the authority gets: a tree, or a text that needs none, behind a meter.
//!
//! The authority explores every alternative to the end when it explains, and alternatives of a recursive schema
//! multiply with every level of the value: 2 alternatives at 30 levels would take hours. It cannot be interrupted,
//! but it can only go where it is let: once the meter has run out, every value looks like null, nothing has
//! elements any more, and the authority is soon at its end. What it says then is worth nothing and is not used.

use jsonschema::JsonType;
use jsonschema::json::{self, Array, Json, NodeIdentity, Object};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::cell::Cell;

pub enum Metered {}

/// Looks at values that are left.
pub struct Meter(Cell<u64>);

/// A value as the authority sees it.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    held: Held<'a>,
    meter: &'a Meter,
}

#[derive(Clone, Copy)]
enum Held<'a> {
    Tree(&'a Value),
    Text(&'a str),
}

impl Meter {
    pub fn new(looks: u64) -> Self {
        Self(Cell::new(looks))
    }

    pub fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    fn spend(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 1
    }
}

impl<'a> Node<'a> {
    pub fn tree(value: &'a Value, meter: &'a Meter) -> Self {
        Self { held: Held::Tree(value), meter }
    }

    pub fn text(text: &'a str, meter: &'a Meter) -> Self {
        Self { held: Held::Text(text), meter }
    }

    fn value(&self) -> Option<&'a Value> {
        match self.held {
            Held::Tree(value) if self.meter.spend() => Some(value),
            Held::Tree(_) | Held::Text(_) => None,
        }
    }
}

// === impl Json ===

impl Json for Metered {
    type Node<'a> = Node<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Node<'_>) -> T) -> T {
        // A property's name has no depth to get lost in; the meter runs on with the object it belongs to.
        f(Node::text(string, &Meter::new(u64::MAX)))
    }
}

impl<'a> json::Node<'a, Metered> for Node<'a> {
    type Object = Fields<'a>;
    type Array = Items<'a>;
    type Number = &'a Number;

    fn as_object(&self) -> Option<Fields<'a>> {
        self.value()?.as_object().map(|map| Fields { map, meter: self.meter })
    }

    fn as_array(&self) -> Option<Items<'a>> {
        self.value()?.as_array().map(|items| Items { items, meter: self.meter })
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.held {
            Held::Text(text) => Some(Cow::Borrowed(text)),
            Held::Tree(_) => self.value()?.as_str().map(Cow::Borrowed),
        }
    }

    fn as_number(&self) -> Option<&'a Number> {
        self.value()?.as_number()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.value()?.as_bool()
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn json_type(&self) -> JsonType {
        match self.held {
            Held::Text(_) => JsonType::String,
            Held::Tree(_) => self.value().map_or(JsonType::Null, JsonType::from),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        match self.held {
            Held::Tree(value) => Cow::Borrowed(value),
            Held::Text(text) => Cow::Owned(Value::from(text)),
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self.held {
            Held::Tree(value) => Some(NodeIdentity::new(std::ptr::from_ref(value).addr())),
            Held::Text(_) => None,
        }
    }
}

// === impl Object ===

pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    meter: &'a Meter,
}

pub struct FieldsIter<'a> {
    fields: serde_json::map::Iter<'a>,
    meter: &'a Meter,
}

impl<'a> Object<'a, Metered> for Fields<'a> {
    type Node = Node<'a>;
    type MemberName = &'a str;
    type MembersIter = FieldsIter<'a>;

    fn len(&self) -> usize {
        self.map.len()
    }

    fn get(&self, key: &String) -> Option<Node<'a>> {
        self.map.get(key.as_str()).map(|value| Node::tree(value, self.meter))
    }

    fn members(&self) -> FieldsIter<'a> {
        FieldsIter { fields: self.map.iter(), meter: self.meter }
    }
}

impl<'a> Iterator for FieldsIter<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.fields.next().filter(|_| self.meter.spend())?;
        Some((name.as_str(), Node::tree(value, self.meter)))
    }
}

// === impl Array ===

pub struct Items<'a> {
    items: &'a [Value],
    meter: &'a Meter,
}

pub struct ItemsIter<'a> {
    items: std::slice::Iter<'a, Value>,
    meter: &'a Meter,
}

impl<'a> Array<'a, Metered> for Items<'a> {
    type Node = Node<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ItemsIter<'a> {
        ItemsIter { items: self.items.iter(), meter: self.meter }
    }

    fn is_unique(&self) -> bool {
        json::unique::is_unique(self.items)
    }
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let value = self.items.next().filter(|_| self.meter.spend())?;
        Some(Node::tree(value, self.meter))
    }
}
