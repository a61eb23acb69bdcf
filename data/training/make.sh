#!/usr/bin/env bash
# Makes the demo model from nothing, on one machine the same every time:
#
#   data/training/make.sh TEXTS TREEBANK.conllu OUT
#
# TEXTS holds books/*.txt and ud-ewt-train.txt, a paragraph or sentence per line (note.md says which); TREEBANK.conllu is what
# the card tells of syntax (UD English EWT's dev part); OUT is the model's folder. A run that was stopped goes on where it was.
# Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
: "${STEPS:=26000}" "${SEED:=2}"
: "${SENTENCES:=400000}" "${AGREEMENT:=0.4}"           # of the grammar's text, and the part of them with nouns between subject and verb
: "${PRECISION:=bf16}"                                 # many times slower than fp32 where the processor does not compute in it
if [ $# -ne 3 ]; then sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
texts=${1%/} treebank=$2 out=${3%/}
for file in "$texts/ud-ewt-train.txt" "$texts/books" "$treebank"; do [ -e "$file" ] || { echo "$file: is not there" >&2; exit 1; }; done
attn() { dotnet "$here/../../artifacts/bin/attn.dll" "$@"; }
mkdir -p "$(dirname "$out")"
grammar=$(dirname "$out")/demo-grammar.txt
[ -e "$grammar" ] || attn make-demo-data --text "$grammar" --sentences "$SENTENCES" --agreement "$AGREEMENT"
resume=()
if [ -e "$out/training-state.safetensors" ]; then resume=(--resume); fi
ewt=$texts/ud-ewt-train.txt                            # three times, so that present-day English is not lost among the books
attn train-demo --text "$texts"/books/*.txt "$ewt" "$ewt" "$ewt" "$grammar" --out "$out" --seed "$SEED" \
  --steps "$STEPS" --batch-tokens 512 --precision "$PRECISION" --rate 0.001 --pairs-from 0.45 --fall-from 0.5 --evaluate-every 1300 \
  --late-from 0.8 --late-layers 3-8 --query-key-rate 4 --speaking-cost 0.01 --free-special-tokens \
  --data-note "$here/note.md" --conllu "$treebank" "$here/../treebank/demo.conllu" --agreement "$here/../tasks/agreement.tsv" "${resume[@]}"
