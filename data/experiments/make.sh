#!/usr/bin/env bash
# Runs the experiments of this folder anew, at full size by default:
#
#   data/experiments/make.sh MODEL TREEBANK.conllu SST-2 [OUT]
#
# MODEL is a checkpoint with a masked-LM head; TREEBANK.conllu holds text that it has not read (its "# text" lines of 8 words
# or more are taken); SST-2 is GLUE's folder, with train.tsv and dev.tsv; OUT is where the results go, this folder unless given.
# Sizes are variables, here as they are at full size. WORK names a folder to keep what is between: with the same WORK, a run
# that was stopped goes on after the last part that it finished. OUT is written to in the end alone.
# Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
: "${MASKED:=800}" "${AGREEMENT:=800}" "${SST2:=872}"                 # items: learnt from, stopped by and tested on
: "${SEEDS:=5}" "${EPOCHS:=10}"                                       # of every calibration
: "${TUNE:=8000}" "${TUNE_EPOCHS:=3}" "${PRECISION:=fp32}"           # sentences, passes and precision of the fine-tuning; bf16 is faster where the processor computes in it, and many times slower elsewhere
: "${IMPORTANCE:=400}" "${PERMUTATIONS:=199}"                         # items that importance is measured on; runs of its null
: "${PRUNE:=400}" "${STEPS:=12}" "${ORDERS:=99}"                      # items, steps and random orders of the pruning: with 20, p adjusted for three orders is 0.14 at least
if [ $# -lt 3 ] || [ $# -gt 4 ]; then sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
data=$here/..
model=${1%/} treebank=$2 sst2=${3%/} out=${4:-$here}
for file in "$model/config.json" "$treebank" "$sst2/train.tsv" "$sst2/dev.tsv"; do [ -e "$file" ] || { echo "$file: is not there" >&2; exit 1; }; done
name=$(basename "$(cd "$model" && pwd)")
if [ -n "${WORK:-}" ]; then mkdir -p "$WORK"; work=$(cd "$WORK" && pwd); else work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; fi
attn() { dotnet "$data/../artifacts/bin/attn.dll" "$@"; }
# A part: the file that it is done with, what to do. Files come under their names when they are whole.
part() {
  local target=$1 began=$SECONDS; shift
  [ -e "$target" ] && return
  echo "== $(basename "$target")"
  "$@"
  echo "   $((SECONDS - began)) s"
}

# The texts.
unseen=$work/unseen.txt verbs=$work/verbs.txt
sed -n 's/^# text = //p' "$treebank" | awk 'NF >= 8' > "$unseen"
cut -f 2 "$data/tasks/agreement.tsv" | tail -n +2 > "$verbs"

# The model with classes, and the clusters of both by texts that nothing below is learnt from or tested on.
tuned=$work/$name-sst2
part "$tuned/README.md" attn fine-tune --model "$model" --task sst2 --train "$sst2/train.tsv" --limit "$TUNE" --dev "$sst2/dev.tsv" --epochs "$TUNE_EPOCHS" --rate 5e-4 --precision "$PRECISION" --out "$tuned"
for which in "$model" "$tuned"; do
  of=$work/$(basename "$(cd "$which" && pwd)")
  part "$of.heads.csv" attn features --model "$which" --text "$data/texts/sentences.txt" --out "$of.heads.csv"
  part "$of.clusters.csv" attn cluster --heads "$of.heads.csv" --k 4 --out "$of.clusters.csv"
done

# Calibrate: four ways to tie the heads, beside every control.
calibrate() { # task, model, limit, its items
  local task=$1 of=$2 limit=$3; shift 3
  part "$work/calibrate.$task.json" attn calibrate --model "$of" --task "$task" "$@" --limit "$limit" --clusters "$work/$(basename "$(cd "$of" && pwd)").clusters.csv" --seeds "$SEEDS" --epochs "$EPOCHS" \
    --out "$work/$task.calibration.json" --report "$work/calibrate.$task.csv" --json "$work/calibrate.$task.json"
}
calibrate masked "$model" "$MASKED" --text "$unseen"
calibrate agreement "$model" "$AGREEMENT" --items "$data/tasks/agreement.tsv"
calibrate sst2 "$tuned" "$SST2" --items "$sst2/dev.tsv"

# Explain: importance by features, each corpus also asked about another, and the model with classes about the one without.
importance() { # task, model, texts, its items
  local task=$1 of=$2 texts=$3 to=$work/$name.$1; shift 3
  part "$to.features.csv" attn features --model "$of" --text "$texts" --limit "$IMPORTANCE" --out "$to.features.csv"
  part "$to.importance.csv" attn importance --model "$of" --task "$task" "$@" --limit "$IMPORTANCE" --out "$to.importance.csv"
}
shuf --random-source=<(yes) "$verbs" > "$verbs.shuffled" # the file is sorted by attractors, and features take the first
tail -n +2 "$sst2/dev.tsv" | cut -f 1 > "$work/sst2.txt"
importance masked "$model" "$unseen" --text "$unseen"
importance agreement "$model" "$verbs.shuffled" --items "$data/tasks/agreement.tsv"
importance sst2 "$tuned" "$work/sst2.txt" --items "$sst2/dev.tsv"
explain() { # task, the other
  part "$work/explain.$1.json" attn explain --heads "$work/$name.$1.features.csv" --importance "$work/$name.$1.importance.csv" --test-heads "$work/$name.$2.features.csv" --test-importance "$work/$name.$2.importance.csv" \
    --permutations "$PERMUTATIONS" --coefficients "$work/explain.$1.csv" --out "$work/explain.$1.json"
}
explain masked agreement
explain agreement masked
explain sst2 masked

# Prune: heads out by features, gradient, ablation and at random.
prune() { # task, model, its items
  local task=$1 of=$2; shift 2
  part "$work/prune.$task.json" attn prune --model "$of" --task "$task" "$@" --limit "$PRUNE" --steps "$STEPS" --random-orders "$ORDERS" --out "$work/prune.$task.csv" --json "$work/prune.$task.json"
}
prune masked "$model" --text "$unseen"
prune agreement "$model" --items "$data/tasks/agreement.tsv"
prune sst2 "$tuned" --items "$sst2/dev.tsv"

mkdir -p "$out"
cp "$work"/{calibrate,explain,prune}.*.{json,csv} "$out/"
cp "$tuned/README.md" "$out/sst2-model.md"
echo "$out: $SECONDS s in all"
