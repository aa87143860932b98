#!/usr/bin/env bash
# Prints every sheet with the example print_samples, from a seed that is known, on A4 and Letter, and
# reads the paper with other people's tools: zbarimg the codes (from pdftoppm's pages at 150 dpi, as
# they are and turned by 5 degrees), oathtool the seed in them, shamir-mnemonic the share, pdftotext
# the labels. No seed may be in the text of a sheet that was not asked for it.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program, beside which are the examples; a Python with
#   requirements.txt
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
samples=$(dirname "$rootkeep")/examples/print_samples
[ -x "$samples" ] || { echo "print.sh: cargo build --release --examples" >&2; exit 1; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
umask 077

fail() { echo "print.sh: $*" >&2; exit 1; }

seed=NOTASECRETSAMPLENOTASECRETSAMPLENOTASECRETSAMPLENOTASECRETSAMPLE
when="2025-11-21 14:05:00 UTC"

mkdir "$tmp/one" "$tmp/two" && cd "$tmp/one"
"$samples" . && "$samples" ../two
diff -r . ../two || fail "the same input gave other bytes"

# pictures FILE DEGREES: each page as a picture, turned on white.
pictures() {
    pdftoppm -r 150 -gray -png "$1.pdf" "$1"
    "$python" - "$1" "$2" <<'END'
import glob, sys
from PIL import Image
for name in glob.glob(sys.argv[1] + "-[0-9]*.png"):
    page = Image.open(name)
    page.rotate(float(sys.argv[2]), resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255).save(name)
END
}

codes=0
for paper in a4 letter; do
    for sheet in sheet sheet-text sheet-members share; do
        for degrees in 0 5 -5; do
            rm -f ./*.png
            pictures "$sheet-$paper" $degrees
            zbarimg --quiet --raw --oneshot -Sdisable -Sqrcode.enable ./*.png 2>/dev/null >read ||
                fail "no code is read from $sheet on $paper, turned by $degrees degrees"
            case $sheet in
                share)
                    "$python" -c 'import sys
from shamir_mnemonic.share import Share
share = Share.from_mnemonic(sys.stdin.read().strip())
assert (share.member_threshold, share.index, share.group_count, len(share.value)) == (2, 0, 1, 32)' <read ||
                        fail "the share on $paper is not one for shamir-mnemonic"
                    cp read "share-$paper.words"
                    ;;
                *)
                    found=$(sed -n 's/^otpauth:.*[?&]secret=\([A-Z2-7]*\).*/\1/p' read)
                    [ "$(oathtool --totp -b -N "$when" "$found")" = "$(oathtool --totp -b -N "$when" $seed)" ] ||
                        fail "another seed in $sheet on $paper, turned by $degrees degrees"
                    grep -q 'root-account-mfa-device@111122223333' read || fail "another device in $sheet on $paper"
                    ;;
            esac
            codes=$((codes + 1))
        done
    done
done
rm -f ./*.png
echo "$codes pages: every code was read"

# says FILE TEXT...: that these stand in its text.
says() {
    local file=$1 text
    shift
    pdftotext -layout "$file.pdf" "$file.txt"
    for text in "$@"; do
        grep -qF -- "$text" "$file.txt" || fail "\"$text\" is not in the text of $file.pdf"
    done
}
for paper in a4 letter; do
    for sheet in sheet sheet-text; do
        says "$sheet-$paper" "Sealed MFA backup" "If you found this" TB-0048213 London "1 of 3" 111122223333 \
            acme-management root-account-mfa-device@111122223333 "111122223333/mfa-seed, epoch 1" "Dave Osei" "Erin Nakamura" \
            "Acme root custody" "ledger 7c41e09b" "entry #42" "page 1 of 1" "SAMPLE"
    done
    says "sheet-members-$paper" "Also serves" 222233334444 "more: see the ledger"
    says "share-$paper" "Share of a sealed secret" "Alice Okafor" "Any 2 of 3 shares open it" "docs/recovery.md"
    says "inventory-$paper" "Inventory of london-a" qr-mgmt-1 TB-0048214 "witness Erin Nakamura" "Counted by: name" "page 1 of"
    says "form-$paper" "Record of an access" P-2025-007 qr-mgmt-1 "number on the bag" "page 2 of 2"
    says "form-blank-$paper" "form number" "lock counter before" "came at"
    says "script-$paper" "Seal a virtual MFA device" initials "Everybody signs the list"
    if grep -q TB-00482 "form-$paper.txt"; then fail "the form has bag numbers on it"; fi

    # Without its spaces and lines, so that groups of four count too.
    pdftotext "sheet-$paper.pdf" - | tr -d ' \n' >text
    if grep -qF NOTASECRET text; then fail "the seed is in the text of a sheet that was not asked for it"; fi
    pdftotext "sheet-text-$paper.pdf" - | tr -d ' \n' >text
    grep -qF $seed text || fail "the seed is not in the text of a sheet that was asked for it"

    # The words of the list, each after its number, are those of the code.
    "$python" -c 'import re, sys
text = open(sys.argv[1]).read().split("The share: 33 words")[1].split("Any 2 of 3")[0]
listed = dict(re.findall(r"\b(\d{1,2})\s+([a-z]{4,8})\b", text))
words = open(sys.argv[2]).read().split()
assert [listed.get(str(n + 1)) for n in range(33)] == words, listed' "share-$paper.txt" "share-$paper.words" ||
        fail "the words on $paper are not those of the code"
done
pdfinfo sheet-a4.pdf | grep -q 'A4' || fail "no A4"
pdfinfo sheet-letter.pdf | grep -q 'letter' || fail "no Letter"
for file in ./*.pdf; do
    # Columns from the right: object, generation, "uni", "sub", "emb".
    pdffonts "$file" | tail -n +3 >fonts
    [ -s fonts ] || fail "$file has no fonts"
    if awk '$(NF-4) != "yes" || $(NF-3) != "yes" || $(NF-2) != "yes"' fonts | grep .; then
        fail "$file has a font that is not embedded, not reduced or without Unicode"
    fi
done
if grep -alE 'otpauth|NOTASECRET' ./*.pdf; then fail "a secret stands in the open in the file itself"; fi
echo "labels, fonts and sizes are as they should be"

"$python" - map.svg map-full.svg <<'END'
import sys
import xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    root = tree.parse(name).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) > 50, name
    assert not [node.tag for node in root.iter() if node.tag.endswith(("script", "image", "a"))]
    if name == "map.svg":
        order = [text for text in texts if text in ("New York", "London", "東京 Tokyo")]
        assert order == ["New York", "London", "東京 Tokyo"], order
END
echo "the maps are SVG"
