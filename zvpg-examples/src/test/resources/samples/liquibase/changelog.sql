--liquibase formatted sql

--changeset shop:1
CREATE TABLE stock (
    product text PRIMARY KEY,
    pieces  int NOT NULL CHECK (pieces >= 0));

--changeset shop:2
INSERT INTO stock VALUES ('tea', 3), ('coffee', 0);
