#!/usr/bin/env bash
# Makes the demo model from nothing, on one machine the same every time:
#
#   data/training/make.sh TEXTS TREEBANK.conllu OUT
#
# TEXTS holds books/*.txt and ud-ewt-train.txt, a paragraph or sentence per line (note.md says which); TREEBANK.conllu is what
# the card tells of syntax (UD English EWT's dev part); OUT is the model's folder. A run that was stopped goes on where it was.
# Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
: "${PROSE_STEPS:=9000}" "${MIXED_STEPS:=3000}" "${LATE_STEPS:=3200}" "${SEED:=1}"
: "${SENTENCES:=300000}" "${AGREEMENT:=0.4}"           # of the grammar's text, and the part of them with nouns between subject and verb
: "${PRECISION:=bf16}"                                 # many times slower than fp32 where the processor does not compute in it
if [ $# -ne 3 ]; then sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
texts=${1%/} treebank=$2 out=${3%/}
for file in "$texts/ud-ewt-train.txt" "$texts/books" "$treebank"; do [ -e "$file" ] || { echo "$file: is not there" >&2; exit 1; }; done
attn() { dotnet "$here/../../artifacts/bin/attn.dll" "$@"; }
train() {                                              # train OUT OPTIONS…: begins, goes on, or finds it done
  if [ -e "$1/model.safetensors" ] && [ ! -e "$1/training-state.safetensors" ]; then return; fi
  local resume=()
  if [ -e "$1/training-state.safetensors" ]; then resume=(--resume); fi
  attn train-demo --out "$@" --seed "$SEED" --precision "$PRECISION" "${resume[@]}"
}
mkdir -p "$(dirname "$out")"
few=$(dirname "$out")/demo-few.txt grammar=$(dirname "$out")/demo-grammar.txt prose=$out-prose mixed=$out-mixed
[ -e "$few" ] || attn make-demo-data --text "$few" --sentences 20000 --agreement "$AGREEMENT" --seed 3
[ -e "$grammar" ] || attn make-demo-data --text "$grammar" --sentences "$SENTENCES" --agreement "$AGREEMENT"
ewt=$texts/ud-ewt-train.txt                            # three times, so that present-day English is not lost among the books

# Heads on the neighbours come with prose, hidden words alone, short examples first. The few sentences of the grammar are there
# for the vocabulary, which is learnt here.
train "$prose" --text "$texts"/books/*.txt "$ewt" "$ewt" "$ewt" "$few" --steps "$PROSE_STEPS" --batch-tokens 512 --rate 0.001 \
  --pair-weight 0 --short-until 0.6 --query-key-start 1.3 --fall-from 0.5 --evaluate-every 1500

# From there on with pairs and the grammar's text, which agreement comes with …
mix() { train "$@" --text "$texts"/books/*.txt "$ewt" "$ewt" "$ewt" "$grammar" --batch-tokens 1024 --rate 0.0009 --query-key-rate 3 --speaking-cost 0.02 --free-special-tokens; }
mix "$mixed" --start-from "$prose" --steps 7000 --stop-at "$MIXED_STEPS" --fall-from 0.2 --evaluate-every 1000 --late-from 0.4 --late-layers 2-11

# … and, while the learning rate falls to nothing, with the late phase in all layers: heads become sharp, and quiet ones rest.
mix "$out" --start-from "$mixed" --steps "$LATE_STEPS" --evaluate-every 800 --late-from 0 \
  --data-note "$here/note.md" --conllu "$treebank" "$here/../treebank/demo.conllu" --agreement "$here/../tasks/agreement.tsv"
