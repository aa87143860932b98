#!/usr/bin/env bash
# Makes the three fonts beside this script, which are Noto's reduced to what Rootkeep's paper needs:
# Latin, Greek and Cyrillic letters, punctuation, currency signs, arrows. No hints, no kerning, no
# characters without a picture (joiners, direction marks): text that has those must show them.
#
#   assets/fonts/make.sh FOLDER     FOLDER holds NotoSans-Regular.ttf, NotoSans-Bold.ttf (version 2.004)
#                                   and NotoSansMono-Regular.ttf (2.006), as in Debian's packages
#                                   fonts-noto-core and fonts-noto-mono, 20201225-1
#
# Needs fonttools (PyPI, 4.68.0). The same input gives the same bytes.
set -euo pipefail
from=$(cd "${1:?usage: make.sh FOLDER}" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

letters=U+0020-007E,U+00A0-00AC,U+00AE-024F,U+02BC,U+02C6,U+02C7,U+02D8-02DD,U+0300-0304,U+0306-030C
letters+=,U+0323,U+0327,U+0328,U+0370-03FF,U+0400-045F,U+0490,U+0491,U+1E00-1EFF
signs=U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032,U+2033,U+2039,U+203A,U+2044
signs+=,U+2070-208E,U+20A0-20BF,U+2116,U+2122,U+2150-215E
shapes=U+2190-2199,U+2212,U+2248,U+2260,U+2264,U+2265,U+25A0,U+25A1,U+25CB,U+25CF

reduce() { # reduce NAME CHARACTERS
    pyftsubset "$from/$1.ttf" --unicodes="$2" --output-file="$1.ttf" \
        --layout-features='' --no-hinting --drop-tables+=GPOS,GSUB,GDEF,DSIG,kern,meta,STAT \
        --name-IDs=0,1,2,3,4,5,6,13,14 --no-recalc-timestamp
    sha256sum "$1.ttf"
}
reduce NotoSans-Regular "$letters,$signs"
reduce NotoSans-Bold "$letters,$signs"
reduce NotoSansMono-Regular "$letters,$signs,$shapes"
