-- The lines of a purchase that only an event told of, and what they got, sealed: what goes back is taken out of them. Of a
-- stored receipt nothing stands here.
ALTER TABLE purchases ADD COLUMN lines TEXT;

CREATE INDEX purchases_by_customer ON purchases (account_id, customer_id, purchase_at, id) WHERE lines IS NOT NULL;

-- What a purchase is stored as: of its names those of receipts.
CREATE INDEX purchase_keys_by_purchase ON purchase_keys (account_id, purchase_id, key) WHERE key LIKE 'r:%';

-- `receipt` is a stored receipt, or such a purchase.
ALTER TABLE receipt_returns DROP CONSTRAINT receipt_returns_account_id_receipt_fkey;
