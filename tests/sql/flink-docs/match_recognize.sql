-- Tables that the snippets of this page use and do not create.
CREATE TABLE MyTable (id BIGINT, userid BIGINT, name STRING, proctime AS PROCTIME()) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE Ticker (symbol STRING, price BIGINT, tax BIGINT, rowtime TIMESTAMP(3), WATERMARK FOR rowtime AS rowtime) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
