CREATE TABLE customers (
    id   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE);

CREATE TABLE orders (
    id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer int NOT NULL REFERENCES customers,
    placed   timestamptz NOT NULL DEFAULT now(),
    cents    bigint NOT NULL CHECK (cents > 0));

INSERT INTO customers (name) VALUES ('Ada'), ('Grace');
