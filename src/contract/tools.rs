//! Tool calls: does the model call what was declared, with arguments the declaration allows?
#![forbid(unsafe_code)]

use super::schema::{Checked, Options, cache};
use super::verdict::{Dimension, Finding, Outcome, Verdict};
use crate::json::Reader;
use crate::request::{Request, Tool};
use crate::response::{Answer, ToolCall};

/// Checks every call of every choice. `strict` where the user set a schema of their own: then a violation stops
/// delivery even where the tool did not promise to keep to its schema.
pub fn check(answer: &Answer<'_>, request: Option<&Request<'_>>, strict: bool, verdict: &mut Verdict) {
    for (choice_index, choice) in answer.choices.iter().enumerate() {
        for (index, call) in choice.tool_calls.iter().enumerate() {
            verdict.pass(Dimension::Schema);
            if let Some(finding) = judge(call, request, strict) {
                let path = format!("/choices/{choice_index}/message/tool_calls/{index}");
                let inner = finding.path.clone().unwrap_or_default();
                verdict.add(finding.at(path + &inner));
            }
        }
    }
}

fn judge(call: &ToolCall<'_>, request: Option<&Request<'_>>, strict: bool) -> Option<Finding> {
    let tool = match request {
        None => None,
        Some(request) => match request.tools.iter().find(|tool| tool.name == call.name) {
            Some(tool) => Some(tool),
            None => return Some(undeclared(call, request)),
        },
    };
    if call.free_text {
        return None;
    }
    // Some servers send nothing for a call without arguments; SDKs read that as an empty object.
    let (arguments, blank) =
        if call.arguments.trim().is_empty() { ("{}", true) } else { (call.arguments.as_ref(), false) };
    let mut reader = Reader::new(arguments);
    if let Err(error) = reader.skip().and_then(|()| reader.end()) {
        return Some(
            fail("tool_arguments_invalid", "the arguments of a tool call are not JSON")
                .expected("JSON")
                .actual(error.to_string())
                .at("/function/arguments"),
        );
    }
    let violation = tool.and_then(|tool| violates(tool, arguments));
    match violation {
        Some(finding) if blank || strict || tool.is_some_and(|tool| tool.strict) => Some(finding),
        Some(finding) => Some(Finding { outcome: Outcome::Flag, ..finding }),
        None if blank => Some(Finding::flag(
            Dimension::Schema,
            "tool_arguments_invalid",
            "the arguments of a tool call are blank, not an empty object",
        )),
        None => None,
    }
}

fn violates(tool: &Tool<'_>, arguments: &str) -> Option<Finding> {
    let schema = cache::get(tool.parameters?, &Options::default()).ok()?;
    match schema.check(arguments) {
        Checked::Invalid(violations) => violations.into_iter().next().map(|violation| {
            let mut finding =
                fail("tool_arguments_violation", "the arguments of a tool call violate the tool's schema: ");
            finding.reason.push_str(&violation.reason);
            finding.expected = violation.expected;
            finding.actual = violation.actual;
            finding.at(format!("/function/arguments{}", violation.path))
        }),
        Checked::Valid | Checked::NotJson(_) => None,
    }
}

fn undeclared(call: &ToolCall<'_>, request: &Request<'_>) -> Finding {
    let declared: Vec<&str> = request.tools.iter().take(8).map(|tool| tool.name.as_ref()).collect();
    fail("tool_undeclared", "the model called a tool that the request does not declare")
        .expected(if declared.is_empty() { "no tool call".to_owned() } else { declared.join(", ") })
        .actual(call.name.chars().take(64).collect::<String>())
}

fn fail(fault: &'static str, reason: &str) -> Finding {
    Finding::fail(Dimension::Schema, fault, reason)
}
