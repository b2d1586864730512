SELECT auction, num, make_timestamp(w * 10000000) AS starttime, make_timestamp(w * 10000000 + 10000000) AS endtime
FROM (SELECT auction, epoch_us(dateTime) // 10000000 AS w, count(*) AS num FROM bid GROUP BY ALL)
