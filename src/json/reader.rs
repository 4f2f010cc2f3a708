//! The cursor: grammar and position, nothing kept.

use super::number::{self, Number};
use super::string;
use super::{Error, ErrorKind, MAX_DEPTH, Result};
use std::borrow::Cow;

/// What the next value is, told by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A cursor over one JSON text. Each method reads one whole value and leaves the cursor behind it; a copy of the
/// reader is a place to come back to.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte offset of the cursor.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Skips white space and tells what comes.
    pub fn peek(&mut self) -> Result<Kind> {
        self.space();
        match self.bytes().get(self.at) {
            Some(b'"') => Ok(Kind::String),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(_) => self.fail(ErrorKind::UnexpectedByte),
            None => self.fail(ErrorKind::UnexpectedEnd),
        }
    }

    pub fn null(&mut self) -> Result<()> {
        self.space();
        self.word("null")
    }

    pub fn bool(&mut self) -> Result<bool> {
        self.space();
        if self.bytes().get(self.at) == Some(&b't') {
            self.word("true").map(|()| true)
        } else {
            self.word("false").map(|()| false)
        }
    }

    pub fn number(&mut self) -> Result<Number<'a>> {
        self.space();
        let start = self.at;
        self.at = number::end(self.bytes(), start)?;
        Ok(Number::new(&self.text[start..self.at]))
    }

    /// A string, borrowed where it holds no escape.
    pub fn string(&mut self) -> Result<Cow<'a, str>> {
        self.space();
        if self.bytes().get(self.at) != Some(&b'"') {
            return self.wrong();
        }
        let (value, end) = string::read(self.text, self.at + 1)?;
        self.at = end;
        Ok(value)
    }

    /// The length of a string in code points, which needs no copy of it.
    pub fn string_length(&mut self) -> Result<usize> {
        self.space();
        if self.bytes().get(self.at) != Some(&b'"') {
            return self.wrong();
        }
        let (length, end) = string::length(self.text, self.at + 1)?;
        self.at = end;
        Ok(length)
    }

    /// An object: `field` is called with each key and must read exactly the value behind it.
    pub fn object(&mut self, mut field: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        let mut more = self.open_object()?;
        while more {
            let key = self.key()?;
            field(self, key)?;
            more = self.next_field()?;
        }
        Ok(())
    }

    /// An array: `item` is called before each element and must read exactly that element.
    pub fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let mut more = self.open_array()?;
        while more {
            item(self)?;
            more = self.next_item()?;
        }
        Ok(())
    }

    /// Step by step, for callers that stop for reasons of their own: enters an object and tells whether a key
    /// follows; an empty object is left again.
    pub fn open_object(&mut self) -> Result<bool> {
        self.open(b'{')?;
        Ok(!self.closes(b'}'))
    }

    /// The key of the next field; its value is next.
    pub fn key(&mut self) -> Result<Cow<'a, str>> {
        let key = self.string()?;
        self.space();
        self.byte(b':')?;
        Ok(key)
    }

    /// Reads the next key if it is spelt as `name` is, without escapes, and stays before any other.
    pub fn key_if(&mut self, name: &str) -> Result<bool> {
        self.space();
        let end = self.at + 1 + name.len();
        if self.bytes().get(end) != Some(&b'"')
            || self.bytes()[self.at] != b'"'
            || self.bytes()[self.at + 1..end] != *name.as_bytes()
        {
            return Ok(false);
        }
        self.at = end + 1;
        self.space();
        self.byte(b':')?;
        Ok(true)
    }

    /// Behind a field: does another follow? The object is left if not.
    pub fn next_field(&mut self) -> Result<bool> {
        self.more(b'}')
    }

    /// As [`open_object`](Self::open_object), for an array.
    pub fn open_array(&mut self) -> Result<bool> {
        self.open(b'[')?;
        Ok(!self.closes(b']'))
    }

    /// Behind an element: does another follow? The array is left if not.
    pub fn next_item(&mut self) -> Result<bool> {
        self.more(b']')
    }

    /// Any value, checked for its grammar and thrown away.
    pub fn skip(&mut self) -> Result<()> {
        match self.peek()? {
            Kind::Null => self.null(),
            Kind::Bool => self.bool().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::String => {
                self.at = string::end(self.bytes(), self.at + 1)?;
                Ok(())
            }
            Kind::Array => self.array(Self::skip),
            Kind::Object => self.skip_object(),
        }
    }

    /// Any value as the text it is written in.
    pub fn raw(&mut self) -> Result<&'a str> {
        self.space();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<()> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { self.fail(ErrorKind::TrailingText) }
    }

    /// For callers that want one kind of value and met another.
    pub fn wrong<T>(&self) -> Result<T> {
        match self.bytes().get(self.at) {
            None => self.fail(ErrorKind::UnexpectedEnd),
            Some(b'"' | b'{' | b'[' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9') => self.fail(ErrorKind::WrongKind),
            Some(_) => self.fail(ErrorKind::UnexpectedByte),
        }
    }

    fn skip_object(&mut self) -> Result<()> {
        let mut more = self.open_object()?;
        while more {
            self.space();
            self.byte(b'"')?;
            self.at = string::end(self.bytes(), self.at)?;
            self.space();
            self.byte(b':')?;
            self.skip()?;
            more = self.next_field()?;
        }
        Ok(())
    }

    #[inline]
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn fail<T>(&self, kind: ErrorKind) -> Result<T> {
        Err(Error { kind, at: self.at })
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes().get(self.at) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> Result<()> {
        if self.bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        self.wrong()
    }

    #[inline]
    fn byte(&mut self, byte: u8) -> Result<()> {
        match self.bytes().get(self.at) {
            Some(&found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => self.fail(ErrorKind::UnexpectedByte),
            None => self.fail(ErrorKind::UnexpectedEnd),
        }
    }

    #[inline]
    fn open(&mut self, bracket: u8) -> Result<()> {
        self.space();
        if self.bytes().get(self.at) != Some(&bracket) {
            return self.wrong();
        }
        if self.depth == MAX_DEPTH {
            return self.fail(ErrorKind::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Right behind the opening bracket: is the container empty?
    #[inline]
    fn closes(&mut self, bracket: u8) -> bool {
        self.space();
        let empty = self.bytes().get(self.at) == Some(&bracket);
        if empty {
            self.depth -= 1;
            self.at += 1;
        }
        empty
    }

    /// Behind an element: a comma, or the end of the container.
    #[inline]
    fn more(&mut self, bracket: u8) -> Result<bool> {
        self.space();
        match self.bytes().get(self.at) {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(&byte) if byte == bracket => {
                self.depth -= 1;
                self.at += 1;
                Ok(false)
            }
            Some(_) => self.fail(ErrorKind::UnexpectedByte),
            None => self.fail(ErrorKind::UnexpectedEnd),
        }
    }
}
