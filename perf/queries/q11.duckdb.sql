-- A session goes on while the next bid comes within its gap, the gap's end included.
WITH flagged AS (
  SELECT bidder, dateTime, n,
    CASE WHEN dateTime - lag(dateTime) OVER (PARTITION BY bidder ORDER BY n) <= INTERVAL 10 SECOND THEN 0 ELSE 1 END AS fresh
  FROM bid
), numbered AS (
  SELECT bidder, dateTime, sum(fresh) OVER (PARTITION BY bidder ORDER BY n) AS session FROM flagged
)
SELECT bidder, count(*) AS bid_count, min(dateTime) AS starttime, max(dateTime) + INTERVAL 10 SECOND AS endtime
FROM numbered GROUP BY bidder, session
