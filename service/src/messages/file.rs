//! Messages written into `messages.jsonl` in the data folder, which its owner alone may read: for trying things out.

use std::io::Write;

use serde_json::json;

use super::Message;
use crate::config::Config;
use crate::store::now;

pub(super) async fn write(config: &Config, message: &Message<'_>) -> Result<(), String> {
    let Message { account, channel, to, subject, text } = message;
    let line = json!({"at": now(), "account_id": account, "channel": channel.word(), "to": to, "subject": subject, "text": text});
    let file = config.data.join("messages.jsonl");
    let written = tokio::task::spawn_blocking(move || {
        let mut options = std::fs::OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // In one piece, so that lines of several services do not mix.
        options.open(&file)?.write_all(format!("{line}\n").as_bytes())
    });
    written.await.map_err(|error| error.to_string())?.map_err(|error| format!("messages.jsonl: {error}"))?;
    tracing::info!(channel = channel.word(), "a message for a customer was written to messages.jsonl");
    Ok(())
}
