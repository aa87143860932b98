#!/usr/bin/env bash
# The page of an evidence bundle in Chromium: it checks itself, it finds every change and names the statement, nothing
# leaves it, everybody can use it, it prints, and a quarter's 5,000 statements don't make it slow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${ROOTKEEP_NPM:?tests/run.sh sets it}"

pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
ROOTKEEP_EVIDENCE_PAGES=$pages cargo test --release --locked --quiet --test it -- \
    --exact evidence_page::pages_for_the_browser_are_written_where_they_are_asked_for
node tests/interop/evidence_page.mjs "$pages" "$@"
