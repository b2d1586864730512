-- Tables that the snippets of this page use and do not create.
CREATE TABLE Orders (order_id BIGINT, id BIGINT, users STRING, amount BIGINT, product STRING, price DOUBLE, tax DOUBLE, orderTime TIMESTAMP(3), order_time TIMESTAMP(3),
  WATERMARK FOR order_time AS order_time) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
