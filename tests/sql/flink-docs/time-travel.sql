-- Tables that the snippets of this page use and do not create.
CREATE TABLE table_name (select_list BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
CREATE TABLE paimon_tb (select_list BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '20');
