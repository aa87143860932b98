//! GF(256) and interpolation in it, in constant time.
//!
//! SLIP-39 "Shamir's secret-sharing": the Rijndael field, x^8 + x^4 + x^3 + x + 1. Products are made
//! of shifts and masks, because a logarithm table read at a secret index shows that index to
//! whoever shares the cache (GHSA-vq4h-9ghm-qmrr).

use zeroize::Zeroizing;

/// One point of a shared polynomial: `y[k]` is the value of the k-th byte's polynomial at `x`.
#[derive(Clone)]
pub(super) struct Point {
    /// Index of the share; public.
    pub(super) x: u8,
    /// Value of the share; secret.
    pub(super) y: Zeroizing<Vec<u8>>,
}

/// Eight field elements, each in a byte of its own.
type Lanes = [u8; 8];

/// The product of each lane with `factor`: eight elements are shifted and masked as one number.
fn multiply_lanes(lanes: Lanes, factor: u8) -> Lanes {
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let mut product = 0;
    let mut shifted = u64::from_ne_bytes(lanes);
    let mut bits = u64::from(factor);
    for _ in 0..8 {
        product ^= shifted & (bits & 1).wrapping_neg();
        bits >>= 1;
        let overflow = (shifted & HIGHEST) >> 7;
        shifted = ((shifted & !HIGHEST) << 1) ^ (overflow * 0x1b);
    }
    product.to_ne_bytes()
}

/// The product of two field elements.
pub(super) fn multiply(a: u8, b: u8) -> u8 {
    let [product, ..] = multiply_lanes([a, 0, 0, 0, 0, 0, 0, 0], b);
    product
}

/// Adds `weight` times each value to the sum beside it.
fn add_weighted(sums: &mut [u8], values: &[u8], weight: u8) {
    for (sums, values) in sums.chunks_mut(8).zip(values.chunks(8)) {
        let mut lanes = Zeroizing::new(Lanes::default());
        for (lane, value) in lanes.iter_mut().zip(values) {
            *lane = *value;
        }
        *lanes = multiply_lanes(*lanes, weight);
        for (sum, lane) in sums.iter_mut().zip(lanes.iter()) {
            *sum ^= lane;
        }
    }
}

/// The inverse of a field element, and zero for zero: `a^254`, which is `a^2 * a^4 * ... * a^128`.
pub(super) fn inverse(a: u8) -> u8 {
    let mut power = a;
    let mut product = 1;
    for _ in 0..7 {
        power = multiply(power, power);
        product = multiply(product, power);
    }
    product
}

/// The values at `x` of the polynomials of lowest degree through `points`.
///
/// SLIP-39 "Interpolate". The points' indices must differ and their values be of one length; the
/// callers see to both. Where `x` is the index of a point, this returns the value of that point.
pub(super) fn interpolate(x: u8, points: &[&Point]) -> Zeroizing<Vec<u8>> {
    let length = points.first().map_or(0, |point| point.y.len());
    let mut sum = Zeroizing::new(vec![0u8; length]);
    for point in points {
        let mut above = 1;
        let mut below = 1;
        for other in points.iter().filter(|other| other.x != point.x) {
            above = multiply(above, x ^ other.x);
            below = multiply(below, point.x ^ other.x);
        }
        let weight = multiply(above, inverse(below));
        add_weighted(&mut sum, &point.y, weight);
    }
    sum
}

/// Whether two secrets are equal, in a time that depends on their lengths alone.
pub(super) fn equal(a: &[u8], b: &[u8]) -> bool {
    let difference = a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Multiplies as polynomials over GF(2), then divides by the Rijndael polynomial.
    fn naive_product(a: u8, b: u8) -> u8 {
        let mut product = 0u16;
        for i in 0..8 {
            for j in 0..8 {
                product ^= (u16::from(a >> i & 1) * u16::from(b >> j & 1)) << (i + j);
            }
        }
        for degree in (8..=14).rev() {
            if product >> degree & 1 == 1 {
                product ^= 0x11b << (degree - 8);
            }
        }
        u8::try_from(product).unwrap()
    }

    #[test]
    fn products_agree_with_the_definition_for_every_pair() {
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(multiply(a, b), naive_product(a, b), "{a} * {b}");
            }
        }
    }

    #[test]
    fn weights_reach_every_place_and_no_other_one() {
        for length in [1, 8, 16, 18, 32] {
            for place in 0..length {
                let mut values = vec![0; length];
                values[place] = 0xc3;
                let mut sums = vec![0x11; length];
                add_weighted(&mut sums, &values, 0x57);
                let mut expected = vec![0x11; length];
                expected[place] ^= naive_product(0xc3, 0x57);
                assert_eq!(sums, expected);
            }
        }
    }

    #[test]
    fn every_element_but_zero_has_its_inverse() {
        assert_eq!(inverse(0), 0);
        for a in 1..=255 {
            assert_eq!(naive_product(a, inverse(a)), 1, "{a}");
        }
    }

    #[test]
    fn interpolation_gives_back_a_known_polynomial_everywhere() {
        // 3 + 5x + 7x^2 for one byte, 255 + x + 128x^2 for the other.
        let at = |x: u8| {
            let term = |c: [u8; 3]| {
                c[0] ^ naive_product(c[1], x) ^ naive_product(c[2], naive_product(x, x))
            };
            Point {
                x,
                y: Zeroizing::new(vec![term([3, 5, 7]), term([255, 1, 128])]),
            }
        };
        let points = [at(0), at(9), at(254)];
        let points: Vec<&Point> = points.iter().collect();
        for x in 0..=255 {
            assert_eq!(*interpolate(x, &points), *at(x).y, "at {x}");
        }
    }

    #[test]
    fn equality_sees_each_byte_and_the_length() {
        assert!(equal(b"abc", b"abc"));
        for other in [&b"bbc"[..], b"acc", b"abd", b"ab", b"abcd", b""] {
            assert!(!equal(b"abc", other));
        }
    }
}
