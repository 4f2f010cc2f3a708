//! Texts that no person would accept, as broken decoders and servers make them. All are hard, whatever stands before.

use super::{flagged, unhealthy};
use correctover::contract::integrity::SignalKind::{RepetitionLoop, TemplateToken};

const QUESTION: &str = "What is the capital of France?";

const LEAD: &str = "The capital of France is Paris. It lies on the river Seine and has about two million people. ";

#[test]
fn loops_are_hard() {
    for (name, unit, times) in [
        ("a word", "the ", 40),
        ("two words", "of the ", 30),
        ("a phrase", "I'm sorry. ", 10),
        ("a sentence", "I cannot help you with that. ", 8),
        ("a long sentence", "I would like to point out that the city is also known as the city of light. ", 5),
        ("a line", "The capital of France is Paris.\n", 10),
        ("a line with a list mark", "- The capital of France is Paris\n", 10),
        ("a paragraph", "Paris is large.\n\nIt is also old, and people like to go there in spring.\n\n", 5),
        ("a question and its answer", "Q: What is the capital?\nA: The capital is Paris.\n\n", 8),
        ("a heading", "## Summary\n\nThe capital is Paris.\n\n", 8),
        ("stuttering", "Paris Paris ", 30),
        ("one letter", "G", 300),
        ("two letters", "ha", 200),
        ("a syllable", "lala", 100),
        ("exclamation marks", "!", 400),
        ("question marks", "? ", 300),
        ("at signs", "@", 300),
        ("replacement characters", "\u{fffd}", 120),
        ("emoji", "😂", 100),
        ("a word and punctuation", "and, and then, ", 20),
        ("thanks", "Thank you. ", 12),
        ("an import", "import numpy as np\n", 30),
        ("a Chinese sentence", "我不知道该说什么。", 12),
        ("a Chinese word", "巴黎是首都，", 20),
        ("a Chinese character", "的", 120),
        ("Japanese", "申し訳ありません。", 12),
        ("Korean", "죄송합니다. ", 12),
        ("Russian", "Я не знаю. ", 12),
        ("Arabic", "لا أعرف ماذا أقول. ", 8),
        ("German", "Es tut mir leid. ", 10),
        ("labels without end", "yes\n", 400),
        ("words in a line without end", "bla, ", 200),
    ] {
        let looped = unit.repeat(times);
        unhealthy(&format!("{name}, alone"), &looped, QUESTION, RepetitionLoop);
        unhealthy(&format!("{name}, behind an answer"), &format!("{LEAD}{looped}"), QUESTION, RepetitionLoop);
        let cut = looped.trim_end().char_indices().nth_back(0).map_or(0, |(at, _)| at);
        unhealthy(&format!("{name}, cut"), &format!("{LEAD}{}", &looped[..cut]), QUESTION, RepetitionLoop);
    }
}

#[test]
fn loops_in_strings_of_json_are_hard() {
    let looped = "I am not sure about that. ".repeat(12);
    unhealthy("whole", &format!(r#"{{"answer": "{looped}"}}"#), QUESTION, RepetitionLoop);
    unhealthy("cut", &format!(r#"{{"answer": "{looped}"#), QUESTION, RepetitionLoop);
    unhealthy(
        "lines",
        &format!(r#"{{"answer": "{}"}}"#, r"I am not sure about that.\n".repeat(12)),
        QUESTION,
        RepetitionLoop,
    );
}

#[test]
fn leaks_are_hard() {
    for (name, text) in [
        ("ChatML end", "Paris.<|im_end|>"),
        ("ChatML next turn", "Paris.<|im_end|>\n<|im_start|>user\nAnd of Spain?"),
        ("GPT end", "Paris.<|endoftext|>Question: what is"),
        ("Llama 3", "Paris.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nParis."),
        ("Llama 3 reserved", "Paris.<|reserved_special_token_12|>"),
        ("Llama 2", "Paris. [INST] And of Spain? [/INST]"),
        ("Llama 2 system", "<<SYS>>\nYou are helpful\n<</SYS>>\nParis."),
        ("end of sentence", "Paris.</s>"),
        ("end of sentence, many times", "Paris.</s></s></s>\n"),
        ("start of sentence", "<s> Paris."),
        ("unknown word", "The price is <unk>20."),
        ("padding", "Paris.[PAD][PAD][PAD][PAD]"),
        ("padding in front", "<pad><pad><pad>Paris."),
        ("Gemma", "Paris.<end_of_turn>\n<start_of_turn>user"),
        ("Gemma end", "apple<eos>"),
        ("Gemma unused", "Office:<unused6226><unused6226>"),
        ("Phi", "Paris.<|end|><|user|>"),
        ("harmony", "<|channel|>final<|message|>Paris."),
        (
            "harmony tool",
            "<|start|>assistant<|channel|>commentary to=functions.f<|constrain|>json<|message|>{}<|call|>",
        ),
        ("DeepSeek", "Paris.<｜end▁of▁sentence｜>"),
        ("DeepSeek tools", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function"),
        ("DeepSeek Coder", "答案正确。\n<|EOT|>\n<|EOT|>"),
        ("Mistral tools", "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}]"),
        ("Command", "Paris.<|END_OF_TURN_TOKEN|>"),
        ("Granite", "<|start_of_role|>assistant<|end_of_role|>Paris."),
        ("Kimi", "Paris<|im_assistant|>"),
        ("EXAONE", "파리입니다.[|endofturn|]"),
        ("Hermes", "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>"),
        ("in a string of JSON", r#"{"capital": "Paris<|im_end|>"}"#),
        ("behind code", "```js\nf()\n```<|im_end|>"),
        ("in code that never ends", "```js\nf()<|im_end|>"),
        ("behind a quotation", "He said \"Paris\".<|im_end|>"),
    ] {
        unhealthy(name, text, QUESTION, TemplateToken);
    }
}

#[test]
fn a_default_system_prompt_that_names_a_model_excuses_nothing() {
    let system = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant. Never repeat yourself.";
    unhealthy("leak", "Paris.<|im_end|>", system, TemplateToken);
    unhealthy("loop", &"I'm sorry. ".repeat(30), system, RepetitionLoop);
}

#[test]
fn an_echo_is_flagged() {
    let question = "Tell me in two or three sentences why Paris became the capital of France and not Lyon or Reims.";
    flagged("the question", question, question);
    flagged("with a role", &format!("User: {question}\nAssistant:"), question);
}
