-- Tables that the snippets of this page use and do not create.
CREATE TABLE Orders (order_id BIGINT, id BIGINT, productId BIGINT, product_id BIGINT, customer_id INT, total DOUBLE, currency STRING, amount BIGINT,
  o_amount BIGINT, o_currency STRING, tags ARRAY<STRING>, order_time TIMESTAMP(3), o_proctime AS PROCTIME(), proc_time AS PROCTIME(),
  WATERMARK FOR order_time AS order_time) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE Product (id BIGINT, product_id BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE Shipments (order_id BIGINT, ship_time TIMESTAMP(3), WATERMARK FOR ship_time AS ship_time) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE LatestRates (currency STRING, rate BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE RatesHistory (currency STRING, rate BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
