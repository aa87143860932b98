//! Prints one-time codes: for each line `OTPAUTH-URI UNIX-TIME` on stdin, one code on stdout.
//!
//! For `tests/interop/totp_oracle.sh`, which holds the codes against `oathtool`'s.

use std::io::{self, BufRead, Write};

use rootkeep::aws::otpauth::OtpAuth;
use rootkeep::crypto::secret::SecretText;
use rootkeep::crypto::totp;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let code =
            code(line?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        writeln!(out, "{}", code.expose())?;
    }
    out.flush()
}

fn code(line: String) -> Result<SecretText, String> {
    let (uri, time) = line
        .rsplit_once(' ')
        .ok_or("a line is: OTPAUTH-URI UNIX-TIME")?;
    let time: u64 = time
        .parse()
        .map_err(|_| "the time is not a whole number of seconds")?;
    let otp =
        OtpAuth::parse(&SecretText::new(uri.to_owned())).map_err(|error| error.to_string())?;
    Ok(totp::code(
        &otp.seed,
        otp.algorithm,
        otp.digits,
        otp.period,
        time,
    ))
}
