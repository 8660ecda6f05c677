//! Processes of `rabatt serve` on one database, and what clients ask of them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rabatt_service::setup::Client;
use serde_json::{Value, json};

use crate::database::database;

/// One database, and an API client of its account. Its processes are the caller's.
pub(crate) struct Deployment {
    pub(crate) url: String,
    folder: tempfile::TempDir,
    client: Client,
    http: reqwest::Client,
    token: String,
}

/// One process. Killed when dropped: a failing test leaves nothing behind.
pub(crate) struct Node {
    child: Child,
    pub(crate) address: String,
}

/// An answer; what never came is `None` instead.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(matches!(self.status, 200 | 204), "{} {}", self.status, self.body);
        self.body
    }

    /// The code of a refusal; nothing for a success. Nothing else is ever answered.
    #[track_caller]
    pub(crate) fn refusal(&self) -> Option<&str> {
        match self.status {
            200 | 204 => None,
            400 => self.body["error"]["code"].as_str(),
            other => unreachable!("{other} {}", self.body),
        }
    }
}

impl Deployment {
    /// A new database, and its first process.
    pub(crate) async fn new() -> (Self, Node) {
        let folder = tempfile::tempdir().unwrap();
        let url = database(&folder).await;
        let first = Node::start(folder.path(), &url, &[]);
        let client: Client = serde_json::from_slice(&std::fs::read(folder.path().join("client.json")).unwrap()).unwrap();
        // Only loopback is asked, and still a client wants its TLS; whoever came first has installed it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
        let mut deployment = Self { url, folder, client, http, token: String::new() };
        deployment.token = deployment.new_token(&first).await;
        (deployment, first)
    }

    /// One more process on the database.
    pub(crate) fn node(&self) -> Node {
        self.node_with(&[])
    }

    /// One more process on the database, with these settings.
    pub(crate) fn node_with(&self, settings: &[(&str, &str)]) -> Node {
        Node::start(self.folder.path(), &self.url, settings)
    }

    async fn new_token(&self, node: &Node) -> String {
        let account = &self.client.account_id;
        let answer = self
            .http
            .post(format!("{}/v1/accounts/{account}/auth/token", node.address))
            .basic_auth(&self.client.client_id, Some(&self.client.client_secret))
            .json(
                &json!({"grant_type": "client_credentials", "audience": format!("http://127.0.0.1:8080/v1/accounts/{account}")}),
            );
        let answer: Value = answer.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// A request about discounts; `None` when it is not answered.
    pub(crate) async fn ask(&self, node: &str, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        self.ask_as(node, method, &format!("discounts/{path}"), &[], body).await
    }

    /// A request about cards; `None` when it is not answered.
    pub(crate) async fn ask_wallets(&self, node: &str, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        self.ask_as(node, method, &format!("wallets/{path}"), &[], body).await
    }

    /// A request; `None` when it is not answered.
    pub(crate) async fn ask_as(
        &self,
        node: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Option<Answer> {
        let url = format!("{node}/v1/accounts/{}/{path}", self.client.account_id);
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        // Half an answer is none.
        let text = answer.text().await.ok()?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("every body is JSON") };
        Some(Answer { status, body })
    }

    /// As [`Deployment::ask`], of a process that answers.
    pub(crate) async fn call(&self, node: &Node, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.ask(&node.address, method, path, body).await.expect("the process answers")
    }

    /// Creates a rule and gives it; the rule's and the ref's id.
    pub(crate) async fn given(&self, node: &Node, mut rule: Value, holder: &str) -> (String, String) {
        rule["requirement"]["purchase_from"] = json!("2024-01-01T00:00:00Z");
        rule["requirement"]["purchase_to"] = json!("2030-01-01T00:00:00Z");
        let id = self.call(node, "POST", "rules", Some(&rule)).await.ok()["id"].as_str().unwrap().to_owned();
        let path = format!("rules/{id}/customers");
        self.call(node, "POST", &path, Some(&json!({"customers": [holder]}))).await.ok();
        let refs = self.call(node, "GET", &path, None).await.ok();
        (id, refs[0]["id"].as_str().unwrap().to_owned())
    }

    /// What a customer has had of a ref.
    pub(crate) async fn statistics(&self, node: &Node, customer: &str, reference: &str) -> Value {
        self.call(node, "GET", &format!("customers/{customer}/refs/{reference}"), None).await.ok()["statistics"].clone()
    }

    /// Claims refs under a name, each with its rule and amount.
    pub(crate) async fn claim(&self, node: &str, name: &str, customer: &str, refs: &[(&str, &str, i64)]) -> Option<Answer> {
        let rules: Vec<Value> = refs
            .iter()
            .map(|(rule, reference, amount)| json!({"id": rule, "refs": [{"id": reference, "amount": amount, "usage": 1}]}))
            .collect();
        let body = json!({"ref": name, "customer_id": customer, "purchase_at": "2024-06-01T12:00:00Z", "discounts": rules});
        self.ask(node, "POST", "available_for_receipt/claims", Some(&body)).await
    }

    /// Gives a claim back.
    pub(crate) async fn release(&self, node: &str, claim: &str) -> Option<Answer> {
        self.ask(node, "DELETE", &format!("available_for_receipt/claims/{claim}"), None).await
    }

    /// Reports a finished purchase, under its name as the delivery's.
    pub(crate) async fn receipt(&self, node: &str, name: &str, customer: &str, refs: &[(&str, &str, i64)]) -> Option<Answer> {
        let rules: Vec<Value> = refs
            .iter()
            .map(|(rule, reference, amount)| json!({"id": rule, "refs": [{"id": reference, "amount": amount, "usage": 1}]}))
            .collect();
        let body = json!({"receipt": {"receipt_id": name, "store": {"id": "s1"}, "purchase_at": "2024-06-01T12:00:00Z",
            "customer_id": customer, "discounts": rules}});
        self.ask_as(node, "POST", "discounts/events", &[("event", "receipt_add"), ("event-delivery", name)], Some(&body)).await
    }
}

impl Node {
    fn start(folder: &Path, url: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rabatt"));
        // Settings of whoever runs the tests are not those of the tests.
        for (name, _) in std::env::vars() {
            if name.starts_with("RABATT_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command
            .arg("serve")
            .env("RABATT_LISTEN", "127.0.0.1:0")
            .env("RABATT_DATA", folder)
            .env("DATABASE_URL", url)
            .env("RUST_LOG", "warn")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        let address = address.unwrap_or_else(|| unreachable!("the process says where it listens, not `{line}`"));
        let address = format!("http://{}", address.trim_end_matches([';', ',', '.']));
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, address }
    }

    /// Ends the process at once, whatever it is doing.
    pub(crate) fn kill(mut self) {
        // On Unix this is SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to end.
    pub(crate) fn ask_to_stop(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until the process has ended by itself.
    pub(crate) async fn ended(mut self, within: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        None
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
