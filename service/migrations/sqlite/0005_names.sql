-- Campaigns are named by the `campaign_id` that was sent; without one by their id.
ALTER TABLE campaigns ADD COLUMN campaign_id TEXT;
UPDATE campaigns SET campaign_id = id;
CREATE UNIQUE INDEX campaigns_by_campaign_id ON campaigns (account_id, campaign_id);

CREATE INDEX customer_tokens_by_token_id ON customer_tokens (account_id, token_id);
