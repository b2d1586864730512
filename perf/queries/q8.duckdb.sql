SELECT P.id, P.name, make_timestamp(P.w * 10000000) AS starttime
FROM (SELECT id, name, epoch_us(dateTime) // 10000000 AS w FROM person GROUP BY ALL) P
JOIN (SELECT seller, epoch_us(dateTime) // 10000000 AS w FROM auction GROUP BY ALL) A ON P.id = A.seller AND P.w = A.w
