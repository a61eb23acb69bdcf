#!/usr/bin/env bash
# Tries the job array of src/AttentionNotebooks.Cli/Slurm on a real Slurm of one node, with a node failure in the middle:
# the node's daemon and a shard's processes are killed, the node is told to be down, brought back, and Slurm requeues.
# Wants root and Debian's packages slurmctld, slurmd, slurm-client and munge, and a built kit. Takes some minutes, most of
# them Slurm's own wait before a requeued task. Ends with the two tables' hashes; exit 1 where they differ.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
dir=$(mktemp -d) host=$(hostname -s)
export SLURM_CONF=$dir/slurm.conf ATTN="dotnet $root/artifacts/bin/attn.dll" PARTS=$dir/parts
mkdir -p "$dir/state" "$dir/spool" /run/munge
cat > "$SLURM_CONF" <<C
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
SlurmctldPort=26817
SlurmdPort=26818
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdTimeout=30
KillWait=2
JobRequeue=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
C
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap finish EXIT
if ! munge -n >/dev/null 2>&1; then
  chown munge: /run/munge
  runuser -u munge -- /usr/sbin/munged --foreground & started+=($!)
  sleep 1
fi
slurmctld -D & started+=($!)
slurmd -D & node=$!
started+=("$node")
until sinfo -h -o %T | grep -q idle; do sleep 1; done

# Long enough that a shard can be caught in its middle.
for _ in {1..40}; do cat "$root/data/texts/sentences.txt"; done > "$dir/texts.txt"
options=(--model "$root/data/demo-bert" --text "$dir/texts.txt" --save-every 0.2)
cd "$dir"
array=$(sbatch --parsable --array=0-3 "$root/src/AttentionNotebooks.Cli/Slurm/features.sbatch" "${options[@]}")
merge=$(sbatch --parsable --dependency=afterok:"$array" "$root/src/AttentionNotebooks.Cli/Slurm/merge.sbatch" "$dir/merged.csv")

# The failure: when one shard is done and another has saved its state.
until ls parts/*.sums >/dev/null 2>&1 && ls parts/*.partial >/dev/null 2>&1; do sleep 0.2; done
lost=$(squeue -h -t R -o %i)
mapfile -t work < <(for job in $lost; do scontrol listpids "$(scontrol show job "$job" -o | grep -o '^JobId=[0-9]*' | cut -d= -f2)" | awk 'NR > 1 && $1 > 0 { print $1 }'; done)
# Their keeper, slurmstepd, too, and first: it would report a job that failed, which a lost node cannot.
mapfile -t keepers < <(for pid in "${work[@]}"; do ps -o ppid= -p "$pid"; done | sort -u | while read -r pid; do [[ $(ps -o comm= -p "$pid") == slurmstepd ]] && echo "$pid"; done)
kill -9 "$node" "${keepers[@]}" "${work[@]}" || true
echo "node killed while task $lost ran; files then: $(ls parts | tr '\n' ' ')"
scontrol update NodeName="$host" State=DOWN Reason=injected
sleep 2
slurmd -D & started+=($!)
sleep 2
scontrol update NodeName="$host" State=RESUME || true
until [[ -z $(squeue -h) ]] || squeue -h -o %r | grep -q DependencyNeverSatisfied; do sleep 2; done
scontrol show job "$array" -o | grep -oE '(ArrayTaskId|JobState|Restarts)=[^ ]*' | paste - - - || true
scontrol show job "$merge" -o | grep -oE 'JobState=[^ ]*' || true
cat slurm-"$array"_*.out

$ATTN features "${options[@]}" --out "$dir/single.csv"
sha256sum merged.csv single.csv
cmp merged.csv single.csv && echo "the merged table is the single run's, byte for byte"
