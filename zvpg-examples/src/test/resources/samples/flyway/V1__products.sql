CREATE TABLE products (
    id   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE);
INSERT INTO products (name) VALUES ('tea'), ('coffee');
