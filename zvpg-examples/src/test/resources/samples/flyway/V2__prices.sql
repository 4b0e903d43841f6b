ALTER TABLE products ADD COLUMN cents int CHECK (cents >= 0);
UPDATE products SET cents = CASE name WHEN 'tea' THEN 450 ELSE 700 END;
ALTER TABLE products ALTER COLUMN cents SET NOT NULL;
