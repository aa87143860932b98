//! Splitting a key into mnemonics.
//!
//! SLIP-39 "Generating the shares", always with the extendable flag, iteration exponent 0 and no
//! passphrase: the key has 256 bits already.

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::cipher::{self, Settings};
use super::digest::{self, DIGEST_BYTES, DIGEST_INDEX, SECRET_INDEX};
use super::error::{SchemeError, SplitError};
use super::gf256::{Point, interpolate};
use super::scheme::Scheme;
use super::share::{Mnemonic, ShareHeader};
use crate::crypto::secret::Key32;

/// Splits a key: one list of mnemonics for each group of the scheme, in the scheme's order.
///
/// SLIP-39 "GenerateShares". Split a key once: a second split under the same key gives its holders
/// more than the scheme says. The identifier is random, so the shares of two splits can be told apart.
///
/// # Errors
/// A scheme that [`Scheme::check`] refuses, or no randomness from the system.
pub fn split(
    rng: &dyn SecureRandom,
    secret: &Key32,
    scheme: &Scheme,
) -> Result<Vec<Vec<Mnemonic>>, SplitError> {
    scheme.check()?;
    let identifier = random_identifier(rng)?;
    let settings = Settings {
        identifier,
        extendable: true,
        iteration_exponent: 0,
    };
    let encrypted = cipher::encrypt(secret.expose(), b"", settings);

    let groups = scheme.groups.len();
    let group_count = u8::try_from(groups).map_err(|_| SchemeError::Groups { found: groups })?;
    let parts = split_secret(rng, scheme.groups_needed, group_count, &encrypted)?;
    let mut groups = Vec::with_capacity(parts.len());
    for (part, group) in parts.iter().zip(&scheme.groups) {
        let members = split_secret(rng, group.threshold, group.members, &part.y)?;
        let header = |member: &Point| ShareHeader {
            identifier,
            extendable: settings.extendable,
            iteration_exponent: settings.iteration_exponent,
            group: part.x,
            groups_needed: scheme.groups_needed,
            groups: group_count,
            member: member.x,
            threshold: group.threshold,
            secret_bytes: encrypted.len(),
        };
        groups.push(
            members
                .iter()
                .map(|member| Mnemonic::encode(header(member), &member.y))
                .collect(),
        );
    }
    Ok(groups)
}

/// SLIP-39 "SplitSecret": shares at the indices from 0 to `count - 1`.
///
/// The caller has checked the scheme. The coefficients are never drawn themselves: `threshold - 2`
/// shares and the digest's random are, uniformly over all 256 values of a byte, and the polynomial
/// through them, the digest and the secret is what it is. So zero is as likely as any other
/// coefficient (RUSTSEC-2024-0398).
pub(super) fn split_secret(
    rng: &dyn SecureRandom,
    threshold: u8,
    count: u8,
    secret: &Zeroizing<Vec<u8>>,
) -> Result<Vec<Point>, SplitError> {
    if threshold == 1 {
        return Ok((0..count)
            .map(|x| Point {
                x,
                y: secret.clone(),
            })
            .collect());
    }
    let mut base = Vec::with_capacity(threshold.into());
    for x in 0..threshold.saturating_sub(2) {
        base.push(Point {
            x,
            y: random(rng, secret.len())?,
        });
    }
    let digest_random = random(rng, secret.len().saturating_sub(DIGEST_BYTES))?;
    base.push(Point {
        x: DIGEST_INDEX,
        y: digest::seal(&digest_random, secret),
    });
    base.push(Point {
        x: SECRET_INDEX,
        y: secret.clone(),
    });

    let base: Vec<&Point> = base.iter().collect();
    Ok((0..count)
        .map(|x| Point {
            x,
            y: interpolate(x, &base),
        })
        .collect())
}

fn random(rng: &dyn SecureRandom, length: usize) -> Result<Zeroizing<Vec<u8>>, SplitError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    rng.fill(&mut bytes).map_err(|_| SplitError::Randomness)?;
    Ok(bytes)
}

/// SLIP-39 "Format of the share mnemonic": fifteen random bits.
fn random_identifier(rng: &dyn SecureRandom) -> Result<u16, SplitError> {
    let mut bytes = [0; 2];
    rng.fill(&mut bytes).map_err(|_| SplitError::Randomness)?;
    Ok(u16::from_be_bytes(bytes) & 0x7fff)
}

#[cfg(test)]
mod tests {
    use super::super::gf256::{inverse, multiply};
    use super::*;
    use ring::rand::SystemRandom;

    /// The coefficient of the square, byte by byte: the divided difference of the points at 0, 1, 2.
    fn highest_coefficient(points: &[Point]) -> impl Iterator<Item = u8> {
        let weights = [(1, 2), (1, 3), (2, 3)].map(|(a, b)| inverse(multiply(a, b)));
        (0..points[0].y.len()).map(move |byte| {
            let terms = points.iter().zip(weights);
            terms.fold(0, |sum, (point, weight)| {
                sum ^ multiply(point.y[byte], weight)
            })
        })
    }

    /// Pearson's statistic over 256 values has 255 degrees of freedom: a mean of 255, a deviation of
    /// 22.6. A generator that never drew zero would add 3,900 with a million coefficients.
    #[test]
    fn a_million_coefficients_are_uniform_over_all_256_values() {
        let rng = SystemRandom::new();
        let secret = Zeroizing::new(vec![0x5a; 32]);
        let mut seen = [0u32; 256];
        for _ in 0..31_250 {
            let shares = split_secret(&rng, 3, 3, &secret).unwrap();
            for byte in highest_coefficient(&shares) {
                seen[usize::from(byte)] += 1;
            }
        }
        assert_eq!(seen.iter().sum::<u32>(), 1_000_000);
        let expected = 1_000_000.0 / 256.0;
        let deviation = |count: &u32| (f64::from(*count) - expected).powi(2) / expected;
        let statistic: f64 = seen.iter().map(deviation).sum();
        assert!((130.0..430.0).contains(&statistic), "{statistic}");
    }

    #[test]
    fn identifiers_use_fifteen_bits_and_only_those() {
        let rng = SystemRandom::new();
        let (mut ones, mut zeros) = (0, 0);
        for _ in 0..200 {
            let identifier = random_identifier(&rng).unwrap();
            ones |= identifier;
            zeros |= !identifier & 0x7fff;
        }
        assert_eq!((ones, zeros), (0x7fff, 0x7fff));
    }

    #[test]
    fn a_refused_scheme_splits_nothing() {
        let refused = split(
            &SystemRandom::new(),
            &Key32::new([0; 32]),
            &Scheme::single(1, 1),
        );
        assert!(matches!(refused, Err(SplitError::Scheme(_))));
    }
}
