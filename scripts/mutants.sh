#!/usr/bin/env bash
# Applies each patch of mutants/ to a copy of the sources and runs the tests of the runtime on it. A mutant that lives
# means that an invariant has no test. `bash scripts/mutants.sh [NAME]` runs those whose name holds NAME.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
export CARGO_TERM_COLOR=never CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/mutants"

caught=0 lived=0
for patch in mutants/*"${1:-}"*.patch; do
  rm -rf "$copy/tree" && mkdir "$copy/tree"
  cp -rp Cargo.toml Cargo.lock build.rs src tests benches index.d.ts "$copy/tree/"
  if ! patch --quiet --directory="$copy/tree" -p1 <"$patch"; then
    printf 'stale   %s: it no longer applies\n' "$patch"
    lived=$((lived + 1))
    continue
  fi
  # Cargo looks at times: what the patch touched is newer than any build.
  if ! (cd "$copy/tree" && cargo test --locked --no-default-features --lib --test call >"$copy/log" 2>&1); then
    if grep -q '^error: could not compile' "$copy/log"; then
      printf 'broken  %s: it does not compile\n' "$patch"
      lived=$((lived + 1))
      continue
    fi
    caught=$((caught + 1))
    printf 'caught  %s (%s)\n' "$patch" "$(head -1 "$patch")"
  else
    lived=$((lived + 1))
    printf 'LIVED   %s (%s)\n' "$patch" "$(head -1 "$patch")"
  fi
done
printf '%d passed, %d failed\n' "$caught" "$lived"
[ "$lived" -eq 0 ]
