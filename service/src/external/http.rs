//! A registry that answers over HTTP, in the contract's own form.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::model::{
    Address, AddressValidationResult, ExternalOrganizations, GetExternalOrganizationResult, PostalPlaceResult,
    SearchExternalOrganizationNorwayResult,
};
use super::{Answer, Registry, Search};
use crate::error::ApiError;

/// Where the path goes in the setting.
const PATH: &str = "{path}";

/// How long a registry may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// A registry at an address.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    template: String,
}

impl Http {
    /// At a template, as `https://registry.kiosk.no/{path}?key=1`.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(template: &str) -> Result<Self, String> {
        let is_address = template.replace(PATH, "x").parse::<Url>().is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
        if !is_address || template.matches(PATH).count() != 1 {
            return Err(format!(
                "lookup_url: `{template}` is no address with one {PATH} in it, as https://registry.kiosk.no/{PATH}"
            ));
        }
        // Who comes second finds it installed, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build();
        let client = client.map_err(|error| format!("lookup_url: {error}"))?;
        Ok(Self { client, template: template.to_owned() })
    }

    /// The address of these parts of a path, and these parameters.
    fn url(&self, parts: &[&str], query: &[(&str, &str)]) -> Result<Url, ApiError> {
        // Written by `Url` itself, so that no part leaves its place.
        let mut path: Url = "http://path.invalid/".parse().map_err(broken)?;
        if let Ok(mut segments) = path.path_segments_mut() {
            segments.clear().extend(parts);
        }
        let mut url: Url = self.template.replace(PATH, path.path().trim_start_matches('/')).parse().map_err(broken)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// What is answered; nothing when the registry knows nothing.
    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Option<T>, ApiError> {
        let mut response = request.send().await.map_err(|error| broken(error.without_url()))?;
        match response.status() {
            StatusCode::NOT_FOUND => return Ok(None),
            status if !status.is_success() => return Err(broken(format!("it answered {status}"))),
            _ => {}
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(error.without_url()))? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST_BYTES {
                return Err(broken("it answered with more than 1 MiB"));
            }
        }
        serde_json::from_slice(&body).map(Some).map_err(broken)
    }
}

fn broken(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(format!("the registry: {error}"))
}

impl Registry for Http {
    fn organizations<'a>(&'a self, country: &'a str, number: &'a str) -> Answer<'a, Vec<GetExternalOrganizationResult>> {
        Box::pin(async move {
            let url = self.url(&["organizations", country, number], &[])?;
            let found: Option<ExternalOrganizations> = self.ask(self.client.get(url)).await?;
            Ok(found.unwrap_or_default().items)
        })
    }

    fn postal_place<'a>(&'a self, country: &'a str, code: &'a str) -> Answer<'a, Option<PostalPlaceResult>> {
        Box::pin(async move { self.ask(self.client.get(self.url(&["postal_place", country, code], &[])?)).await })
    }

    fn validate<'a>(&'a self, country: &'a str, address: &'a Address) -> Answer<'a, AddressValidationResult> {
        Box::pin(async move {
            let url = self.url(&["address", country, "validate"], &[])?;
            let body = serde_json::to_string(address).map_err(broken)?;
            let request = self.client.post(url).header("content-type", "application/json").body(body);
            self.ask(request).await?.ok_or(ApiError::NotFound("Country"))
        })
    }

    fn search<'a>(&'a self, search: &'a Search) -> Answer<'a, Vec<SearchExternalOrganizationNorwayResult>> {
        Box::pin(async move {
            let limit = search.limit.to_string();
            let mut query = vec![("limit", limit.as_str())];
            for (name, value) in [
                ("name", &search.name),
                ("organization_number", &search.organization_number),
                ("starting_after", &search.starting_after),
            ] {
                query.extend(value.as_deref().map(|value| (name, value)));
            }
            Ok(self.ask(self.client.get(self.url(&["organizations", "no"], &query)?)).await?.unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn parts_stay_in_their_place() {
        let http = Http::new("https://registry.kiosk.no/v1/{path}?key=1").unwrap();
        for (parts, path) in [
            (["postal_place", "NO", "0349"], "/v1/postal_place/NO/0349"),
            (["a", "../../x", "b/c?d#e"], "/v1/a/..%2F..%2Fx/b%2Fc%3Fd%23e"),
        ] {
            assert_eq!(
                http.url(&parts, &[("a", "b&c")]).unwrap().as_str(),
                format!("https://registry.kiosk.no{path}?key=1&a=b%26c")
            );
        }
        for wrong in ["", "{path}", "https://kiosk.no", "ftp://kiosk.no/{path}", "https://kiosk.no/{path}{path}"] {
            assert!(Http::new(wrong).unwrap_err().contains("lookup_url"), "{wrong}");
        }
    }
}
