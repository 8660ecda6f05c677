//! SHA-1, SHA-256 and HMAC from their definitions (FIPS 180-4, RFC 2104), so that signatures are checked by other code
//! than that which makes them.

/// A message in blocks of 64 bytes, padded.
fn blocks(message: &[u8]) -> Vec<[u32; 16]> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    padded
        .chunks(64)
        .map(|block| std::array::from_fn(|at| u32::from_be_bytes(block[4 * at..4 * at + 4].try_into().unwrap())))
        .collect()
}

pub(super) fn sha1(message: &[u8]) -> Vec<u8> {
    let mut hash = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in blocks(message) {
        let mut words = block.to_vec();
        for at in 16..80 {
            words.push((words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = hash;
        for (at, word) in words.iter().enumerate() {
            let (mixed, constant) = match at {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (own, more) in hash.iter_mut().zip([a, b, c, d, e]) {
            *own = own.wrapping_add(more);
        }
    }
    hash.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// The first 32 bits behind the point of the roots of the first primes; their cubes' where `cubic`.
fn of_primes(count: usize, cubic: bool) -> Vec<u32> {
    let is_prime = |n: &u128| (2..*n).all(|divisor| !n.is_multiple_of(divisor));
    // The root of p·2^(32·power), whole: 32 bits before and behind the point.
    let root = |prime: u128| {
        let power = if cubic { 3 } else { 2 };
        let wanted = prime << (32 * power);
        let mut low = 0_u128;
        for bit in (0..40).rev() {
            let next = low | (1 << bit);
            if next.pow(power) <= wanted {
                low = next;
            }
        }
        u32::try_from(low & 0xffff_ffff).unwrap()
    };
    (2..).filter(is_prime).take(count).map(root).collect()
}

pub(super) fn sha256(message: &[u8]) -> Vec<u8> {
    let constants = of_primes(64, true);
    let mut hash = of_primes(8, false);
    for block in blocks(message) {
        let mut words = block.to_vec();
        for at in 16..64 {
            let small = |word: u32, a, b, c| word.rotate_right(a) ^ word.rotate_right(b) ^ (word >> c);
            let (first, second) = (small(words[at - 15], 7, 18, 3), small(words[at - 2], 17, 19, 10));
            words.push(words[at - 16].wrapping_add(first).wrapping_add(words[at - 7]).wrapping_add(second));
        }
        let mut state = hash.clone();
        for (word, constant) in words.iter().zip(&constants) {
            let big = |word: u32, a, b, c| word.rotate_right(a) ^ word.rotate_right(b) ^ word.rotate_right(c);
            let (a, e) = (state[0], state[4]);
            let choice = (e & state[5]) ^ (!e & state[6]);
            let majority = (a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2]);
            let first = [big(e, 6, 11, 25), choice, *constant, *word].into_iter().fold(state[7], u32::wrapping_add);
            state.rotate_right(1);
            state[4] = state[4].wrapping_add(first);
            state[0] = first.wrapping_add(big(a, 2, 13, 22)).wrapping_add(majority);
        }
        for (own, more) in hash.iter_mut().zip(state) {
            *own = own.wrapping_add(more);
        }
    }
    hash.iter().flat_map(|word| word.to_be_bytes()).collect()
}

pub(super) fn hmac(digest: fn(&[u8]) -> Vec<u8>, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut key = if key.len() > 64 { digest(key) } else { key.to_vec() };
    key.resize(64, 0);
    let with = |pad: u8, message: &[u8]| digest(&[key.iter().map(|byte| byte ^ pad).collect(), message.to_vec()].concat());
    with(0x5c, &with(0x36, message))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_published_examples() {
    assert_eq!(hex(&sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let quick = b"The quick brown fox jumps over the lazy dog";
    assert_eq!(hex(&hmac(sha1, b"key", quick)), "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
    assert_eq!(hex(&hmac(sha256, b"key", quick)), "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
}
