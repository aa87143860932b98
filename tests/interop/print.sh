#!/usr/bin/env bash
# First the sheets that the commands print, from a ledger made here: copies at the sealing, one of a
# release, a share, an inventory and a form. Then every sheet with the example print_samples, from a seed that is known, on A4 and Letter, and
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

# says FILE TEXT...: that these stand in its text.
says() {
    local file=$1 text
    shift
    pdftotext -layout "$file.pdf" "$file.txt"
    for text in "$@"; do
        grep -qF -- "$text" "$file.txt" || fail "\"$text\" is not in the text of $file.pdf"
    done
}
# ---- what the commands print -------------------------------------------------------------------

mkdir "$tmp/ledger" && cd "$tmp/ledger"
export HOME=$PWD XDG_STATE_HOME=$PWD/state XDG_CONFIG_HOME=$PWD/config
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
as() { local who=$1; shift; "$rootkeep" --batch -q -i "$who.key" "$@"; }
cards=()
for name in alice bob carol; do
    "$rootkeep" identity new "$name" --out . --plain >/dev/null
    cards+=(--card "$name.card")
done
all=(--with alice.key --with bob.key)
uri="otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=$seed&issuer=Amazon%20Web%20Services"
{
    as alice init acme.ledger --name 'Acme root custody' --threshold 2 "${cards[@]}"
    code=$(as alice --json show genesis | field code)
    for name in bob carol; do as "$name" --code "$code" sign genesis; done
    as alice "${all[@]}" quorum define board --threshold 2 --member alice --member bob --member carol
    as alice account import --organizations "$root/examples/organizations.json"
    as alice location add london-a --kind safe --site london --timezone Europe/London --access alice --access bob
    as alice location add tokyo-a --kind bank-box --site tokyo --timezone Asia/Tokyo --access carol
    printf '%s' "$uri" | as alice seal 111122223333/mfa-seed --quorum board --otpauth-stdin \
        --print london-a=TB-0048213 --print tokyo-a=TB-0048214 --print-out . --witness bob --call '+44 20 7946 0000'
    released=$(as alice --json request 111122223333/mfa-seed --purpose 'another copy' | field id)
    for name in bob carol; do as "$name" sign "$released"; done
    third=(print sheet "$released" --location tokyo-a)
    as alice "${third[@]}" --bag TB-0048215 --copy 3 --paper letter --out third.pdf
    as alice "${third[@]}" --bag TB-0048216 --copy 4 --seed-text --out fourth.pdf
    as bob print share 111122223333/mfa-seed --out share.pdf
    as bob print inventory tokyo-a --out inventory.pdf
    as bob print form tokyo-a --out form.pdf
    as bob location map --out map.svg
    as bob location map --out map.html
    as alice "${all[@]}" runbook add "$root/tests/interop/handover.toml"
    as bob print script handover --out script.pdf
    held=$(as alice --json ceremony start handover --practice --role lead=alice --role witness=bob --role watch=carol \
        --guest 'Jo Smith|Acme Audit|watch' --place 'Room 4' --timezone Europe/London | field id)
    as alice ceremony step "$held" open done --by alice --by bob --value bag=TB-0048999 --note 'it was dark'
    as bob ceremony leave "$held" bob --carrying 'a notebook'
    as alice ceremony enter "$held" bob
    as alice ceremony exception "$held" --by alice --by bob --expected 'two sheets' --happened 'one' --decided 'to go on'
    as alice ceremony step "$held" count deviated --by carol --note "twice"
    as bob print script "$held" --out running.pdf --proof running.tlog-proof
    as alice ceremony step "$held" close skipped --note "It stays open"
    finished=$(as alice --json ceremony finish "$held" --outcome completed --lesson 'A lamp|bob|2030-01-31' --surprise 'It was dark' | field id)
    as bob print script "$held" --out unsigned.pdf
    for name in bob carol; do as "$name" sign "$finished"; done
    as bob --json print script "$held" --paper letter --out performed.pdf --proof performed.tlog-proof >performed.json
    as bob show "$finished" --proof >shown.tlog-proof
    as bob show "$finished" --envelope >envelope
} >/dev/null

for sheet in 111122223333-qr-1 111122223333-qr-2 third fourth share; do
    [ "$(stat -c %a "$sheet.pdf")" = 600 ] || fail "others may read $sheet.pdf"
    for degrees in 0 5 -5; do
        rm -f ./*.png
        pictures "$sheet" $degrees
        zbarimg --quiet --raw --oneshot -Sdisable -Sqrcode.enable ./*.png 2>/dev/null >read ||
            fail "no code is read from $sheet, turned by $degrees degrees"
        if [ $sheet = share ]; then
            age -d -i bob.key "$(as bob shares export --out shares >/dev/null 2>&1; echo shares/*-00-01.age)" >words
            [ "$(cat read)" = "$(cat words)" ] || fail "the card has other words than the ledger"
            continue
        fi
        found=$(sed -n 's/^otpauth:.*[?&]secret=\([A-Z2-7]*\).*/\1/p' read)
        [ "$(oathtool --totp -b -N "$when" "$found")" = "$(oathtool --totp -b -N "$when" $seed)" ] ||
            fail "another seed in $sheet, turned by $degrees degrees"
        grep -q 'root-account-mfa-device@111122223333' read || fail "another device in $sheet"
    done
done
says 111122223333-qr-1 "Sealed MFA backup" TB-0048213 london-a "1 of 2" "witness bob" "Call +44 20 7946 0000" "entry #" \
    "111122223333/mfa-seed, epoch 1" "Acme root custody" "Example Corp Management"
says 111122223333-qr-2 TB-0048214 tokyo-a "2 of 2" JST
says third TB-0048215 "3 of 3"
says fourth TB-0048216 "4 of 4"
says share "Share of a sealed secret" bob "Any 2 of 3 shares open it" "111122223333/mfa-seed, epoch 1"
says inventory "Inventory of tokyo-a" TB-0048214 TB-0048215 TB-0048216 "MFA QR sheet" carol
says form "Record of an access" tokyo-a "rootkeep safe log" 111122223333
# Who reads a script aloud finds every step, what is to be written down, and the file's digest, spaces apart.
digest=$(sha256sum "$root/tests/interop/handover.toml" | cut -c1-64)
for sheet in script running unsigned performed; do
    says $sheet "Hand the sheet over" "Open the bag." "bag: Its number" "Count what is in it." "Close it."
    tr -d ' \n' <$sheet.txt | grep -qF "$digest" || fail "the digest of the file is not on $sheet.pdf"
done
says script "Script of a ceremony" practice production "Exception 3" "lead: name" "watch: name" initials
says running "Record: not complete, it goes on" "bag = TB-0048999" "note: it was dark" nothing "signs once it is over"
says unsigned "Record: complete, but not signed by everyone yet" "HAS NOT SIGNED YET"
says performed "Record: complete, and signed by everyone" "bag = TB-0048999" "done, by alice, bob" "deviated, by carol" \
    "skipped, by" "expected: two sheets" "decided: to go on" "bob left, with a notebook" "Jo Smith (Acme Audit)" \
    "A lamp (bob, until 2030-01-31)" "It was dark" "c2sp.org/tlog-proof@v1"
if grep -q "HAS NOT SIGNED" performed.txt; then fail "somebody has not signed what is signed"; fi
# The proof on paper is the one in the file, and its leaf is the envelope's hash.
cmp performed.tlog-proof shown.tlog-proof
leaf=$("$python" -c 'import hashlib,sys; print(hashlib.sha256(b"\0" + open(sys.argv[1], "rb").read()).hexdigest())' envelope)
grep -qF "$leaf" performed.txt || fail "the leaf hash on paper is not the envelope's"
[ "$("$python" -c 'import json; print(json.load(open("performed.json"))["proof"]["leaf"])')" = "$leaf" ] || fail "another leaf in the JSON"
"$python" - <<'END'
paper = "".join(open("performed.txt").read().split())
proof = "".join(open("performed.tlog-proof").read().split())
assert proof in paper, proof
END
if grep -q TB-00482 form.txt; then fail "the form has bag numbers on it"; fi
for sheet in 111122223333-qr-1 111122223333-qr-2 third; do
    pdftotext "$sheet.pdf" - | tr -d ' \n' >text
    if grep -qF NOTASECRET text; then fail "the seed is in the text of $sheet.pdf, which was not asked for it"; fi
done
pdftotext fourth.pdf - | tr -d ' \n' >text
grep -qF $seed text || fail "the seed is not in the text of a sheet that was asked for it"
if grep -alE 'otpauth|NOTASECRET' ./*.pdf; then fail "a secret stands in the open in the file itself"; fi
echo "what the commands print was read: 4 copies and a share, straight and turned; a script before and after"

# ---- every sheet on every paper -----------------------------------------------------------------

mkdir "$tmp/one" "$tmp/two" && cd "$tmp/one"
"$samples" . && "$samples" ../two
diff -r . ../two || fail "the same input gave other bytes"

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
    says "script-$paper" "The MFA device of a root user is lost or broken" initials "rootkeep request ACCOUNT/password" "page 2 of"
    says "performed-$paper" "Record: complete, and signed by everyone" "Erin Nakamura left, with token-17" c2sp.org/tlog-proof@v1
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

cp ../ledger/map.svg map-own.svg
"$python" - map.svg map-full.svg map-own.svg <<'END'
import sys
import xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    root = tree.parse(name).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) > 30, name
    assert not [node.tag for node in root.iter() if node.tag.endswith(("script", "image", "a"))]
    if name == "map.svg":
        order = [text for text in texts if text in ("New York", "London", "東京 Tokyo")]
        assert order == ["New York", "London", "東京 Tokyo"], order
END
echo "the maps are SVG"
