#!/usr/bin/env bash
# Makes the tables of this folder anew:
#
#   data/minilm/make.sh SST-2-MAPS EWT.conllu [MODEL] [OUT]
#
# SST-2-MAPS is the folder that the tables of data/bert-base/ were made from: the tokens of the 97 sentences (sst2.tokens.jsonl) and
# the trees of 96 of them (sst2.conllu); its maps are not read. EWT.conllu is the dev part of UD English EWT 2
# (universaldependencies.org). MODEL is all-MiniLM-L6-v2, the encoder that comes with the build,
# unless a folder is given. OUT is where the tables go, this folder unless given. Takes about half a minute on two cores.
# Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
if [ $# -lt 2 ] || [ $# -gt 4 ]; then sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
data=$here/..
maps=${1%/} ewt=$2 model=${3:-all-MiniLM-L6-v2} out=${4:-$here}
for file in "$maps/sst2.tokens.jsonl" "$maps/sst2.conllu" "$ewt"; do [ -e "$file" ] || { echo "$file: is not there" >&2; exit 1; }; done
attn() { dotnet "$data/../artifacts/bin/attn.dll" "$@"; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# The sentences from their tokens: without [CLS] and [SEP], pieces joined.
sed -e 's/^.*"tokens": \["\[CLS\]", "//' -e 's/", "\[SEP\]"\].*$//' -e 's/", "##//g' -e 's/", "/ /g' "$maps/sst2.tokens.jsonl" > "$work/sst2.txt"

# All of the model's positions: no text is cut.
attn features --model "$model" --text "$data/texts/sentences.txt" --max-length 512 --out "$out/heads.csv"
attn text-features --model "$model" --text "$data/texts/sentences.txt" --max-length 512 --out "$out/texts.npz"
attn features --model "$model" --text "$work/sst2.txt" --max-length 512 --out "$out/heads.sst2.csv"
attn text-features --model "$model" --text "$work/sst2.txt" --max-length 512 --out "$out/texts.sst2.npz"
attn functions --model "$model" --conllu "$maps/sst2.conllu" --dependents 40 --out "$out/relations.sst2.csv"
attn functions --model "$model" --conllu "$data/treebank/demo.conllu" --dependents 900 --out "$out/relations.demo.csv"

# Each head chosen on one half of the sentences and scored on the other; the summary has a row per relation.
attn functions --model "$model" --conllu "$ewt" --held-out --out "$work/ewt.csv" --summary "$out/relations.ewt.csv"
