#!/usr/bin/env bash
# Makes the pictures in this folder anew: runs gallery.dib and has a headless Chromium (or what CHROMIUM names) draw its
# charts, one picture each, in the order of the names below. Needs the kit built: dotnet build -c Release src/AttentionNotebooks.Cli
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
names=(bert-base-clusters bert-base-distance layers bert-base-cluster-maps bert-base-tree minilm-map minilm-links)
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet "$here/../../artifacts/bin/attn.dll" run "$here/gallery.dib" --out "$work"
for i in "${!names[@]}"; do
  figure="fig-$((i + 1))"
  layout=$(grep -oE "\"$figure\", .*" "$work/gallery.html")
  side() { grep -oE "\"$1\":[0-9]+,\"height\":[0-9]+" <<< "$layout" | tail -1 | grep -oE '[0-9]+' | sed -n "$2p"; }
  # The page with the one figure over all the rest.
  { cat "$work/gallery.html"; echo "<style>#$figure { position: fixed; inset: 0; z-index: 9; background: #fff } .modebar { display: none }</style>"; } > "$work/one.html"
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" --virtual-time-budget=20000 --force-device-scale-factor=1.5 \
    --window-size="$(side width 1),$(side width 2)" --screenshot="$here/${names[$i]}.png" "file://$work/one.html" 2> "$work/browser.log"
  echo "${names[$i]}.png $(($(stat -c %s "$here/${names[$i]}.png") / 1000)) kB"
done
