//! What outsiders have said of the log, in words.

use crate::statement::Claim;
use crate::statement::outside::Witness;

/// In one line, without its author.
#[must_use]
pub fn claim(claim: &Claim) -> Option<String> {
    Some(match claim {
        Claim::Timestamp(stamp) => format!(
            "has had the checkpoint of {} entries dated {} by {}",
            stamp.at.size, stamp.time, stamp.authority
        ),
        Claim::Witness(witness) => format!(
            "has brought in the cosignature of {} under the checkpoint of {} entries",
            name(witness),
            witness.at.size
        ),
        _ => return None,
    })
}

/// What else it says.
pub fn details(claim: &Claim, lines: &mut Vec<String>) {
    match claim {
        Claim::Timestamp(stamp) => {
            lines.push(format!("  root      {}", stamp.at.root));
            lines.push(format!("  authority {}", stamp.authority));
            lines.push(format!("  certificate {}", stamp.certificate));
            lines.push(format!("  policy    {}", stamp.policy));
            lines.push(format!("  serial    {}", stamp.serial));
            lines.push(format!("  token     {}", stamp.token));
            lines.push(
                "  whether the authority is to be trusted is yours to say: openssl ts -verify"
                    .to_owned(),
            );
        }
        Claim::Witness(witness) => {
            lines.push(format!("  root      {}", witness.at.root));
            lines.push(format!("  key       {}", witness.vkey));
            lines.push(format!("  line      {}", witness.line));
        }
        _ => {}
    }
}

/// What a witness is called, by its key.
#[must_use]
pub fn name(witness: &Witness) -> &str {
    let vkey = witness.vkey.as_str();
    vkey.split_once('+').map_or(vkey, |(name, _)| name)
}
