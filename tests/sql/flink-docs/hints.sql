-- Tables that the snippets of this page use and do not create.
CREATE TABLE Orders (order_id BIGINT, total DOUBLE, customer_id INT, order_timestamp TIMESTAMP(3), proc_time AS PROCTIME()) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE Customers (id INT, country STRING, zip STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE t1 (id BIGINT, name STRING, age INT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE t2 (id BIGINT, name STRING, age INT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE orders (o_orderkey INT, o_custkey INT, o_status BOOLEAN, o_totalprice DOUBLE, o_shippriority INT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
