#!/usr/bin/env bash
# Makes the demo model from nothing, on one machine the same every time:
#
#   data/training/make.sh TEXTS TREEBANK.conllu OUT
#
# TEXTS holds books/*.txt and ud-ewt-train.txt, a paragraph or sentence per line (note.md says which); TREEBANK.conllu is what
# the card says of syntax (UD English EWT's dev part); OUT is the model's folder, beside which what is between is kept. A run
# that was stopped goes on where it was, and what is done stays: another seed or size asks for another folder to put OUT in.
# Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
: "${PROSE_STEPS:=9000}" "${STEPS:=20000}" "${SEED:=1}"
: "${SENTENCES:=300000}" "${AGREEMENT:=0.4}"           # of the grammar's text, and the part of them with nouns between subject and verb
: "${PRECISION:=bf16}"                                 # many times slower than fp32 where the processor does not compute in it
if [ $# -ne 3 ]; then sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
texts=${1%/} treebank=$2 out=${3%/}
for file in "$texts/ud-ewt-train.txt" "$texts/books" "$treebank"; do [ -e "$file" ] || { echo "$file: is not there" >&2; exit 1; }; done
attn() { dotnet "$here/../../artifacts/bin/attn.dll" "$@"; }
ewt=$texts/ud-ewt-train.txt                            # three times, so that present-day English is not lost among the books
train() {                                              # train OUT GRAMMAR OPTIONS…: begins, goes on, or finds it done
  local to=$1 sentences=$2 resume=(); shift 2
  if [ -e "$to/training-state.safetensors" ]; then resume=(--resume); elif [ -e "$to/model.safetensors" ]; then echo "$to: is there"; return; fi
  attn train-demo --text "$texts"/books/*.txt "$ewt" "$ewt" "$ewt" "$sentences" --out "$to" --seed "$SEED" --precision "$PRECISION" \
    --batch-tokens 512 --rate 0.001 "$@" "${resume[@]}"
}
mkdir -p "$(dirname "$out")"
few=$(dirname "$out")/demo-few.txt grammar=$(dirname "$out")/demo-grammar.txt prose=$out-prose
[ -e "$few" ] || attn make-demo-data --text "$few" --sentences 20000 --agreement "$AGREEMENT" --seed 3
[ -e "$grammar" ] || attn make-demo-data --text "$grammar" --sentences "$SENTENCES" --agreement "$AGREEMENT"

# Heads on the neighbours come with prose and hidden words alone, short examples first, and several of them where each head is
# left out now and then. The few sentences of the grammar are there for the vocabulary, which is learnt here.
train "$prose" "$few" --steps "$PROSE_STEPS" --evaluate-every 1200 \
  --pair-weight 0 --short-until 0.6 --query-key-start 1.3 --head-dropout 0.2 --fall-from 0.5

# Agreement comes with the grammar's text; in the late phase heads of the layers 0 to 7 become sharp, and quiet ones rest.
train "$out" "$grammar" --start-from "$prose" --steps "$STEPS" --evaluate-every 2000 \
  --short-until 0.4 --head-dropout 0.1 --fall-from 0.4 --late-from 0.5 --late-layers 0-7 --query-key-rate 3 --speaking-cost 0.01 --free-special-tokens \
  --data-note "$here/note.md" --conllu "$treebank" "$here/../treebank/demo.conllu" --agreement "$here/../tasks/agreement.tsv"
