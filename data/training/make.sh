#!/usr/bin/env bash
# Makes the demo model from nothing, on one machine the same every time:
#
#   data/training/make.sh TEXTS TREEBANK.conllu OUT
#
# TEXTS holds books/*.txt and ud-ewt-train.txt, a paragraph or sentence per line; TREEBANK.conllu is what the card tells of
# syntax (UD English EWT's dev part); OUT is the model's folder. A run that was stopped goes on where it was.
# Two runs, because of what was seen: heads on the neighbouring tokens form on prose, and stay when the grammar's
# sentences come; where these are there from the start, fewer form (data/README.md has the figures).
# Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
: "${PROSE:=7000}" "${STEPS:=9000}"                    # steps of the first run, on prose alone, and of the second
: "${SENTENCES:=250000}" "${AGREEMENT:=0.8}"           # of the grammar's text, and the part of them with nouns between subject and verb
: "${PRECISION:=fp32}"
if [ $# -ne 3 ]; then sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
texts=${1%/} treebank=$2 out=${3%/}
for file in "$texts/ud-ewt-train.txt" "$texts/books" "$treebank"; do [ -e "$file" ] || { echo "$file: is not there" >&2; exit 1; }; done
attn() { dotnet "$here/../../artifacts/bin/attn.dll" "$@"; }
mkdir -p "$(dirname "$out")"
prose=$out-prose grammar=$(dirname "$out")/demo-grammar.txt
ewt=$texts/ud-ewt-train.txt
both=("$texts"/books/[a-z]*.txt "$ewt" "$ewt" "$ewt")   # three times, so that present-day English is not lost among the books
# A run is done when its card is there and its state is gone.
train() {
  local folder=$1 resume=(); shift
  if [ -e "$folder/training-state.safetensors" ]; then resume=(--resume); elif [ -e "$folder/README.md" ]; then return; fi
  attn train-demo --out "$folder" --batch-tokens 512 --precision "$PRECISION" --rate 0.001 --evaluate-every 500 "$@" "${resume[@]}"
}

[ -e "$grammar" ] || attn make-demo-data --text "$grammar" --sentences "$SENTENCES" --agreement "$AGREEMENT"
train "$prose" --text "${both[@]}" --seed 1 --steps "$PROSE" --fall-from 0 --pair-weight 0
train "$out" --start-from "$prose" --text "${both[@]}" "$grammar" --seed 2 --steps "$STEPS" --fall-from 0.4 --pairs-from 0.3 \
  --late-from 0.7 --late-layers 5-8 --query-key-rate 4 --speaking-cost 0.01 --free-special-tokens \
  --data-note "$here/note.md" --conllu "$treebank" "$here/../treebank/demo.conllu" --agreement "$here/../tasks/agreement.tsv"
