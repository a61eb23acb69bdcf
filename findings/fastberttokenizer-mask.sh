#!/usr/bin/env bash
# FastBertTokenizer 1.2.6 cuts "[MASK]" in a text into three tokens.
#
# BERT's own tokenizers (Hugging Face, Google) take a special token that stands in a text as that token. FastBertTokenizer takes it
# for a bracket, a word and a bracket. A model that shall name the hidden word then sees no hidden word, without an error.
#
# Seen: the [MASK] sat -> [CLS] the [ mask ] sat [SEP]. Hugging Face: [CLS] the [MASK] sat [SEP].
#
# The kit's tokenizer knows special tokens in a text (WordPieceTokenizer).
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
cat > app.cs <<'C'
#:package FastBertTokenizer@1.2.6
#:property PublishAot=false
using FastBertTokenizer;
string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[", "]", "mask", "the", "sat"];
var tokenizer = new BertTokenizer();
tokenizer.LoadVocabulary(new StringReader(string.Join("\n", vocabulary)), convertInputToLowercase: true);
Console.WriteLine(string.Join(" ", tokenizer.Encode("the [MASK] sat").InputIds.ToArray().Select(id => vocabulary[id])));
C
seen=$(dotnet run app.cs)
[ "$seen" = "[CLS] the [ mask ] sat [SEP]" ] && echo "as described" || { echo "changed:"; echo "$seen"; exit 1; }
