//! AWS Signature Version 4, as receivers on AWS check it.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use sha2::{Digest, Sha256};

/// Who signs, and for what.
#[derive(Debug)]
pub(super) struct Signer<'a> {
    pub(super) key_id: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

impl Signer<'_> {
    /// The headers to add: `x-amz-date` and `authorization`. What stands in `headers` is signed, and so is the host.
    ///
    /// # Errors
    /// Never: a key has any length.
    pub(super) fn sign(
        &self,
        method: &str,
        url: &Url,
        headers: &[(&str, &str)],
        body: &str,
        at: DateTime<Utc>,
    ) -> Result<[(String, String); 2], String> {
        let (date, time) = (at.format("%Y%m%d").to_string(), at.format("%Y%m%dT%H%M%SZ").to_string());
        let mut signed: Vec<(String, String)> =
            headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), tidy(value))).collect();
        signed.push(("host".to_owned(), host(url)));
        signed.push(("x-amz-date".to_owned(), time.clone()));
        signed.sort();
        let names = signed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let body_hash = hex(&Sha256::digest(body));
        let request = format!("{method}\n{}\n{}\n{lines}\n{names}\n{body_hash}", path(url), query(url));
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request)));
        let mut key = format!("AWS4{}", self.secret_key).into_bytes();
        for part in [&date, self.region, self.service, "aws4_request"] {
            key = mac(&key, part)?;
        }
        let signature = hex(&mac(&key, &to_sign)?);
        let credential = format!("{}/{scope}", self.key_id);
        let header = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}");
        Ok([("x-amz-date".to_owned(), time), ("authorization".to_owned(), header)])
    }
}

fn mac(key: &[u8], text: &str) -> Result<Vec<u8>, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| error.to_string())?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// As hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A header's value without space around it, and with single spaces in it.
fn tidy(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// The path; every service but S3 has it encoded twice.
fn path(url: &Url) -> String {
    let segments = url.path().split('/').map(|segment| encoded(segment.as_bytes()));
    segments.collect::<Vec<_>>().join("/")
}

/// The parameters, encoded once, in order.
fn query(url: &Url) -> String {
    let encode = |text: &str| encoded(text.as_bytes());
    // A `+` is no space to AWS, so this is not read as a form.
    let pairs = url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encode(&decoded(name)), encode(&decoded(value)))
        })
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// A text without its `%` escapes; what is none stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.split_at_checked(2).filter(|_| *first == b'%').and_then(|(digits, behind)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, behind))
        });
        let (byte, behind) = escaped.unwrap_or((*first, behind));
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    const SIGNER: Signer<'_> = Signer {
        key_id: "AKIDEXAMPLE",
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        service: "service",
    };

    /// AWS's published test suite for Signature Version 4, as far as a webhook can look like its requests.
    #[test]
    fn the_published_vectors() {
        let at = DateTime::parse_from_rfc3339("2015-08-30T12:36:00Z").unwrap().to_utc();
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        for (name, method, path, headers, body, signed, signature) in [
            (
                "get-vanilla",
                "GET",
                "/",
                &[][..],
                "",
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "post-vanilla",
                "POST",
                "/",
                &[],
                "",
                "host;x-amz-date",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "get-vanilla-query-order-key-case",
                "GET",
                "/?Param2=value2&Param1=value1",
                &[],
                "",
                "host;x-amz-date",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-header-value-trim",
                "GET",
                "/",
                &[("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
                "",
                "host;my-header1;my-header2;x-amz-date",
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            ),
            (
                "post-header-key-sort",
                "POST",
                "/",
                &[("My-Header1", "value1")],
                "",
                "host;my-header1;x-amz-date",
                "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
            ),
            (
                "post-x-www-form-urlencoded",
                "POST",
                "/",
                &[form],
                "Param1=value1",
                "content-type;host;x-amz-date",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
        ] {
            let url: Url = format!("https://example.amazonaws.com{path}").parse().unwrap();
            let [(date, time), (header, value)] = SIGNER.sign(method, &url, headers, body, at).unwrap();
            assert_eq!((date.as_str(), time.as_str(), header.as_str()), ("x-amz-date", "20150830T123600Z", "authorization"));
            assert_eq!(
                value,
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={signed}, \
                     Signature={signature}"
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn addresses_as_they_are_signed() {
        for (url, expected) in [
            ("https://h.example", ("h.example", "/", "")),
            ("https://h.example:8443/a/../b//c?x", ("h.example:8443", "/b//c", "x=")),
            ("https://h.example/a b/%C3%A5", ("h.example", "/a%2520b/%25C3%25A5", "")),
            ("https://h.example/?b=2&a=%2F&a=1+1&c=100%", ("h.example", "/", "a=%2F&a=1%2B1&b=2&c=100%25")),
        ] {
            let url: Url = url.parse().unwrap();
            assert_eq!((host(&url).as_str(), path(&url).as_str(), query(&url).as_str()), expected);
        }
    }
}
