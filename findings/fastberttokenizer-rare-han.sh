#!/usr/bin/env bash
# FastBertTokenizer 1.2.6 does not set Chinese characters beyond U+FFFF apart.
#
# BERT's tokenizer puts spaces around every Chinese character, so that each is a token of its own. Its rule names the blocks beyond
# U+FFFF too (CJK extensions B to F, compatibility supplement). FastBertTokenizer does so for the common block only: a rare character
# that stands beside another or beside a letter makes the whole run one unknown token, though the vocabulary has it.
#
# Seen, with both characters in the vocabulary:
#   a中e -> [CLS] a 中 e [SEP]
#   a𠀀e -> [CLS] [UNK] [SEP]      (U+20000; Hugging Face: [CLS] a 𠀀 e [SEP])
#
# The kit's tokenizer sets all blocks of BERT's rule apart (BasicTokenizer).
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
cat > app.cs <<'C'
#:package FastBertTokenizer@1.2.6
#:property PublishAot=false
using FastBertTokenizer;
string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "e", "\u4e2d", "\U00020000"];
var tokenizer = new BertTokenizer();
tokenizer.LoadVocabulary(new StringReader(string.Join("\n", vocabulary)), convertInputToLowercase: true);
foreach (string text in new[] { "a\u4e2de", "a\U00020000e" })
    Console.WriteLine(string.Join(" ", tokenizer.Encode(text).InputIds.ToArray().Select(id => vocabulary[id])));
C
seen=$(dotnet run app.cs)
expected="[CLS] a 中 e [SEP]
[CLS] [UNK] [SEP]"
[ "$seen" = "$expected" ] && echo "as described" || { echo "changed:"; echo "$seen"; exit 1; }
