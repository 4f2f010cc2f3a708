//! Texts that repeat or look odd for good reasons. None may be hard, and none of the first table is even flagged.

use super::{flagged, sound};

const QUESTION: &str = "What can you tell me about this?";

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|index| line(index) + "\n").collect()
}

#[test]
fn legitimate_repetition_is_no_loop() {
    let zeros = format!("const M = [\n{}];", "  [0, 0, 0, 0, 0, 0, 0, 0],\n".repeat(20));
    for (name, text) in [
        ("a table of equal rows", format!("| city | temp |\n|---|---|\n{}", "| n/a | n/a |\n".repeat(40))),
        ("a wide table ruler", format!("|{}\n| a |", "---|".repeat(60))),
        ("a table of ticks", format!("| x | y |\n|:-:|:-:|\n{}", "| ✓ | ✗ |\n".repeat(30))),
        ("a JSON array of equal items", format!("[{}]", vec![r#"{"name":"none","value":0}"#; 50].join(","))),
        ("a pretty JSON array", format!("[\n{}]\n", "  {\n    \"ok\": true\n  },\n".repeat(30))),
        ("JSON that was cut", format!("{{\"items\": [{}", r#"{"name": "none"}, "#.repeat(40))),
        ("a JSON array of literals", format!("[{}]", vec!["null"; 100].join(", "))),
        ("a vector of zeros in JSON", format!("{{\"v\": [{}0.0]}}", "0.0, ".repeat(200))),
        ("code in a block", format!("Here:\n```c\n{}```\nDone.", "    nop();\n".repeat(60))),
        ("a zero matrix in code", zeros.clone()),
        ("a zero matrix in a block", format!("```js\n{zeros}\n```")),
        ("unrolled code without a block", "x = step(x);\n".repeat(16)),
        ("closing tags", format!("<div>{}text{}</div>", "<div>".repeat(20), "</div>".repeat(20))),
        ("hard spaces", format!("<p>a{}b</p>", "&nbsp;".repeat(40))),
        ("line breaks", format!("Hello{}", "<br>".repeat(22))),
        ("empty table cells", format!("<tr>{}</tr>", "<td></td>".repeat(20))),
        ("a LaTeX table head", format!("\\begin{{tabular}}{{|{}}}", "c|".repeat(40))),
        ("a markdown separator", format!("Part one\n\n{}\n\nPart two", "-".repeat(400))),
        ("a separator at the end", format!("Part one\n{}", "=".repeat(400))),
        ("starred separators", format!("a\n{}\nb", "* ".repeat(200))),
        ("box drawing", format!("┌{}┐\n│ x │\n└{}┘", "─".repeat(120), "─".repeat(120))),
        ("leaders of a table of contents", format!("Introduction {} 1\nMethod {} 2", ".".repeat(90), ".".repeat(96))),
        ("a progress bar", format!("[{}>] 99%", "#".repeat(200))),
        ("much white space", format!("a{}b{}", " ".repeat(3_000), "\n".repeat(3_000))),
        ("indentation by tabs", "\t".repeat(500) + "x"),
        ("base64 with zeros", format!("iVBORw0KGgoAAAANSUhEUgAA{}AElFTkSuQmCC", "A".repeat(300))),
        ("hex with zeros", format!("0x89ab4d1f22aa33bb{}", "00".repeat(120))),
        ("a data URL", format!("data:image/x-icon;base64,AAABAAEAEBAAAAEAIABoBAAAFgAAACg{}", "A".repeat(400))),
        ("a stretch of DNA", format!("The read is ACGTTGCAACGTAGCTTAGC{}GGC in the end.", "AT".repeat(40))),
        ("a log", lines(40, |n| format!("2024-05-01T10:00:{n:02}Z INFO connection accepted"))),
        ("a numbered list", lines(40, |n| format!("{n}. Check the connection and try the next one"))),
        ("a refrain", "Row, row, row your boat\nGently down the stream\nMerrily, merrily, merrily, merrily\nLife is but a dream\n".repeat(3)),
        ("laughter in a story", "He looked at me. \"Ha ha ha ha ha ha ha!\" And he was gone.".into()),
        ("a scream", format!("She fell: \"{}!\"", "a".repeat(50))),
        ("insistence", "No, no, no, no, no. That is not what I meant at all, and you know it.".into()),
        ("a long decimal", format!("1/3 = 0.{}…", "3".repeat(60))),
        ("ASCII art in a block", format!("```\n{}```", "XXXXXXXX\n".repeat(12))),
        ("ASCII art", "/\\/\\/\\/\\/\\\n\\/\\/\\/\\/\\/\n".repeat(8)),
        ("a chessboard", "X O X O X O X O\nO X O X O X O X\n".repeat(4)),
        ("a CSV of empty fields", "n/a,n/a,n/a,n/a\n".repeat(16)),
        ("emoji", "Great job! 🎉🎉🎉🎉🎉".into()),
        ("exclamation", "Stop!!!!!!!!!!!!!!!!".into()),
        ("Chinese prose", "春天来了，花开了。孩子们在公园里放风筝，老人们在树下下棋，一切都显得那么宁静而美好。".into()),
        ("Chinese laughter", "他笑道：“哈哈哈哈哈哈哈哈！”然后转身走了，再也没有回头。".into()),
        ("Japanese politeness", "はい、はい、はい。わかりました。それでは明日またお伺いします。".into()),
    ] {
        sound(name, &text, QUESTION);
    }
}

#[test]
fn writing_about_tokens_is_no_leak() {
    for (name, text) in [
        ("strike-through", "It was <s>20 euro</s> and is 15 now."),
        ("generic types", "Use Map<string, List<T>> and Vec<u8>; check a < b and arr[INST] too."),
        ("parser combinators", "expr <|> term, and in F# you write f <| x |> g."),
        ("quantum mechanics", "The mean is <|x|> and the overlap <a|b>."),
        ("BERT", "The input starts with [CLS], segments end with [SEP], and the rest is [PAD] up to 512."),
        ("footnotes", "See [1], [2] and [INSTALL] for more."),
        ("HTML", "<section><span>hi</span></section>"),
    ] {
        sound(name, text, QUESTION);
    }
}

#[test]
fn what_was_asked_for_is_at_most_flagged() {
    for (name, text, prompt) in [
        ("a word, repeated", "data ".repeat(200), "Repeat the word 'data' as often as you can"),
        ("a line, 100 times", "I must not talk in class.\n".repeat(100), "Write 'I must not talk in class.' 100 times"),
        ("letters", "a".repeat(300), "Write 300 times the letter a"),
        ("letters by quote", "a".repeat(300), "Answer with nothing but 'a', until you run out"),
        ("a song", "Around the world, around the world\n".repeat(60), "Give me the lyrics of that song"),
        ("a Chinese sentence", "我爱你中国。".repeat(50), "请重复五十遍：我爱你中国。"),
        ("labels", "positive\n".repeat(300), "For each review say positive or negative, one per row."),
        ("a loop from the prompt", "error again ".repeat(50), "Why does it log error again error again error again ?"),
        (
            "a template",
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n".into(),
            "Show me what ChatML looks like",
        ),
        ("a token of the prompt", "The turn ends with <|eot_id|> there.".into(), "What does <|eot_id|> do?"),
        ("a token in a code block", "```python\nstop = <|im_end|>\n```".into(), QUESTION),
        ("a token in inline code", "It ends with `<|im_end|>`.".into(), QUESTION),
        ("labels that nobody announced", "positive\n".repeat(60), QUESTION),
        ("labels in a line", "spam, ".repeat(30), QUESTION),
    ] {
        flagged(name, &text, prompt);
    }
}
