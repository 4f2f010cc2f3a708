//! What a check found: one result per dimension, and every violation with its place.

/// What a correct answer is measured in. The order is that of the report: cheap dimensions first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    Status,
    Structure,
    Completeness,
    Schema,
    Identity,
    Latency,
    Cost,
    Integrity,
    /// The user's own checks, run last and in JavaScript.
    Checks,
}

impl Dimension {
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::Structure,
        Self::Completeness,
        Self::Schema,
        Self::Identity,
        Self::Latency,
        Self::Cost,
        Self::Integrity,
        Self::Checks,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Structure => "structure",
            Self::Completeness => "completeness",
            Self::Schema => "schema",
            Self::Identity => "identity",
            Self::Latency => "latency",
            Self::Cost => "cost",
            Self::Integrity => "integrity",
            Self::Checks => "checks",
        }
    }
}

/// The outcome of one dimension. Ordered by gravity: the gravest of several findings counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Outcome {
    /// Not asked for, or not applicable to this answer.
    #[default]
    Skip,
    Pass,
    /// Delivered, and noted.
    Flag,
    /// Stops delivery.
    Fail,
}

impl Outcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Pass => "pass",
            Self::Flag => "flag",
            Self::Fail => "fail",
        }
    }
}

/// One thing found wrong or remarkable. Texts never quote the answer or the prompt: what was expected comes from
/// the contract, what came is described by kind, size or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub dimension: Dimension,
    /// `Flag` or `Fail`.
    pub outcome: Outcome,
    /// The fault this finding amounts to, by its name in the taxonomy (`analyze/fault/table.rs`): `schema_violation`.
    pub fault: &'static str,
    pub reason: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
    /// JSON pointer into the checked value.
    pub path: Option<String>,
}

impl Finding {
    pub fn fail(dimension: Dimension, fault: &'static str, reason: impl Into<String>) -> Self {
        Self {
            dimension,
            outcome: Outcome::Fail,
            fault,
            reason: reason.into(),
            expected: None,
            actual: None,
            path: None,
        }
    }

    pub fn flag(dimension: Dimension, fault: &'static str, reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Flag, ..Self::fail(dimension, fault, reason) }
    }

    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    #[must_use]
    pub fn actual(mut self, actual: impl Into<String>) -> Self {
        self.actual = Some(actual.into());
        self
    }

    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
}

/// The verdict on one answer. Plain results live in a small array, so that a good answer costs no allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    outcomes: [Outcome; Dimension::ALL.len()],
    findings: Vec<Finding>,
}

impl Verdict {
    /// Nothing stops delivery.
    pub fn passed(&self) -> bool {
        self.outcomes.iter().all(|outcome| *outcome != Outcome::Fail)
    }

    pub fn outcome(&self, dimension: Dimension) -> Outcome {
        self.outcomes[dimension as usize]
    }

    /// Every violation and every flag, in the order they were found.
    pub fn rewrite(&mut self, with: &impl Fn(&str) -> String) {
        for finding in &mut self.findings {
            for text in [&mut finding.expected, &mut finding.actual].into_iter().flatten() {
                *text = with(text);
            }
            finding.reason = with(&finding.reason);
        }
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The gravest finding of a dimension: the one its summary shows.
    pub fn finding(&self, dimension: Dimension) -> Option<&Finding> {
        let worst = self.outcome(dimension);
        self.findings.iter().find(|finding| finding.dimension == dimension && finding.outcome == worst)
    }

    /// The first violation, in the order of the dimensions: it names the fault of the attempt.
    pub fn violation(&self) -> Option<&Finding> {
        Dimension::ALL.iter().find_map(|&dimension| {
            self.findings.iter().find(|finding| finding.dimension == dimension && finding.outcome == Outcome::Fail)
        })
    }

    /// Turns the violations of this fault into flags. Says whether there were any.
    pub fn soften(&mut self, dimension: Dimension, fault: &str) -> bool {
        let mut changed = false;
        for finding in &mut self.findings {
            if finding.dimension == dimension && finding.fault == fault && finding.outcome == Outcome::Fail {
                finding.outcome = Outcome::Flag;
                changed = true;
            }
        }
        let worst =
            self.findings.iter().filter(|finding| finding.dimension == dimension).map(|finding| finding.outcome);
        if changed {
            self.outcomes[dimension as usize] = worst.max().unwrap_or(Outcome::Pass);
        }
        changed
    }

    /// Notes that a dimension was looked at and is in order, unless something worse is known of it.
    pub fn pass(&mut self, dimension: Dimension) {
        let outcome = &mut self.outcomes[dimension as usize];
        *outcome = (*outcome).max(Outcome::Pass);
    }

    pub fn add(&mut self, finding: Finding) {
        let outcome = &mut self.outcomes[finding.dimension as usize];
        *outcome = (*outcome).max(finding.outcome);
        self.findings.push(finding);
    }
}
