#!/usr/bin/env bash
# When a browser first shows something of each page that attn run wrote, and when all of its charts are drawn.
#   tests/AttentionNotebooks.Benchmarks/first-paint.sh [FOLDER]     (default: out)
# Real time in a headless Chromium (or what CHROMIUM names), each page three times from a cold start, the median told.
set -euo pipefail
folder=${1:-out}
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
probe='<script>addEventListener("load", function wait() { if (figures.length) return setTimeout(wait, 10);
  const drawn = Math.round(performance.now());
  setTimeout(() => console.log("PAINTED " + Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime) + " " + drawn), 300); });</script>'
printf '%-32s %8s %16s %14s\n' page MB 'first paint, ms' 'all drawn, ms'
for page in "$folder"/[0-9]*.html; do
  { cat "$page"; echo "$probe"; } > "$work/page.html"
  for run in 1 2 3; do
    "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile-$run" --enable-logging=stderr --timeout=20000 \
      --dump-dom "file://$work/page.html" 2>&1 >/dev/null | grep -oE 'PAINTED [0-9]+ [0-9]+' || true
    rm -rf "$work/profile-$run"
  done > "$work/times"
  median() { cut -d' ' -f"$1" "$work/times" | sort -n | sed -n 2p; }
  printf '%-32s %8s %16s %14s\n' "$(basename "$page" .html)" "$(awk "BEGIN { printf \"%.1f\", $(stat -c %s "$page") / 1e6 }")" "$(median 2)" "$(median 3)"
done
