-- Tables that the snippets of this page use and do not create.
CREATE TABLE Orders (order_id BIGINT, id BIGINT, users STRING, `user` STRING, amount BIGINT, product STRING, price DOUBLE, tax DOUBLE, orderTime TIMESTAMP(3), order_time TIMESTAMP(3),
  WATERMARK FOR order_time AS order_time) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE NewProducts (product STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE VIEW t1 (s) AS VALUES ('c'), ('a'), ('b'), ('b'), ('c');
CREATE VIEW t2 (s) AS VALUES ('d'), ('e'), ('a'), ('b'), ('b');
