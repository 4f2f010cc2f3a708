//! What an answer used.

#![forbid(unsafe_code)]

/// Tokens of one answer, by the kinds that providers price apart. The kinds are disjoint: `input` excludes cached
/// and audio tokens, `output` excludes reasoning and audio tokens, so that a cost is a plain sum of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    pub input: u64,
    pub cache_read: u64,
    /// Written to a cache that lives for minutes.
    pub cache_write: u64,
    /// Written to a cache that lives for an hour.
    pub cache_write_1h: u64,
    pub output: u64,
    pub reasoning: u64,
    pub audio_input: u64,
    pub audio_output: u64,
}

impl Usage {
    /// All tokens, as `maxTokens` counts them.
    pub fn total(&self) -> u64 {
        [self.output, self.reasoning, self.audio_output].into_iter().fold(self.prompt(), u64::saturating_add)
    }

    /// Two answers together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            cache_write_1h: self.cache_write_1h.saturating_add(other.cache_write_1h),
            output: self.output.saturating_add(other.output),
            reasoning: self.reasoning.saturating_add(other.reasoning),
            audio_input: self.audio_input.saturating_add(other.audio_input),
            audio_output: self.audio_output.saturating_add(other.audio_output),
        }
    }

    /// The tokens sent, which decide whether the price for long contexts applies.
    pub fn prompt(&self) -> u64 {
        [self.input, self.cache_read, self.cache_write, self.cache_write_1h, self.audio_input]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}
