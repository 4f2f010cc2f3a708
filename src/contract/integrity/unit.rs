//! What repeats: the unit of a run, and the kind of writing it is.
#![forbid(unsafe_code)]

/// One turn of a run, cut so that it begins after a separator: `positive\n` and not `itive\npos`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit<'a>(&'a str);

/// The kind of writing a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Blanks, lines and dots: separators, progress, leaders in a table of contents.
    Ruler,
    /// Other characters that are no words: `!`, emoji, the replacement character.
    Symbols,
    /// Numbers without a word: matrices, zero fill, decimals.
    Digits,
    /// Letters without a blank between them.
    Letters,
    /// A row of a table.
    Table,
    /// Code or tags outside of a code block.
    Markup,
    /// Lines of one or two letters: pictures made of characters.
    Pattern,
    /// A word or two per line.
    LabelInRows,
    /// A word or two per comma.
    LabelInLine,
    Words,
}

/// The longest label, in words.
const LABEL_WORDS: usize = 2;
/// The longest label without blanks, in characters: scripts that write none.
const LABEL_CHARS: usize = 24;
const LABEL_CHARS_CJK: usize = 3;

impl<'a> Unit<'a> {
    /// Of a run that holds at least two turns.
    pub(super) fn of(text: &'a str, start: usize, period: usize) -> Option<Self> {
        let start = (start..start + period).find(|at| text.is_char_boundary(*at))?;
        let turn = text.get(start..start + period)?;
        let cut = turn.find('\n').map(|at| at + 1);
        let cut = cut.or_else(|| {
            turn.find([' ', '，', '、']).map(|at| at + turn[at..].chars().next().map_or(1, char::len_utf8))
        });
        text.get(start + cut.unwrap_or(0)..start + cut.unwrap_or(0) + period).or(Some(turn)).map(Self)
    }

    pub(super) const fn len(self) -> usize {
        self.0.len()
    }

    pub(super) const fn as_str(self) -> &'a str {
        self.0
    }

    /// The words alone.
    pub(super) fn core(self) -> &'a str {
        self.0.trim_matches(|c: char| !c.is_alphanumeric())
    }

    pub(super) fn is_label(self) -> bool {
        matches!(self.shape(false), Shape::LabelInRows | Shape::LabelInLine)
    }

    /// In a JSON string a backslash is an escape, elsewhere it is code.
    pub(super) fn shape(self, escaped: bool) -> Shape {
        let unit = self.0;
        let is_word = |c: char| c.is_alphanumeric();
        let in_rows = unit.contains('\n') || (escaped && unit.contains("\\n"));
        if unit.contains(['|', '\t']) {
            return Shape::Table;
        }
        if !unit.contains(is_word) {
            return if unit.chars().all(is_ruler) { Shape::Ruler } else { Shape::Symbols };
        }
        if unit.chars().any(|c| "<>{}[]=;$@^~&`".contains(c))
            || (!escaped && unit.contains('\\'))
            || ["()", "(\"", "\",", "('", "',", "://"].iter().any(|code| unit.contains(code))
            || dense_commas(unit)
        {
            return Shape::Markup;
        }
        let letters = || unit.chars().filter(|c| c.is_alphabetic());
        let Some(first) = letters().next() else { return Shape::Digits };
        if !unit.contains(char::is_whitespace) && unit.chars().all(is_word) && !letters().any(is_cjk) {
            return Shape::Letters;
        }
        if in_rows && unit.len() > 2 && letters().all(|c| c == first) {
            return Shape::Pattern;
        }
        if self.core_is_short() {
            if in_rows {
                return Shape::LabelInRows;
            }
            if unit.contains([',', '、', '，', '/']) {
                return Shape::LabelInLine;
            }
        }
        Shape::Words
    }

    fn core_is_short(self) -> bool {
        let core = self.core();
        let longest = if core.chars().any(is_cjk) { LABEL_CHARS_CJK } else { LABEL_CHARS };
        core.split_whitespace().count() <= LABEL_WORDS && core.chars().count() <= longest
    }
}

/// What people draw lines with.
fn is_ruler(c: char) -> bool {
    c.is_whitespace()
        || "-_=*~#.·•…+|\\/:<>^`,".contains(c)
        || ('\u{2010}'..='\u{2015}').contains(&c)
        || ('\u{2500}'..='\u{259f}').contains(&c)
}

/// `a,b,c`: values, not a sentence.
fn dense_commas(unit: &str) -> bool {
    let bytes = unit.as_bytes();
    bytes.windows(2).any(|pair| pair[0] == b',' && pair[1].is_ascii_alphanumeric())
}

/// Scripts that write words without blanks.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unit: &str, expected: Shape) {
        assert_eq!(Unit(unit).shape(false), expected, "{unit:?}");
    }

    #[test]
    fn a_unit_is_told_by_what_it_is_made_of() {
        check("-", Shape::Ruler);
        check("=-\n", Shape::Ruler);
        check("──┼", Shape::Ruler);
        check("!", Shape::Symbols);
        check("😂", Shape::Symbols);
        check("\u{fffd}", Shape::Symbols);
        check("0, ", Shape::Digits);
        check("G", Shape::Letters);
        check("| a | b |\n", Shape::Table);
        check("<td>x</td>", Shape::Markup);
        check("foo()\n", Shape::Markup);
        check("N/A,N/A\n", Shape::Markup);
        check("XXXX\n", Shape::Pattern);
        check("positive\n", Shape::LabelInRows);
        check("not sure\n", Shape::LabelInRows);
        check("true, ", Shape::LabelInLine);
        check("是，", Shape::LabelInLine);
        check("very ", Shape::Words);
        check("I am so sorry.\n", Shape::Words);
        check("我不知道该说什么。", Shape::Words);
        check("哈", Shape::Words);
    }

    #[test]
    fn a_unit_begins_after_a_separator() {
        let text = "itive\npositive\npositive\n";
        assert_eq!(Unit::of(text, 0, 9), Some(Unit("positive\n")));
        let text = "道。我不知道。我不知道。";
        assert_eq!(Unit::of(text, 1, 15).map(Unit::len), Some(15));
    }
}
