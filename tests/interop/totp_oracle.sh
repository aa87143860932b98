#!/usr/bin/env bash
# Holds rootkeep's one-time codes against oathtool's (Debian: oathtool) for 30 random seeds, over
# every algorithm, both lengths, several periods and times that reach past 2038.
#
# usage: totp_oracle.sh PATH-OF-THE-EXAMPLE-totp_pipe
#   cargo build --example totp_pipe && tests/interop/totp_oracle.sh target/debug/examples/totp_pipe
set -euo pipefail

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 PATH-OF-THE-EXAMPLE-totp_pipe" >&2
    exit 2
fi
pipe=$1
command -v oathtool >/dev/null || { echo "$0: oathtool is not installed" >&2; exit 2; }

algorithms=(SHA1 SHA256 SHA512)
digits=(6 8)
periods=(30 60 15 300)
lengths=(40 20 10 16 32 64 33)
times=(0 59 1111111109 1234567890 1763683200 2147483647 2147483648 4102444799)

bad=0
checked=0
for i in $(seq 0 29); do
    algorithm=${algorithms[i % 3]}
    length=${digits[i / 3 % 2]}
    period=${periods[i / 6 % 4]}
    bytes=${lengths[i % 7]}
    time=${times[i % 8]}
    seed=$(head -c "$bytes" /dev/urandom | base32 -w0)
    label="Amazon%20Web%20Services:root-account-mfa-device@111122223333"
    uri="otpauth://totp/$label?secret=${seed//=/}&algorithm=$algorithm&digits=$length&period=$period"

    ours=$(printf '%s %s\n' "$uri" "$time" | "$pipe")
    theirs=$(oathtool --totp="$algorithm" --base32 --digits="$length" \
        --time-step-size="${period}s" --now="@$time" "$seed")
    checked=$((checked + 1))
    if [ "$ours" != "$theirs" ]; then
        bad=$((bad + 1))
        echo "differs: $algorithm, $length digits, $period s, $bytes bytes, at $time: $ours, oathtool $theirs" >&2
    fi
done

echo "totp_oracle: $checked seeds, $bad differences"
[ "$checked" -eq 30 ] && [ "$bad" -eq 0 ]
