//! customers/users/{customer_id}/communication

use serde_json::{Value, json};

use super::kari;
use crate::support::{Answer, Service};

/// Messages of a service, which writes them into a file.
pub(super) struct Messages {
    folder: tempfile::TempDir,
}

impl Messages {
    pub(super) fn of(service: &mut Service) -> Self {
        let folder = tempfile::tempdir().unwrap();
        service.set(|config| config.data = folder.path().to_owned());
        Self { folder }
    }

    pub(super) fn all(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("messages.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The code of the last of so many messages; some are sent beside the answer.
    pub(super) async fn code(&self, nth: usize) -> String {
        for _ in 0..1_000 {
            if let Some(message) = self.all().get(nth - 1) {
                let digits: String = message["text"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
                return digits[..6].to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic_no_message(nth)
    }
}

#[track_caller]
fn panic_no_message(nth: usize) -> String {
    unreachable!("message {nth} was not sent")
}

/// A code that is not this one.
pub(super) fn other_than(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

impl Service {
    async fn verify(&self, customer: &str, operation: &str, field: &str, body: &str) -> Answer {
        let path = format!("customers/users/{customer}/communication/{operation}/{field}");
        self.call("POST", &path, body.to_owned()).await
    }

    pub(super) async fn sends(&self, customer: &str, field: &str, body: &str) -> Answer {
        self.verify(customer, "send-verification-code", field, body).await
    }

    async fn confirms(&self, customer: &str, field: &str, code: &str) -> Answer {
        self.verify(customer, "confirm-verification-code", field, &json!({"code": code}).to_string()).await
    }

    async fn communication(&self, customer: &str) -> Value {
        self.call("GET", &format!("customers/users/{customer}/communication"), "").await.ok()["communication"].clone()
    }

    /// As if time had passed since codes were sent.
    pub(super) async fn time_passes(&self) {
        let passes = "UPDATE customer_codes SET sent_at = '2020-01-01T00:00:00.000000Z'";
        sqlx::query(passes).execute(self.app.store.pool()).await.unwrap();
    }
}

#[tokio::test]
async fn aid_customers_cid_verify_post() {
    let mut service = Service::new().await;
    let messages = Messages::of(&mut service);
    service.customer(kari()).await;
    assert_eq!(service.communication("kari").await, json!({"email": {"allowed": false}, "phone_number": {"allowed": true}}));
    for (nth, (field, channel, to)) in
        [("email", "email", "Kari@Example.com"), ("phone_number", "sms", "+4799999999")].into_iter().enumerate()
    {
        let sent = service.sends("kari", field, "").await;
        assert_eq!((sent.status.as_u16(), &*sent.text), (204, ""));
        let message = messages.all().pop().unwrap();
        assert_eq!(
            (&message["channel"], &message["to"], &message["account_id"]),
            (&json!(channel), &json!(to), &json!("T00000001"))
        );
        let code = messages.code(nth + 1).await;
        assert_eq!(service.confirms("kari", field, other_than(&code)).await.refused(400)["code"], "code_wrong");
        assert_eq!(service.confirms("kari", field, &code).await.status.as_u16(), 204);
        assert!(service.communication("kari").await[field]["verified_at"].is_string());
        // Once.
        assert_eq!(service.confirms("kari", field, &code).await.refused(400)["code"], "code_wrong");
    }
    // Another address is not verified; the same, written otherwise, stays so where nothing changes.
    service.change_customer("kari", json!({"first_name": "Kari"})).await.ok();
    assert!(service.communication("kari").await["email"]["verified_at"].is_string());
    service.change_customer("kari", json!({"email": "ka@example.com"})).await.ok();
    assert!(service.communication("kari").await["email"].get("verified_at").is_none());
    for (method, path, status) in [
        ("POST", "nobody/communication/send-verification-code/email", 404),
        ("POST", "kari/communication/send-verification-code/fax", 404),
        ("POST", "kari/communication/do/email", 404),
        ("GET", "nobody/communication", 404),
        ("POST", "kari/communication/confirm-verification-code/email", 400),
    ] {
        service.call(method, &format!("customers/users/{path}"), "").await.refused(status);
    }
    service.customer(json!({"customer_id": "ola"})).await;
    assert_eq!(service.sends("ola", "email", "").await.refused(400)["code"], "address_missing");
    for wrong in [r#"{"email": "x"}"#, r#"{"email": 1}"#, "[]", "{"] {
        service.sends("ola", "email", wrong).await.refused(400);
    }
    assert_eq!(messages.all().len(), 2);
    // Codes are kept as keyed hashes, and whom they were sent to sealed.
    let rows = sqlx::query("SELECT code, target FROM customer_codes").fetch_all(service.app.store.pool()).await.unwrap();
    for row in rows {
        let (code, target): (String, String) = (sqlx::Row::get(&row, 0), sqlx::Row::get(&row, 1));
        assert!(code.len() == 22 && target.starts_with("s1:"));
    }
}

#[tokio::test]
async fn codes_are_tried_a_few_times_and_sent_now_and_then() {
    let mut service = Service::new().await;
    let messages = Messages::of(&mut service);
    service.customer(kari()).await;
    service.sends("kari", "email", "").await;
    let code = messages.code(1).await;
    for _ in 0..5 {
        service.confirms("kari", "email", other_than(&code)).await.refused(400);
    }
    // Even the right one is not looked at any more.
    service.confirms("kari", "email", &code).await.refused(400);
    let answer = service.sends("kari", "email", "").await;
    assert_eq!(answer.refused(429)["code"], "too_many_requests");
    assert!((1..=30).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    for _ in 0..4 {
        service.time_passes().await;
        assert_eq!(service.sends("kari", "email", "").await.status.as_u16(), 204);
    }
    service.time_passes().await;
    let answer = service.sends("kari", "email", "").await;
    answer.refused(429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 60);
    // The other address is counted apart; the newest code is good, the ones before are not.
    assert_eq!(service.sends("kari", "phone_number", "").await.status.as_u16(), 204);
    let (fourth, fifth) = (messages.code(4).await, messages.code(5).await);
    if fourth != fifth {
        service.confirms("kari", "email", &fourth).await.refused(400);
    }
    assert_eq!(service.confirms("kari", "email", &fifth).await.status.as_u16(), 204);
    // What is over is of no use.
    let code = messages.code(6).await;
    let over = "UPDATE customer_codes SET expires_at = '2020-01-01T00:00:00.000000Z'";
    sqlx::query(over).execute(service.app.store.pool()).await.unwrap();
    service.confirms("kari", "phone_number", &code).await.refused(400);
    // Of many at once few are looked at.
    service.customer(json!({"customer_id": "ola", "email": "ola@example.com"})).await;
    service.sends("ola", "email", "").await;
    let code = messages.code(7).await;
    let answers = futures_util::future::join_all((0..20).map(|_| service.confirms("ola", "email", other_than(&code)))).await;
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 400));
    service.confirms("ola", "email", &code).await.refused(400);
}

#[tokio::test]
async fn phone_numbers_change_by_a_code_where_settings_say_so() {
    let mut service = Service::new().await;
    let messages = Messages::of(&mut service);
    service.customer(kari()).await;
    service.customer(json!({"customer_id": "ola", "phone_number": "+4711111111"})).await;
    service.set_customers(json!({"users": {"verifications": {"phone_number": "sms"}}})).await;
    let error = service.change_customer("kari", json!({"phone_number": "+4788888888"})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("verification_needed"), &json!("/phone_number")));
    service.change_customer("kari", json!({"phone_number": "4799999999", "first_name": "Kari"})).await.ok();
    assert_eq!(service.sends("kari", "phone_number", r#"{"phone_number":"+4788888888"}"#).await.status.as_u16(), 204);
    assert_eq!(messages.all()[0]["to"], "+4788888888");
    let code = messages.code(1).await;
    assert_eq!(service.confirms("kari", "phone_number", &code).await.status.as_u16(), 204);
    assert_eq!(service.call("GET", "customers/users/kari", "").await.ok()["phone_number"], "+4788888888");
    assert!(service.communication("kari").await["phone_number"]["verified_at"].is_string());
    assert_eq!(service.found("phone_number=4788888888").await, ["kari"]);
    // One that somebody has cannot be taken, and the code stays good for nothing else.
    service.time_passes().await;
    service.sends("kari", "phone_number", r#"{"phone_number":"+4711111111"}"#).await;
    let code = messages.code(2).await;
    assert_eq!(service.confirms("kari", "phone_number", &code).await.refused(400)["code"], "phone_number_exists");
    assert_eq!(service.found("phone_number=4711111111").await, ["ola"]);
}

#[tokio::test]
async fn messages_leave_as_settings_say() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut service = Service::new().await;
    service.customer(kari()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/sms", listener.local_addr().unwrap());
    service.set(|config| {
        config.sms_sender = serde_json::from_value(json!("http")).unwrap();
        config.sender_url.0 = url.clone();
    });
    // A private address, unless the settings allow it.
    service.sends("kari", "phone_number", "").await.refused(500);
    service.set(|config| config.private_addresses = true);
    service.time_passes().await;
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = String::new();
        while !request.ends_with('}') {
            let mut bytes = [0; 4096];
            let count = stream.read(&mut bytes).await.unwrap();
            request.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        request
    });
    assert_eq!(service.sends("kari", "phone_number", "").await.status.as_u16(), 204);
    let request = receiver.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert!(
        head.starts_with("POST /sms ")
            && body["to"] == "+4799999999"
            && body["channel"] == "sms"
            && body["account_id"] == "T00000001"
    );
    // By e-mail, to a server that says yes to everything.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    service.set(|config| {
        config.email_sender = serde_json::from_value(json!("smtp")).unwrap();
        config.smtp_url.0 = url.clone();
    });
    let receiver = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = tokio::io::BufStream::new(stream);
        let (mut mail, mut in_data) = (String::new(), false);
        stream.write_all(b"220 hello\r\n").await.unwrap();
        loop {
            stream.flush().await.unwrap();
            let mut line = String::new();
            tokio::io::AsyncBufReadExt::read_line(&mut stream, &mut line).await.unwrap();
            mail.push_str(&line);
            let answer: &[u8] = match line.trim_end() {
                "." => {
                    in_data = false;
                    b"250 taken\r\n"
                }
                _ if in_data => continue,
                "DATA" => {
                    in_data = true;
                    b"354 go on\r\n"
                }
                "QUIT" | "" => break,
                _ => b"250 fine\r\n",
            };
            stream.write_all(answer).await.unwrap();
        }
        mail
    });
    assert_eq!(service.sends("kari", "email", "").await.status.as_u16(), 204);
    let mail = receiver.await.unwrap();
    assert!(
        mail.contains("RCPT TO:<Kari@Example.com>") && mail.contains("Subject: Your code") && mail.contains("Your code is "),
        "{mail}"
    );
    // What cannot be sent is our fault, and tells nothing.
    service.time_passes().await;
    let refused = service.sends("kari", "email", "").await;
    refused.refused(500);
    assert!(!refused.text.to_lowercase().contains("kari"));
}
