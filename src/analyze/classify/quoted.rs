//! What stands in quotes in an error message is a name, a value or the caller's own text: evidence of nothing.

#![forbid(unsafe_code)]

/// Longer quotations are the caller's text, not a model's or a parameter's name.
const NAME_CHARACTERS: usize = 64;

/// The message without its quotations.
pub(super) fn without_quotations(message: &str) -> String {
    rewrite(message, |_| false)
}

/// The message with names left in quotes, and longer quotations replaced by an ellipsis.
pub(super) fn without_long_quotations(message: &str) -> String {
    rewrite(message, |quotation| quotation.chars().count() <= NAME_CHARACTERS)
}

fn rewrite(message: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut plain = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((start, quote)) = opening(rest) {
        let inside = &rest[start + quote.len_utf8()..];
        let Some(end) = closing(inside, quote) else { break };
        plain.push_str(&rest[..start]);
        plain.push(quote);
        plain.push_str(if keep(&inside[..end]) { &inside[..end] } else { "…" });
        plain.push(quote);
        rest = &inside[end + quote.len_utf8()..];
    }
    plain.push_str(rest);
    plain
}

/// The first quote that opens: an apostrophe inside a word does not.
fn opening(text: &str) -> Option<(usize, char)> {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if matches!(c, '"' | '`') || (c == '\'' && !before.is_alphanumeric()) {
            return Some((at, c));
        }
        before = c;
    }
    None
}

/// The quote that closes: before an apostrophe's letter it is one.
fn closing(inside: &str, quote: char) -> Option<usize> {
    inside
        .match_indices(quote)
        .map(|(at, _)| at)
        .find(|&at| quote != '\'' || !inside[at + 1..].chars().next().is_some_and(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_go_and_apostrophes_stay() {
        for (message, expected) in [
            ("This model's limit isn't met", "This model's limit isn't met"),
            ("The model `gpt-4o` does not exist", "The model `…` does not exist"),
            ("Invalid 'rate limit' in \"429\"", "Invalid '…' in \"…\""),
            ("'it's a prompt' is bad", "'…' is bad"),
            ("an open 'quote stays", "an open 'quote stays"),
            ("", ""),
        ] {
            assert_eq!(without_quotations(message), expected);
        }
    }

    #[test]
    fn names_stay_and_prompts_go() {
        let prompt = "a prompt that goes on for quite a while ".repeat(3);
        assert_eq!(without_long_quotations(&format!("bad '{prompt}' for 'gpt-4o'")), "bad '…' for 'gpt-4o'");
    }
}
